"""The parts of a signature that its own digests leave out, and that must be as they are written.

A signature covers the file and its own attributes. Not the zeros that fill up the room left for it, nor
its envelope: which digests it names, whose key it says it is, which unsigned attributes it carries.

Source: RFC 5652 (Cryptographic Message Syntax), sections 5.1 and 5.3.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asn1crypto.cms import SignedData
    from pyhanko.sign.validation import EmbeddedPdfSignature

HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")


def untouched(embedded: "EmbeddedPdfSignature", content: bytes) -> bool:
    """Whether what no digest of a signature covers is as it is written.

    Args:
        embedded: The signature.
        content: The file it is in.

    Returns:
        Whether it is plain hexadecimal and DER to the last byte, filled up with zeros, in the envelope
        that its content asks for; the same of every time stamp over it.

    Raises:
        ValueError: If it cannot be parsed; KeyError, IndexError and TypeError likewise.
    """
    from asn1crypto.cms import ContentInfo  # noqa: PLC0415 - the extra's
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter  # noqa: PLC0415

    _, begin, end, _ = (int(number) for number in embedded.byte_range)
    if HEX.fullmatch(content[begin + 1 : end - 1]) is None:
        return False
    whole = embedded.pkcs7_content
    info = ContentInfo.load(whole)
    again = ContentInfo({"content_type": info["content_type"], "content": info["content"]}).dump()
    if not whole.startswith(again) or any(whole[len(again) :]):
        return False
    kinds = [item["type"].native for item in embedded.signer_info["unsigned_attrs"]]
    if any(kind[0].isdigit() for kind in kinds):  # no name for it: none that anybody writes
        return False
    stamps = extract_tst_data_iter(embedded.signer_info, signed=False)
    return all(_envelope_holds(signed) for signed in (embedded.signed_data, *stamps))


def _envelope_holds(signed: "SignedData") -> bool:
    from pyhanko.sign.general import extract_signer_info  # noqa: PLC0415 - the extra's
    from pyhanko.sign.validation.generic_cms import extract_certs_for_validation  # noqa: PLC0415

    signer = extract_signer_info(signed)
    certificate = extract_certs_for_validation(signed).signer_cert
    digests = [item.native for item in signed["digest_algorithms"]]
    if signer["sid"].name != "issuer_and_serial_number":
        return digests == [signer["digest_algorithm"].native]
    named = signer["sid"].chosen["issuer"].dump() == certificate.issuer.dump()
    versions = (signed["version"].native, signer["version"].native)
    expected = "v1" if signed["encap_content_info"]["content_type"].native == "data" else "v3"
    return named and versions == (expected, "v1") and digests == [signer["digest_algorithm"].native]
