"""The journal: append-only JSON lines, each holding the digest of the one before.

A journal shows every later edit, removal, insertion or reordering of its records, as long as its
last digest (its *head*) is known from elsewhere: the case journal keeps the heads of closed runs, and
the report prints them. It cannot show that a whole journal was made up.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workbench.digest import canonical, digest_of
from workbench.durable import sync_folder
from workbench.errors import CaseError, CustodyError

CASE_JOURNAL = "case"
"""Name of the journal that holds plan, packs, heads of closed runs, comparisons and anchors."""

FORMAT = 1
"""Version of the journal format; a higher one was written by a newer program."""


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """One line of a journal, its place in the chain checked."""

    seq: int
    prev: str
    kind: str
    body: Any
    digest: str


def first_link(name: str) -> str:
    """What the first record of the journal `name` points back to."""
    return digest_of({"format": FORMAT, "journal": name})


def _linked(seq: int, prev: str, kind: str, body: Any) -> JournalRecord:  # noqa: ANN401
    digest = digest_of({"body": body, "kind": kind, "prev": prev, "seq": seq})
    return JournalRecord(seq, prev, kind, body, digest)


def holds(fields: dict[str, Any]) -> bool:
    """Whether a line that was read from a journal carries the digest of its own content."""
    own = {name: fields.get(name) for name in ("body", "kind", "prev", "seq")}
    with contextlib.suppress(ValueError):
        return bool(fields.get("digest") == digest_of(own))
    return False


def _line(record: JournalRecord) -> bytes:
    fields = {
        "seq": record.seq,
        "prev": record.prev,
        "kind": record.kind,
        "body": record.body,
        "digest": record.digest,
    }
    return canonical(fields) + b"\n"


def _parsed(name: str, seq: int, prev: str, line: bytes) -> JournalRecord:
    try:
        fields = json.loads(line)
        found = JournalRecord(**fields)
        # A changed digit can make a number infinite, which has no canonical form.
        expected = _linked(seq, prev, found.kind, found.body)
    except (ValueError, TypeError, RecursionError) as error:
        raise _broken(name, seq, "is not a journal record") from error
    if found.seq != seq:
        raise _broken(name, seq, f"carries the number {found.seq}")
    if found.prev != prev:
        raise _broken(name, seq, "does not follow the record before it")
    if found.digest != expected.digest or _line(expected) != line + b"\n":
        raise _broken(name, seq, "was changed after it was written")
    return found


def _broken(name: str, seq: int, what: str) -> CustodyError:
    return CustodyError(
        f"Record {seq} of journal {name} {what}.",
        fix="Restore the journal from a copy whose head matches the report; do not edit it.",
    )


def read_journal(path: Path) -> Iterator[JournalRecord]:
    """Read a journal from its first record on, checking every link.

    A last line without its newline was being written when the program died: it was never
    acknowledged and is left out; `torn_record` tells whether there is one.

    Raises:
        CustodyError: At the first record that was edited, moved, or does not follow its predecessor.
        CaseError: If the journal cannot be read.
    """
    name, prev = path.stem, first_link(path.stem)
    try:
        with path.open("rb") as stream:
            for seq, line in enumerate(stream):
                if not line.endswith(b"\n"):
                    return
                record = _parsed(name, seq, prev, line[:-1])
                prev = record.digest
                yield record
    except OSError as error:
        raise CaseError(
            f"Journal {name} cannot be read ({error.strerror}).",
            fix="Check the path and the permissions of the case folder.",
        ) from error


def torn_record(path: Path) -> int | None:
    """Number of the last record if it is not whole, None if every record is."""
    lines = path.read_bytes().split(b"\n")
    return len(lines) - 1 if lines[-1] else None


class Journal:
    """A journal open for appending by this process alone."""

    def __init__(self, path: Path) -> None:
        """Open or start the journal at `path`, cut a torn last line, and lock it.

        Raises:
            CaseError: If another process is writing it, or the folder cannot be written.
            CustodyError: If a record already in it does not verify.
        """
        self.path = path
        try:
            self._stream = path.open("ab", buffering=0)
            sync_folder(path.parent)  # else a new journal may vanish with the power
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._stream.close()
            raise CaseError(
                f"Another process is recording into journal {path.stem}.",
                fix="Wait for it to finish, or stop it, and run this again.",
            ) from error
        self.recovered = self._cut_torn_line()
        self.head, self.length = self._checked_end()

    def _checked_end(self) -> tuple[str, int]:
        head, length = first_link(self.path.stem), 0
        for record in read_journal(self.path):
            head, length = record.digest, record.seq + 1
        return head, length

    def _cut_torn_line(self) -> bool:
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole == len(content):
            return False
        os.ftruncate(self._stream.fileno(), whole)
        return True

    def append(self, kind: str, bodies: Iterable[Any]) -> list[JournalRecord]:
        """Append one record per body and return them once they are on the disk.

        Raises:
            CaseError: If the disk is full or the folder cannot be written; nothing of this call
                is acknowledged then, and a later start cuts what was left half-written.
        """
        records = []
        head, length = self.head, self.length
        for body in bodies:
            records.append(_linked(length, head, kind, body))
            head, length = records[-1].digest, length + 1
        try:
            self._write(b"".join(_line(record) for record in records))
        except OSError as error:
            raise self._unwritable(error) from error
        self.head, self.length = head, length
        return records

    def _write(self, content: bytes) -> None:
        start = os.fstat(self._stream.fileno()).st_size
        view = memoryview(content)
        try:
            while view:
                view = view[self._stream.write(view) :]
            os.fsync(self._stream.fileno())
        except OSError:
            os.ftruncate(self._stream.fileno(), start)
            raise

    def _unwritable(self, error: OSError) -> CaseError:
        return CaseError(
            f"Journal {self.path.stem} cannot be written ({error.strerror}).",
            fix="Free some space or choose a folder you may write to, and run this again; "
            "what was recorded so far is kept.",
        )

    def close(self) -> None:
        """Release the journal to other processes."""
        self._stream.close()

    def __enter__(self) -> Self:
        """Return the open journal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the journal."""
        self.close()
