"""The kept files of a case, read once more: do they still say what was recorded from them?"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbench.backends import Question
from workbench.backends.replay import reply_to
from workbench.digest import digest_of_file
from workbench.errors import RecordingError
from workbench.importers import IMPORTERS
from workbench.importers.files import MOST_KEPT_BYTES
from workbench.models.recorded import Found, in_order, kept_path
from workbench.packed import ZstdError, unpack_file
from workbench.records import (
    Observation,
    Pack,
    Probe,
    RecordedAnswer,
    RecordedFile,
    Recording,
)
from workbench.store import CaseStore
from workbench.visible import visible_line

MOST_ANSWERS_BYTES = 4 << 30
"""What the answers of one file to the planned prompts may come to: they are in memory, and a file can
repeat one without end."""
ANSWER_BYTES = 1 << 10
"""What an answer takes beside its texts."""


@dataclass(slots=True)
class Lent:
    """Bytes that all kept files together may still unpack to."""

    left: int | None
    """None: no limit but each file's own."""

    def spend(self, written: int) -> None:
        """Take off what was written, whatever was stated."""
        if self.left is not None:
            self.left -= written


Places = list[tuple[str, int, str | None]]
"""(run, place of the file among the run's files, name of the run's model in it) for each run."""
Asked = dict[str, tuple[Pack, Probe]]


@dataclass(slots=True)
class Reread:
    """What reading the kept files again came to."""

    problems: list[str] = field(default_factory=list)
    files: int = 0
    not_kept: int = 0
    """Files of which only the digest is known."""
    observations: int = 0
    """Observations compared with a kept file."""


def reread(store: CaseStore, together: int | None = None) -> Reread | None:
    """Read every kept file of a case again and compare it with every observation made from it.

    Memory holds the answers to the planned prompts and one entry of a file, the disk one file of at
    most `MOST_KEPT_BYTES`, whatever the case states.

    Args:
        store: The case, not to be trusted.
        together: Bytes that all kept files may unpack to; None: each may have its own most.

    Returns:
        What differs; None where every model of the case was asked here.
    """
    runs = [(run, run.capabilities.recorded) for run in store.runs()]
    recordings = [(run.id, recording) for run, recording in runs if recording is not None]
    if not recordings:
        return None
    result = Reread()
    asked: Asked = {probe.address: (pack, probe) for pack in store.packs() for probe in pack.probes}
    found: dict[str, dict[str, Found]] = {run_id: defaultdict(list) for run_id, _ in recordings}
    whole = set[str]()
    lent = Lent(together)
    wanted = {probe.prompt for _, probe in asked.values()}
    for file, places in _files(recordings):
        if not file.kept:
            result.not_kept += 1
            continue
        result.files += 1
        try:
            _check_size(file, lent.left)
            _collect(store, file, places, wanted, found, lent)
            whole.add(file.digest)
        except RecordingError as error:
            result.problems.append(error.what)
    for run_id, recording in recordings:
        if all(file.digest in whole for file in recording.files):
            answers = {prompt: in_order(items) for prompt, items in found[run_id].items()}
            for seen in store.observations(run_id):
                if seen.probe_address not in asked:
                    continue  # what was not planned is named with the observations
                result.observations += 1
                pack, probe = asked[seen.probe_address]
                reply = reply_to(_question(seen, pack, probe), answers, recording)
                result.problems += _differences(seen, reply.outcome, reply.text, reply.note)
    return result


def _files(recordings: list[tuple[str, Recording]]) -> list[tuple[RecordedFile, Places]]:
    """Every file once, with the runs it is in."""
    files: dict[str, tuple[RecordedFile, Places]] = {}
    for run_id, recording in recordings:
        for place, file in enumerate(recording.files):
            entry = files.setdefault(file.digest, (file, []))
            entry[1].append((run_id, place, recording.named))
    return list(files.values())


def _collect(
    store: CaseStore,
    file: RecordedFile,
    places: Places,
    wanted: set[str],
    found: dict[str, dict[str, Found]],
    lent: Lent,
) -> None:
    """Read one kept file and take the answers to the wanted prompts, each to its run."""
    left = MOST_ANSWERS_BYTES
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        # Readers tell by the suffix whether tabs separate a table, and nothing else by the name.
        path = Path(folder) / ("file.tsv" if file.name.lower().endswith(".tsv") else "file")
        _unpack(kept_path(store.recorded_folder(), file.digest), path, file, lent)
        for row in _answers(path, file):
            if row.prompt not in wanted:
                continue
            for run_id, place, named in places:
                if named is None or row.model == named:
                    left -= ANSWER_BYTES + len(row.prompt) + len(row.text or "")
                    found[run_id][row.prompt].append(((place, row.sample or 0), row))
            if left < 0:
                raise _lost(file, f"holds more than {MOST_ANSWERS_BYTES:,} bytes of answers")


def _answers(path: Path, file: RecordedFile) -> Iterator[RecordedAnswer]:
    """Every answer of an unpacked file, read as its format is."""
    importer = IMPORTERS.get(file.reading.format)
    if importer is None:
        raise _lost(file, "is of a format that is not known")
    try:
        for row in importer.read(path, file.reading):
            if isinstance(row, RecordedAnswer):
                yield row
    except RecordingError as error:
        raise _lost(file, f"cannot be read as it was ({error.what.rstrip('.')})") from error


def _check_size(file: RecordedFile, left: int | None) -> None:
    """Refuse what would take more of the disk than is lent, before anything is unpacked."""
    stated = f"is said to unpack to {file.size:,} bytes"
    if file.size < 0:
        raise _lost(file, f"{stated}, which no file does")
    if file.size > MOST_KEPT_BYTES:
        raise _lost(file, f"{stated}, and of no file are more than {MOST_KEPT_BYTES:,} unpacked")
    if left is not None and file.size > left:
        raise _lost(file, f"{stated}, and of all that may be unpacked {left:,} are left")


def _unpack(source: Path, target: Path, file: RecordedFile, lent: Lent) -> None:
    try:
        with target.open("wb") as stream:
            try:
                whole = unpack_file(source, stream, file.size)
            finally:
                lent.spend(stream.tell())
    except (OSError, EOFError, ZstdError) as error:
        raise _lost(file, "cannot be read") from error
    if not whole or digest_of_file(target) != file.digest:
        raise _lost(file, "was changed after it was recorded")


def _lost(file: RecordedFile, what: str) -> RecordingError:
    return RecordingError(
        f"The kept copy of {visible_line(file.name)} ({file.digest[:19]}…) {what}.",
        fix="Restore the case's recorded folder from a copy, or record the case anew.",
    )


def _question(seen: Observation, pack: Pack, probe: Probe) -> Question:
    return Question(
        address=seen.probe_address,
        repeat=seen.repeat,
        kind=pack.kind,
        prompt=probe.prompt,
        template=pack.template,
        temperature=pack.decoding.temperature,
        max_tokens=pack.decoding.max_tokens,
        seed=seen.seed,
    )


def _differences(
    seen: Observation, outcome: str, text: str | None, note: str | None
) -> Iterator[str]:
    place = f"{seen.run_id} at {seen.probe_address}, repeat {seen.repeat}"
    pairs = (
        ("outcome", seen.outcome, outcome),
        ("text", seen.text, text),
        ("note", seen.note, note),
    )
    for what, recorded, again in pairs:
        if recorded != again:
            yield f"{place}: the {what} recorded is not the one that the kept file holds."
