"""What the signatures of a PDF say: by whom, of which bytes, what came after, and when.

Trust in a certificate is not judged: whoever reads the report knows whose key a digest stands for, this
program does not. Everything else is read from bytes that anyone may have changed, so whatever cannot
be read is a problem with a name and never a reason to stop.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal
from zlib import error as ZlibError  # noqa: N812 - an exception that zlib writes small

from workbench.digest import digest_of_bytes
from workbench.errors import ReportError
from workbench.report.envelope import untouched
from workbench.report.numbers import counted, moment
from workbench.stamping import in_a_line, require_pyhanko, trust_not_judged
from workbench.visible import visible_line

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.validation import EmbeddedPdfSignature

Added = Literal["nothing", "further signatures", "other content"]
PLACE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,12})\s+(\d{1,12})\s+\d{1,12}\s*\]")
UNREADABLE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, RecursionError,
    TypeError, ValueError, ZlibError,
)  # fmt: skip
"""What readers of PDF and ASN.1 raise, beside their own errors, on bytes that were changed."""


@dataclass(frozen=True, slots=True)
class Attested:
    """A time that somebody other than the signer states."""

    stated_at: datetime
    authority: str


@dataclass(frozen=True, slots=True)
class NotAttested:
    """Nobody but the signer states a time, or what states it does not hold."""

    reason: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature and what it covers."""

    signer: str
    """As the certificate names it."""
    issuer: str
    certificate: str
    """Digest of the certificate, DER."""
    covered: int
    """The signature is over the first so many bytes, itself left out."""
    added: int
    """Bytes that come after those."""
    added_what: Added
    claimed_at: datetime | None
    """By the signer's own clock; None: the signature gives none."""
    attested: Attested | NotAttested
    valid_from: datetime
    valid_to: datetime
    problems: tuple[str, ...]
    """Sentences; empty: the signed bytes are whole."""

    def sentences(self) -> Iterator[str]:
        """Say it to a reader."""
        signed = "Said to be signed" if self.problems else "Signed"
        yield (
            f"{signed} by {visible_line(self.signer)}, as the certificate has it; issued by "
            f"{visible_line(self.issuer)}; its digest is {self.certificate}."
        )
        yield (
            "Whether that certificate is to be trusted is not judged here: compare its digest with "
            "one that you had from the signer by another way."
        )
        yield from self.problems
        if not self.problems:
            yield f"The first {self.covered:,} bytes of the file are those that were signed."
        yield self._after()
        yield self._time()
        at = self.attested.stated_at if isinstance(self.attested, Attested) else self.claimed_at
        if at is not None and not self.valid_from <= at <= self.valid_to:
            span = f"{self.valid_from:%Y-%m-%d} to {self.valid_to:%Y-%m-%d}"
            yield f"The certificate was not valid then: it is valid from {span}."

    def _after(self) -> str:
        if not self.added:
            return "Nothing was added after signing."
        what = {
            "nothing": "which change nothing that a reader shows",
            "further signatures": "which hold nothing but further signatures",
            "other content": "which may change what a reader shows",
        }[self.added_what]
        return f"{counted(self.added, 'byte')} were added after signing, {what}."

    def _time(self) -> str:
        if isinstance(self.attested, Attested):
            return (
                f"The signature existed at {moment(self.attested.stated_at)}, attests "
                f"{visible_line(self.attested.authority)}."
            )
        claimed = (
            "gives no time"
            if self.claimed_at is None
            else f"says {moment(self.claimed_at)} by the signer's own clock"
        )
        return f"The signature {claimed}; nobody attests it ({self.attested.reason})."


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The signatures of a file, and what is wrong."""

    signatures: tuple[Signature, ...]
    """In the order in which they were made; none and no problem: the file is not signed."""
    problems: tuple[str, ...]
    """Sentences: those of every signature, and what kept signatures from being read."""

    def sentences(self) -> Iterator[str]:
        """Say it to a reader."""
        if not self.signatures and not self.problems:
            yield "The file is not signed."
        told = {problem for signature in self.signatures for problem in signature.problems}
        yield from (problem for problem in self.problems if problem not in told)
        for signature in self.signatures:
            yield from signature.sentences()


def check_signature(content: bytes) -> SignatureCheck:
    """Read every signature of a PDF and check it against the file's bytes; no network is used.

    Args:
        content: The file.

    Returns:
        The signatures, and in sentences what does not hold.

    Raises:
        ReportError: If pyHanko is not installed.
    """
    require_pyhanko("Signatures", ReportError)
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - the extra's
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    found: list[Signature] = []
    problems: list[str] = []
    try:
        with trust_not_judged():
            embedded = PdfFileReader(BytesIO(content)).embedded_signatures
            found.extend(_read(one, content) for one in embedded)
    except (PdfError, *UNREADABLE) as error:
        problems.append(
            f"The file was changed, or is no PDF: it cannot be read ({visible_line(in_a_line(error))})."
        )
    places = [place for place in PLACE.finditer(content) if _holds_signature(place, content)]
    if not problems and len(places) > len(found):
        problems.append(
            f"The file was changed after it was signed: it holds {counted(len(places), 'signature')}, "
            f"of which {len(places) - len(found)} can no longer be reached."
        )
    problems += (problem for signature in found for problem in signature.problems)
    return SignatureCheck(tuple(found), tuple(problems))


def _holds_signature(place: re.Match[bytes], content: bytes) -> bool:
    begin, end = (int(number) for number in place.groups())
    return content[begin : begin + 1] == b"<" and content[end - 1 : end] == b">"


def _read(embedded: "EmbeddedPdfSignature", content: bytes) -> Signature:
    status = _validated(embedded)
    stamp = getattr(status, "timestamp_validity", None)
    own_time = embedded.sig_object_type == "/DocTimeStamp"
    attested = _attested(status if own_time else stamp)
    certificate = embedded.signer_cert
    covered = int(embedded.byte_range[2]) + int(embedded.byte_range[3])
    added = _added(status)
    return Signature(
        signer=_named(certificate.subject),
        issuer="itself" if certificate.self_issued else _named(certificate.issuer),
        certificate=digest_of_bytes(certificate.dump()),
        covered=covered,
        added=max(0, len(content) - covered),
        added_what=added,
        claimed_at=_utc(embedded.self_reported_timestamp),
        attested=attested,
        valid_from=certificate.not_valid_before,
        valid_to=certificate.not_valid_after,
        problems=tuple(_problems(status, embedded, content, added, stamp)),
    )


def _validated(embedded: "EmbeddedPdfSignature") -> Any:  # noqa: ANN401 - one of two kinds of status
    import asyncio  # noqa: PLC0415 - only where a signature is read

    from pyhanko.sign.validation import (  # noqa: PLC0415 - the extra's
        async_validate_pdf_signature,
        async_validate_pdf_timestamp,
    )
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    if embedded.sig_object_type == "/DocTimeStamp":
        return asyncio.run(async_validate_pdf_timestamp(embedded, nobody))
    return asyncio.run(async_validate_pdf_signature(embedded, nobody))


def _attested(stamp: Any) -> Attested | NotAttested:  # noqa: ANN401 - pyHanko's status of a time stamp
    if stamp is None:
        return NotAttested("there is no time stamp")
    if not (stamp.intact and stamp.valid):
        return NotAttested("its time stamp does not hold")
    return Attested(stamp.timestamp.astimezone(UTC), _named(stamp.signing_cert.subject))


def _added(status: Any) -> Added:  # noqa: ANN401 - one of two kinds of status
    from pyhanko.sign.diff_analysis import ModificationLevel  # noqa: PLC0415 - the extra's

    level = status.modification_level
    if level == ModificationLevel.NONE:
        return "nothing"
    known = (ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
    return "further signatures" if level in known else "other content"


def _problems(
    status: Any,  # noqa: ANN401 - one of two kinds of status
    embedded: "EmbeddedPdfSignature",
    content: bytes,
    added: Added,
    stamp: Any,  # noqa: ANN401 - pyHanko's status of a time stamp, or none
) -> Iterator[str]:
    if not status.intact:
        yield "The file was changed after it was signed: the signature is over other bytes."
    if not status.valid:
        yield "The signature was changed after it was made: it does not fit its certificate's key."
    if added == "other content":
        yield "The file shows more, or other, than what was signed: content was added afterwards."
    if stamp is not None and not (stamp.intact and stamp.valid):
        yield "The time stamp of the signature does not hold."
    if not untouched(embedded, content):
        yield "The signature was changed after it was made: parts of it that carry no digest differ."


def _named(subject: "Certificate") -> str:
    return str(subject.human_friendly)


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)
