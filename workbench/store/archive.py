"""A case as one ZIP file, and back: journals, calibrations, vocabularies, and what fits of the rest.

The same case gives the same bytes with one version of zlib; what counts are the files in it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from workbench.errors import CaseError, CustodyError
from workbench.store.case import CaseStore
from workbench.store.journal import CASE_JOURNAL
from workbench.store.notes import KIND as NOTE
from workbench.store.raw import raw_path

Kind = Literal["likelihoods", "exchanges", "recordings", "distributions"]
"""Files that may be many or large: how likely models found answers, what endpoints sent, files in
which others recorded answers, whole next-token distributions."""
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they are taken."""

MOST_MEGABYTES = 64
"""What those kinds may take together, unless somebody says otherwise."""
MOST_FILES = 1_000_000
MOST_BYTES = 4 << 30
"""What an archive from elsewhere may unpack to."""
CHUNK_BYTES = 1 << 20
ENCRYPTED = 1
"""Bit of an entry's flags."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a ZIP file can hold: the age of a file is no part of what it says."""
PART = r"[a-z0-9][a-z0-9._-]{0,200}"
DIGEST = r"[0-9a-f]{64}"
PLACES = re.compile(
    rf"journal/{PART}\.jsonl|journal/anchor-[0-9]{{6,12}}\.tst"
    rf"|calibrations/{DIGEST}/(calibration\.json|scores\.csv)"
    rf"|vocabularies/{DIGEST}\.json\.gz|recorded/{DIGEST}\.zst"
    rf"|tensors/{PART}/{DIGEST}\.safetensors|raw/{PART}/{DIGEST}\.json\.gz"
)
"""Every place that a file of a case may have; an archive that names another is refused."""
CASE_PLACE = f"journal/{CASE_JOURNAL}.jsonl"
Files = dict[str, Path]
"""Place in the case → where it lies."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A case in one file."""

    content: bytes
    lacking: Mapping[Kind, int]
    """Kinds of which the record names files that are not in it → how many."""


def pack_case(store: CaseStore, most: int) -> Archive:
    """Put a case into one ZIP file.

    Journals, calibrations and vocabularies always go in, the case journal up to its last record that
    is no note. Each of `KINDS` goes in whole, as far as the case holds it, or not at all.

    Args:
        store: The case.
        most: Bytes that those kinds may take together; one that would exceed them stays out.

    Raises:
        CaseError: If a file cannot be read.
        CustodyError: If a journal is broken.
    """
    contents = {CASE_PLACE: _case_journal(store)}
    chosen, left = _always(store), most
    lacking: dict[Kind, int] = {}
    for kind, named in named_files(store).items():
        here = {place: path for place, path in named.items() if path.is_file()}
        size = sum(path.stat().st_size for path in here.values())
        if size > left:
            here, size = {}, 0
        chosen |= here
        left -= size
        if len(here) < len(named):
            lacking[kind] = len(named) - len(here)
    contents |= {place: _read(path) for place, path in chosen.items()}
    return Archive(_zipped(contents), lacking)


def journal_heads(store: CaseStore) -> dict[str, dict[str, Any]]:
    """Each journal's name → how many records it has (`records`) and the last one's digest (`head`).

    Notes at the end of the case journal do not count: a note changes no report.

    Raises:
        CustodyError: If a journal is broken.
    """
    found = {}
    for name in store.journals():
        for record in store.records(name):
            if name != CASE_JOURNAL or record.kind != NOTE:
                found[name] = {"records": record.seq + 1, "head": record.digest}
    return found


def _case_journal(store: CaseStore) -> bytes:
    lines = _read(store.journal_path(CASE_JOURNAL)).splitlines(keepends=True)
    return b"".join(lines[: journal_heads(store)[CASE_JOURNAL]["records"]])


def _always(store: CaseStore) -> Files:
    folders = ("journal/*", "calibrations/*/*", "vocabularies/*")
    found = (path for pattern in folders for path in store.folder.glob(pattern))
    places = {path.relative_to(store.folder).as_posix(): path for path in found}
    return {
        place: path
        for place, path in places.items()
        if PLACES.fullmatch(place) and place != CASE_PLACE
    }


def named_files(store: CaseStore) -> dict[Kind, Files]:
    """Files of each kind that the record of a case names, whether or not they are there.

    Raises:
        CustodyError: If a journal is broken.
    """
    found: dict[Kind, Files] = {kind: {} for kind in KINDS}
    for run in store.runs():
        if run.capabilities.recorded is not None:
            for file in run.capabilities.recorded.files:
                if file.kept:
                    place = f"recorded/{_bare(file.digest)}.zst"
                    found["recordings"][place] = store.folder / place
        for seen in store.observations(run.id):
            if seen.raw_digest is not None:
                path = raw_path(store.raw_folder(run.id), seen.raw_digest)
                found["exchanges"][f"raw/{run.id}/{path.name}"] = path
            if seen.tensor_digest is not None:
                kind = tensor_kind(seen.probe_address)
                place = f"tensors/{run.id}/{_bare(seen.tensor_digest)}.safetensors"
                found[kind][place] = store.folder / place
    return found


def tensor_kind(address: str) -> Literal["likelihoods", "distributions"]:
    """What the tensor file of an observation holds: a reading's has no distributions."""
    return "likelihoods" if "@" in address else "distributions"


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CaseError(
            f"{path} cannot be read ({error.strerror}).",
            fix="Check the permissions of the case folder.",
        ) from error


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for place in sorted(contents):
            about = zipfile.ZipInfo(place, EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system = 3
            about.external_attr = 0o644 << 16
            packed.writestr(about, contents[place])
    return stream.getvalue()


def unpack_case(content: bytes, folder: Path) -> CaseStore:
    """Make a case folder of a ZIP file from elsewhere.

    Args:
        content: The file, not to be trusted.
        folder: Made; must not exist. Its name becomes the case's.

    Returns:
        The case, its database made anew.

    Raises:
        CustodyError: If the file is no such archive, or the journals in it are broken.
        CaseError: If the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for entry in _checked(packed):
                _unpack(packed, entry, folder / entry.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise _refused(f"cannot be unpacked ({error})") from error
    except OSError as error:
        raise CaseError(
            f"{folder} cannot be written ({error.strerror}).", fix="Free some space and try again."
        ) from error
    store = CaseStore(folder)
    if not store.journal_path(CASE_JOURNAL).is_file():
        raise _refused("holds no case journal")
    store.check_version()
    try:
        store.rebuild()
    except (ValueError, OverflowError, TypeError) as error:
        raise _refused(f"holds a record that no case holds ({error})") from error
    return store


def _checked(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Entries that are all files of a case, each once, and together no larger than is allowed."""
    entries = packed.infolist()
    if len(entries) > MOST_FILES or len({entry.filename for entry in entries}) < len(entries):
        raise _refused("names a file twice, or too many of them")
    for entry in entries:
        if not PLACES.fullmatch(entry.filename):
            raise _refused(f"names a file that no case has: {entry.filename[:80]!r}")
        if entry.flag_bits & ENCRYPTED or entry.compress_type != zipfile.ZIP_DEFLATED:
            raise _refused("is encrypted or compressed in another way than ours")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _refused(f"unpacks to more than {MOST_BYTES >> 30} GB")
    return entries


def _unpack(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    """Unpack one file, chunk by chunk; no more than the size it states comes out of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(entry) as source, path.open("wb") as target:
        while chunk := source.read(CHUNK_BYTES):
            target.write(chunk)


def _refused(how: str) -> CustodyError:
    return CustodyError(
        f"The archive of the case {how}.",
        fix="Ask for another copy of the report, or for the case itself.",
    )
