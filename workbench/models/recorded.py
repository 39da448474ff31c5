"""Answers that others recorded, as they lie on this machine; what weights are to a local model.

<data>/recorded/models/<name>/model.json       the entry, found by the catalogue
<data>/recorded/models/<name>/recording.json   where the answers come from
<data>/recorded/models/<name>/answers.parquet  the answers, in the order of the files
<data>/recorded/files/<digest>.zst             the files as they were given, compressed
"""

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench import paths
from workbench.digest import digest_of_file, digest_of_text
from workbench.errors import RecordingError
from workbench.models.catalogue import ENTRY_FILE
from workbench.records import ModelEntry, RecordedAnswer, Recording, from_json, to_json

RECORDING_FILE = "recording.json"
ANSWERS_FILE = "answers.parquet"
PREFIX = "recorded:"
ROWS = 512
"""Answers read at a time."""

SCHEMA = pa.schema(
    [
        pa.field("prompt_digest", pa.string(), nullable=False),
        pa.field("file", pa.int32(), nullable=False),
        pa.field("entry", pa.int64(), nullable=False),
        pa.field("prompt", pa.string(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("note", pa.string()),
        pa.field("model", pa.string()),
        pa.field("prompt_id", pa.string()),
        pa.field("sample", pa.int64()),
        pa.field("temperature", pa.float64()),
        pa.field("max_tokens", pa.int64()),
    ]
)

Answers = dict[str, list[RecordedAnswer]]
"""Prompt → its answers, first sample first."""
Found = list[tuple[tuple[int, int], RecordedAnswer]]


def model_folder(name: str) -> Path:
    """Folder of one model's recorded answers."""
    return paths.recorded_folder() / "models" / name


def kept_path(folder: Path, digest: str) -> Path:
    """The compressed copy of the file with this digest."""
    return folder / f"{digest.removeprefix('sha256:')}.zst"


def files_folder() -> Path:
    """Folder of the files as they were given."""
    return paths.recorded_folder() / "files"


class AnswersWriter:
    """Writes one model's answers, in the order of the files; memory holds one batch."""

    def __init__(self, folder: Path) -> None:
        """Begin `answers.parquet` in a folder."""
        self._path = folder / ANSWERS_FILE
        self._writer = pq.ParquetWriter(self._path, SCHEMA, compression="zstd")
        self.answers = 0

    def write(self, file: int, answers: Sequence[RecordedAnswer]) -> None:
        """Append answers of one file, which is told by its place among the files."""
        rows = [_row(file, answer) for answer in answers]
        self._writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
        self.answers += len(rows)

    def close(self) -> str:
        """Finish the file and return its digest."""
        self._writer.close()
        return digest_of_file(self._path)


def write_recording(folder: Path, recording: Recording) -> None:
    """Keep where the answers come from beside them."""
    text = json.dumps(to_json(recording), indent=2, ensure_ascii=True) + "\n"
    (folder / RECORDING_FILE).write_text(text, encoding="utf-8")


def read_recording(entry: ModelEntry) -> Recording:
    """Where a model's answers come from, after a check that they are those that were imported.

    Raises:
        RecordingError: If they are missing, unreadable or not those of the entry.
    """
    folder = model_folder(entry.name)
    try:
        content = json.loads((folder / RECORDING_FILE).read_text(encoding="utf-8"))
        recording = from_json(Recording, content)
        found = digest_of_file(folder / ANSWERS_FILE)
    except (OSError, ValueError) as error:
        raise _lost(entry, "are not on this machine, or cannot be read") from error
    if not entry.source == f"{PREFIX}{found}" == f"{PREFIX}{recording.answers_digest}":
        raise _lost(entry, "are not those that were imported")
    return recording


def answers_to(entry: ModelEntry, prompts: Collection[str]) -> Answers:
    """Recorded answers to these prompts; a prompt that was not recorded is not among the keys.

    The whole file is read once; memory holds the answers to these prompts and one batch.

    Raises:
        RecordingError: If they cannot be read.
    """
    wanted = {digest_of_text(prompt): prompt for prompt in prompts}
    keys = pa.array(list(wanted), type=pa.string())
    found: dict[str, Found] = defaultdict(list)
    path = model_folder(entry.name) / ANSWERS_FILE
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS):
                mask = pc.is_in(batch["prompt_digest"], value_set=keys)
                for row in batch.filter(mask).to_pylist():
                    place = (row.pop("file"), row["sample"] or 0)
                    del row["prompt_digest"]
                    found[row["prompt"]].append((place, RecordedAnswer(**row)))
    except (OSError, pa.ArrowException) as error:
        raise _lost(entry, "cannot be read") from error
    return {prompt: in_order(items) for prompt, items in found.items()}


def in_order(items: Iterable[tuple[tuple[int, int], RecordedAnswer]]) -> list[RecordedAnswer]:
    """Answers to one prompt by file, then by the sample the file numbers, then as they stand."""
    return [answer for _, answer in sorted(items, key=lambda item: item[0])]


def hand_over(recording: Recording, folder: Path) -> None:
    """Copy the files a recording comes from into a case, so that it can be checked without us.

    Args:
        recording: Where the answers come from.
        folder: The case's folder of such files; what is there already stays.

    Raises:
        RecordingError: If a kept file is missing here, or the folder cannot be written.
    """
    for file in recording.files:
        source, target = kept_path(files_folder(), file.digest), kept_path(folder, file.digest)
        if not file.kept or target.exists():
            continue
        partial = target.with_suffix(".partial")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, partial)
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
            partial.replace(target)
        except OSError as error:
            raise RecordingError(
                f"The kept copy of {file.name} cannot be put into the case ({error.strerror}).",
                fix=f"Put {source} back from a copy or free some space, and run this again.",
            ) from error


def _row(file: int, answer: RecordedAnswer) -> dict[str, object]:
    fields = {name: getattr(answer, name) for name in RecordedAnswer.__dataclass_fields__}
    return {"prompt_digest": digest_of_text(answer.prompt), "file": file, **fields}


def _lost(entry: ModelEntry, what: str) -> RecordingError:
    folder = model_folder(entry.name)
    return RecordingError(
        f"The recorded answers of {entry.name} {what}.",
        fix=f"Remove {folder} and import the files again, or restore it from a copy.",
    )


def described(folder: Path) -> bool:
    """Whether a folder holds a recording that was finished."""
    return (folder / ENTRY_FILE).is_file()
