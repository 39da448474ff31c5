"""Answers as they come, model by model, into folders that are moved into place at the end."""

import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from workbench import __version__
from workbench.durable import sync_folder
from workbench.errors import RecordingError
from workbench.importers.naming import own_name
from workbench.models.catalogue import write_entry
from workbench.models.recorded import PREFIX, AnswersWriter, write_recording
from workbench.records import (
    MOST_SETTINGS,
    ModelEntry,
    RecordedAnswer,
    RecordedFile,
    Recording,
)
from workbench.visible import visible_line

BUFFERED_CHARACTERS = 4 << 20
BUFFERED_ANSWERS = 4_096
MOST_MODELS = 200


class _Model:
    """One model's answers on their way to the disk."""

    def __init__(self, folder: Path, name: str, named: str | None) -> None:
        self.name, self.named, self.folder = name, named, folder / name
        self.folder.mkdir()
        self.writer = AnswersWriter(self.folder)
        self.temperatures: set[float] = set()
        self.max_tokens: set[int] = set()
        self.files: set[int] = set()

    def write(self, file: int, answers: Sequence[RecordedAnswer]) -> None:
        self.writer.write(file, answers)
        self.files.add(file)
        stated = {a.temperature for a in answers if a.temperature is not None}
        limits = {a.max_tokens for a in answers if a.max_tokens is not None}
        self.temperatures = set(sorted(self.temperatures | stated)[:MOST_SETTINGS])
        self.max_tokens = set(sorted(self.max_tokens | limits)[:MOST_SETTINGS])


class Sorting:
    """Takes answers in the order of the files; memory holds a few thousand of them at a time."""

    def __init__(self, building: Path, model: str | None, taken: set[str]) -> None:
        """Begin.

        Args:
            building: A folder to build in, moved from at the end.
            model: What to call the one model that all answers are of; None: as the files say.
            taken: Names of models that there are.
        """
        self._folder = building / "models"
        self._folder.mkdir()
        self._model, self._taken = model, taken
        self._models: dict[str | None, _Model] = {}
        self._named: str | None = None
        self._buffer: dict[tuple[str | None, int], list[RecordedAnswer]] = defaultdict(list)
        self._characters = self._answers = 0

    def add(self, file: int, file_name: str, answer: RecordedAnswer) -> None:
        """Take one answer of the file with this place among the files.

        Raises:
            RecordingError: If nobody says whose answer it is, or a name is taken.
        """
        key = self._key(file_name, answer)
        if key not in self._models:
            self._begin(key)
        self._buffer[key, file].append(answer)
        self._answers += 1
        self._characters += len(answer.prompt) + len(answer.text or "")
        if self._answers >= BUFFERED_ANSWERS or self._characters >= BUFFERED_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        for (key, file), answers in self._buffer.items():
            self._models[key].write(file, answers)
        self._buffer.clear()
        self._characters = self._answers = 0

    def _key(self, file_name: str, answer: RecordedAnswer) -> str | None:
        """The files' name for the model; None where the user says that all answers are one's."""
        if self._model is None:
            if answer.model is None:
                raise RecordingError(
                    f"{visible_line(file_name)} does not say whose answer stands at "
                    f"{answer.entry}.",
                    fix="Say whose answers they are with --model NAME.",
                )
            return answer.model
        self._named = self._named or answer.model
        if answer.model is not None and answer.model != self._named:
            raise RecordingError(
                f"The files hold answers of several models, such as {self._named} and "
                f"{answer.model}.",
                fix="Leave --model out: each is imported under its own name.",
            )
        return None

    def _begin(self, key: str | None) -> None:
        name = own_name(key) if self._model is None and key is not None else self._model
        if name is None:  # a key is missing only where the user named the model
            raise AssertionError
        if name in self._taken:
            raise RecordingError(
                f'There is a model "{name}" already, and what was recorded of it is not replaced.',
                fix="Give this one another name with --model NAME; `workbench models list` shows "
                "all.",
            )
        if len(self._models) >= MOST_MODELS:
            raise RecordingError(
                f"The files name more than {MOST_MODELS} models.",
                fix="Check the column that names the model, or say --model NAME.",
            )
        self._taken.add(name)
        self._models[key] = _Model(self._folder, name, key)

    @property
    def settings(self) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """Every temperature and every limit on tokens that was stated, rising."""
        models = self._models.values()
        return (
            tuple(sorted(set[float]().union(*(model.temperatures for model in models)))),
            tuple(sorted(set[int]().union(*(model.max_tokens for model in models)))),
        )

    def finish(
        self, files: Sequence[RecordedFile], family_declared: bool, now: datetime
    ) -> tuple[Recording, ...]:
        """Close every file of answers and keep beside it where they come from."""
        recordings = []
        for model in self._models.values():
            recording = Recording(
                files=tuple(files[place] for place in sorted(model.files)),
                answers_digest=model.writer.close(),
                answers=model.writer.answers,
                named=model.named,
                family_declared=family_declared,
                imported_at=now,
                software=__version__,
                temperatures=tuple(sorted(model.temperatures)),
                max_tokens=tuple(sorted(model.max_tokens)),
            )
            write_recording(model.folder, recording)
            recordings.append(recording)
        return tuple(recordings)

    def describe(
        self, recordings: Sequence[Recording], family: str | None, parents: tuple[str, ...]
    ) -> tuple[ModelEntry, ...]:
        """Make every folder describe itself, so that the catalogue finds it."""
        entries = []
        for model, recording in zip(self._models.values(), recordings, strict=True):
            title = model.named or self._named or model.name
            entry = ModelEntry(
                name=model.name,
                title=f"{title}, answers recorded by a third party",
                family=family or model.name,
                backend="replay",
                source=f"{PREFIX}{recording.answers_digest}",
                parents=parents,
                note="" if family else "Its family was not declared; its own name stands in.",
            )
            write_entry(model.folder, entry)
            entries.append(entry)
        return tuple(entries)

    def move(self, target: Path) -> None:
        """Move every folder into its place."""
        target.mkdir(parents=True, exist_ok=True)
        for model in self._models.values():
            try:
                os.rename(model.folder, target / model.name)  # noqa: PTH104 - the one atomic step
            except OSError as error:
                raise RecordingError(
                    f"{target / model.name} cannot be put in place ({error.strerror}).",
                    fix="Remove that folder if it is not needed, and import again.",
                ) from error
        sync_folder(target)
