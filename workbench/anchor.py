"""A time stamp by somebody else over the head of a case: RFC 3161, through pyHanko.

What is stamped is the head of the case journal as text (`sha256:…`), so that other tools can check the
token too: `openssl ts -verify -token_in -in TOKEN -data HEAD.txt -CAfile AUTHORITY.pem`.
pyHanko is an optional extra; without it nothing here works, and it says so.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.digest import digest_of_bytes
from workbench.durable import write_whole
from workbench.errors import CaseError
from workbench.records import Anchor, to_json
from workbench.stamping import (
    PATIENCE_SECONDS,
    in_a_line,
    require_address,
    require_pyhanko,
    trust_not_judged,
)
from workbench.store import CaseStore, Journal, WorkerLock
from workbench.store.journal import CASE_JOURNAL

DIGEST = "sha256"
NEEDING = "Time stamps"

Stamp = Callable[[bytes], Awaitable[bytes]]
"""A SHA-256 digest, 32 bytes → the authority's token over it, DER."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a token says, its signature checked against the certificate it carries."""

    stated_at: datetime
    authority: str


def server(address: str) -> Stamp:
    """Ask a time-stamping server at this address.

    Raises:
        CaseError: If pyHanko is not installed, or the address is no web address.
    """
    require_address(address, CaseError)
    require_pyhanko(NEEDING, CaseError)

    async def stamp(digest: bytes) -> bytes:
        import aiohttp  # noqa: PLC0415 - comes with the optional extra
        from pyhanko.sign.timestamps import HTTPTimeStamper  # noqa: PLC0415

        async with aiohttp.ClientSession() as session:
            asked = HTTPTimeStamper(address, timeout=PATIENCE_SECONDS, session=session)
            return await stamped_by(asked)(digest)

    return stamp


def stamped_by(timestamper: Any) -> Stamp:  # noqa: ANN401 - pyhanko's TimeStamper, if installed
    """Use one of pyHanko's time stampers."""

    async def stamp(digest: bytes) -> bytes:
        token = await timestamper.async_timestamp(digest, DIGEST)
        return bytes(token.dump())

    return stamp


def anchor_case(store: CaseStore, stamp: Stamp, address: str, now: datetime) -> Anchor:
    """Have the head of the case journal stamped; keep the token beside it and say so in it.

    Args:
        store: The case; nobody else may be at work on it.
        stamp: Asks the authority.
        address: Where it is asked, for the record.
        now: Timezone-aware; only for the lock.

    Raises:
        CaseError: If a worker is running, the authority gives no valid token, or the disk is full.
        CustodyError: If the case journal does not verify.
    """
    lock = WorkerLock(store.folder)
    lock.take(now)
    try:
        with Journal(store.journal_path(CASE_JOURNAL)) as journal:
            head = journal.head
            token = _asked(stamp, head, address)
            anchor = _kept(journal, head, token, address)
            store.fold(journal.append("anchor", [to_json(anchor)]))
    finally:
        lock.release()
    return anchor


def _asked(stamp: Stamp, head: str, address: str) -> bytes:
    import aiohttp  # noqa: PLC0415 - comes with the optional extra

    try:
        return asyncio.run(stamp(hashlib.sha256(head.encode()).digest()))  # type: ignore[arg-type]
    except (OSError, aiohttp.ClientError, ValueError) as error:
        raise CaseError(
            f"The time-stamping server at {address} gave no time stamp ({in_a_line(error)}).",
            fix="Check the address and the connection, or use another server; nothing was recorded.",
        ) from error


def _kept(journal: Journal, head: str, token: bytes, address: str) -> Anchor:
    try:
        stated = read_token(token, head)
    except ValueError as error:
        raise CaseError(
            f"The time stamp from {address} does not hold: {error}.",
            fix="Use another server; nothing was recorded.",
        ) from error
    path = journal.path.with_name(f"anchor-{journal.length:06d}.tst")
    try:
        write_whole(path, token)
    except OSError as error:
        raise CaseError(
            f"The time stamp cannot be written to {path} ({error.strerror}).",
            fix="Free some space and run this again; nothing was recorded.",
        ) from error
    return Anchor(
        head=head,
        records=journal.length,
        token=path.name,
        token_digest=digest_of_bytes(token),
        authority=stated.authority,
        server=address,
        stated_at=stated.stated_at,
    )


def token_problem(store: CaseStore, anchor: Anchor) -> str:
    """What is wrong with the token of an anchor, as a sentence; empty if nothing is."""
    try:
        token = store.journal_path(CASE_JOURNAL).with_name(anchor.token).read_bytes()
        stated = read_token(token, anchor.head)
    except OSError as error:
        return f"the file {anchor.token} cannot be read ({error.strerror})."
    except CaseError as error:
        return f"the token cannot be checked. {error}"
    except ValueError as error:
        return f"the token in {anchor.token} does not hold: {error}."
    if digest_of_bytes(token) != anchor.token_digest:
        return f"the file {anchor.token} was changed after it was written."
    if (stated.stated_at, stated.authority) != (anchor.stated_at, anchor.authority):
        return f"the token states {stated.stated_at} and {stated.authority}."
    return ""


def read_token(token: bytes, head: str) -> Stated:
    """Check a token's signature and that it covers a head.

    The certificate is the one in the token; whether to trust its issuer is up to the reader.

    Raises:
        ValueError: If the token is malformed, is over something else, or its signature fails.
        CaseError: If pyHanko is not installed.
    """
    require_pyhanko(NEEDING, CaseError)
    from asn1crypto import cms  # noqa: PLC0415 - comes with the optional extra
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    signed = cms.ContentInfo.load(token, strict=True)["content"]
    if not isinstance(signed, cms.SignedData):
        msg = "it is no signed time stamp"
        raise ValueError(msg)  # noqa: TRY004 - about the content, not about our types
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    with trust_not_judged():
        found = asyncio.run(
            validate_tst_signed_data(
                signed, nobody, lambda algorithm: hashlib.new(algorithm, head.encode()).digest()
            )
        )
    if not found["intact"]:
        msg = "it is over another head"
        raise ValueError(msg)
    if not found["valid"]:
        msg = "its signature fails"
        raise ValueError(msg)
    authority = str(found["signing_cert"].subject.human_friendly)
    return Stated(found["timestamp"].astimezone(UTC), authority)
