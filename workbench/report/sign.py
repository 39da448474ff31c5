"""Sign a report as PAdES, through pyHanko; a time stamp by somebody else (RFC 3161) is optional.

The signature is appended, so the report is, byte for byte, how the signed file begins. Keys come from a
PKCS#12 file and are held in memory only. pyHanko is an optional extra; without it this says so.

Source: ETSI EN 319 142-1 (PAdES baseline signatures B-B and, with a time stamp, B-T); RFC 3161.
"""

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from workbench.errors import ReportError
from workbench.report.signature import check_signature
from workbench.stamping import PATIENCE_SECONDS, in_a_line, require_address, require_pyhanko

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.timestamps import TimeStamper

FIELD = "Signature"
DIGEST = "sha256"
NEEDING = "Signatures"


def load_key(content: bytes, passphrase: str) -> "SimpleSigner":
    """Open a PKCS#12 file (`.p12`, `.pfx`): a private key, its certificate and those above it.

    Args:
        content: The file.
        passphrase: What it is locked with; empty if with nothing.

    Returns:
        What `sign` signs with.

    Raises:
        ReportError: If pyHanko is not installed, the file does not open, or lacks key or certificate.
    """
    require_pyhanko(NEEDING, ReportError)
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415 - the extra's
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - the extra's

    secret = passphrase.encode() or None
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, secret)
        if key is None or certificate is None:
            raise ReportError(
                "The file to sign with holds no private key with its certificate.",
                fix="Export both together as PKCS#12 (.p12 or .pfx).",
            )
        opened: SimpleSigner = SimpleSigner.load_pkcs12_data(content, (), secret)
    except ValueError as error:
        raise ReportError(
            "The file to sign with does not open with this passphrase.",
            fix="Check the passphrase, and that the file is PKCS#12 (.p12 or .pfx).",
        ) from error
    return opened


def stamp_server(address: str) -> "TimeStamper":
    """A time-stamping server (RFC 3161); it is sent a digest and nothing else.

    Raises:
        ReportError: If pyHanko is not installed, or the address is no web address.
    """
    require_address(address, ReportError)
    require_pyhanko(NEEDING, ReportError)
    from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper  # noqa: PLC0415

    return HTTPTimeStamper(address, timeout=PATIENCE_SECONDS)


def sign(
    report: bytes, key: "SimpleSigner", now: datetime, stamper: "TimeStamper | None" = None
) -> bytes:
    """Append a signature to a report that has none.

    Args:
        report: A PDF that ends with a newline, as `pdf_bytes` writes it.
        key: From `load_key`.
        now: Timezone-aware; only to refuse a certificate that is not valid today.
        stamper: Who attests the time; None leaves it to the signer's own clock.

    Returns:
        The report, and after it the signature.

    Raises:
        ReportError: If the certificate is not valid now, the server gives no time stamp, or what comes
            out does not hold.
    """
    _require_valid(key, now)
    signed = _appended(report, key, stamper)
    found = check_signature(signed)
    if found.problems or not signed.startswith(report):
        raise ReportError(
            f"The signature does not hold: {' '.join(found.problems)}",
            fix="Check that key and certificate belong together; nothing was written.",
        )
    return signed


def _require_valid(key: "SimpleSigner", now: datetime) -> None:
    certificate = key.signing_cert
    if (
        certificate is None
        or not certificate.not_valid_before <= now <= certificate.not_valid_after
    ):
        raise ReportError(
            "The certificate to sign with is not valid today.",
            fix="Use one that is; nothing was written.",
        )


def _appended(report: bytes, key: "SimpleSigner", stamper: "TimeStamper | None") -> bytes:
    import aiohttp  # noqa: PLC0415 - comes with the optional extra
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign import signers  # noqa: PLC0415
    from pyhanko.sign.fields import SigSeedSubFilter  # noqa: PLC0415

    how = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES
    )
    out = BytesIO()
    try:
        writer = IncrementalPdfFileWriter(BytesIO(report))
        signers.sign_pdf(writer, how, key, timestamper=stamper, output=out)
    except (OSError, aiohttp.ClientError) as error:
        raise ReportError(
            f"The time-stamping server gave no time stamp ({in_a_line(error)}).",
            fix="Check its address and the connection, or sign without; nothing was written.",
        ) from error
    except (PdfError, ValueError) as error:
        raise ReportError(
            f"The report cannot be signed ({in_a_line(error)}).",
            fix="Sign with another key, of type RSA or ECDSA; nothing was written.",
        ) from error
    return out.getvalue()
