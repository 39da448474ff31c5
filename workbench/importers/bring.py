"""Files → recorded models and a pack of their prompts: all of it, or nothing."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from workbench import paths
from workbench.digest import digest_of_file
from workbench.errors import RecordingError, nearest
from workbench.importers import IMPORTERS, BadRow, Importer, LeftOut, Row
from workbench.importers.files import check_file, check_unchanged, keep_file
from workbench.importers.naming import check_name, own_name
from workbench.importers.prompts import Prompts, pack_of_prompts
from workbench.importers.sorting import Sorting
from workbench.models.catalogue import find_model, load_catalogue
from workbench.models.recorded import answers_to, files_folder, model_folder
from workbench.models.words import sentence
from workbench.packs.imported import FAMILY, imported_file, read_imported, write_imported
from workbench.packs.schema import NAME, NAME_RULE
from workbench.records import ModelEntry, Pack, Reading, RecordedFile, Recording
from workbench.visible import visible_line

Say = Callable[[str], None]
PROBLEMS_KEPT = 1_000
PROBLEMS_SHOWN = 20
SAID_EVERY = 100_000
"""Entries between two lines of progress."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user said of the files."""

    reading: Reading
    model: str | None = None
    """What to call the model here; None: as the files name it."""
    family: str | None = None
    parents: tuple[str, ...] = ()
    pack: str | None = None
    """Second part of the pack's id; None: the first model's name."""
    skip_bad: bool = False
    """Whether to go on without entries that cannot be read."""
    copy: bool = True
    temperature: float | None = None
    """Of models that are asked the same prompts here; None: as recorded."""
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import made."""

    entries: tuple[ModelEntry, ...]
    recordings: tuple[Recording, ...]
    pack: Pack
    pack_is_new: bool
    answered: tuple[int, ...]
    """For each model, how many prompts of the pack it answered."""
    prompts_too_long: int
    """Answers whose prompts are too long for a pack."""
    prompts_dropped: bool
    """Whether there were more prompts than a pack holds."""


@dataclass(slots=True)
class _Tally:
    """What one file held."""

    answers: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    bad: int = 0
    problems: list[str] = field(default_factory=list)


def bring(files: Sequence[Path], wish: Wish, *, now: datetime, say: Say) -> Brought:
    """Import files of recorded answers; nothing of it is kept if anything is refused.

    Args:
        files: The files, all of one format.
        wish: What the user said of them.
        now: The time, timezone-aware.
        say: Receives progress in words.

    Returns:
        The models, where their answers come from, and the pack that asks their prompts.

    Raises:
        RecordingError: If a file cannot be read, holds entries that cannot be read and `skip_bad` is
            not set, or does not say whose answers it holds; if a name is taken.
        ModelError: If a parent is not known.
    """
    importer = _importer(wish.reading)
    _check(files, wish)
    root = paths.recorded_folder()
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".incoming-") as folder:
        building, prompts = Path(folder), Prompts()
        sorting = Sorting(building, wish.model, set(load_catalogue()))
        target = _Target(importer, wish, sorting, prompts, building / "files", say)
        told = [_read(number, path, target) for number, path in enumerate(files)]
        recordings = sorting.finish(told, wish.family is not None, now)
        entries = sorting.describe(recordings, wish.family, wish.parents)
        pack, is_new = _pack(entries[0].name, wish, importer, told, prompts, sorting)
        if wish.copy:
            _move_files(building / "files")
        sorting.move(model_folder(""))
    if is_new:
        write_imported(pack)
    asked = [probe.prompt for probe in pack.probes]
    return Brought(
        entries,
        recordings,
        pack,
        is_new,
        tuple(len(answers_to(entry, asked)) for entry in entries),
        prompts.too_long,
        prompts.dropped,
    )


def _importer(reading: Reading) -> Importer:
    known = IMPORTERS.get(reading.format)
    if known is None:
        raise RecordingError(
            sentence(f'There is no format "{reading.format}"{nearest(reading.format, IMPORTERS)}'),
            fix=f"Use one of {', '.join(IMPORTERS)}.",
        )
    if reading.columns and not known.columns:
        raise RecordingError(
            f"The format {reading.format} has its own columns.", fix="Leave --column out."
        )
    return known


def _check(files: Sequence[Path], wish: Wish) -> None:
    for path in files:
        check_file(path)
    digests = [digest_of_file(path) for path in files]
    if len(set(digests)) < len(digests):
        raise RecordingError(
            "Two of these files hold the same bytes.", fix="Name each file once, so it counts once."
        )
    if wish.model is not None:
        check_name(wish.model)
    if wish.pack is not None and not NAME.fullmatch(wish.pack):
        raise RecordingError(f"{wish.pack!r} is no name for a pack.", fix=f"A name is {NAME_RULE}.")
    for parent in wish.parents:
        find_model(parent)


@dataclass(frozen=True, slots=True)
class _Target:
    """Everything that the rows of a file go into."""

    importer: Importer
    wish: Wish
    sorting: Sorting
    prompts: Prompts
    kept: Path
    say: Say


def _read(number: int, path: Path, target: _Target) -> RecordedFile:
    """Read one file, which is told by its place among the files."""
    wish, name = target.wish, visible_line(path.name)
    target.say(f"Reading {name}")
    digest = keep_file(path, target.kept) if wish.copy else digest_of_file(path)
    tally = _Tally()
    for count, row in enumerate(target.importer.read(path, wish.reading), start=1):
        if count % SAID_EVERY == 0:
            target.say(f"{count:,} rows of {name}")
        _take(row, number, path.name, target, tally)
    target.sorting.flush()
    check_unchanged(path, digest)
    _refuse(path.name, tally, wish)
    return RecordedFile(
        name=path.name,
        digest=digest,
        size=path.stat().st_size,
        reading=wish.reading,
        kept=wish.copy,
        answers=tally.answers,
        left_out=tally.left_out,
        bad=tally.bad,
        problems=tuple(tally.problems),
    )


def _take(row: Row, number: int, name: str, target: _Target, tally: _Tally) -> None:
    match row:
        case BadRow(entry, reason):
            tally.bad += 1
            if tally.bad <= PROBLEMS_KEPT:
                tally.problems.append(f"{target.importer.place} {entry}: {reason}")
        case LeftOut(_, reason):
            tally.left_out[reason] = tally.left_out.get(reason, 0) + 1
        case _:
            tally.answers += 1
            target.prompts.add(row)
            target.sorting.add(number, name, row)


def _refuse(name: str, tally: _Tally, wish: Wish) -> None:
    """Stop at entries that cannot be read, unless the user wants to go on without them."""
    if tally.bad and not wish.skip_bad:
        shown = "; ".join(tally.problems[:PROBLEMS_SHOWN])
        more = f"; and {tally.bad - PROBLEMS_SHOWN} more" if tally.bad > PROBLEMS_SHOWN else ""
        entries = "1 entry" if tally.bad == 1 else f"{tally.bad} entries"
        raise RecordingError(
            f"{name} holds {entries} that cannot be read, so nothing was imported: {shown}{more}.",
            fix="Correct the file, or import the rest and have these counted with --skip-bad.",
        )
    if not tally.answers:
        why = "; ".join(f"{n} times: {reason}" for reason, n in tally.left_out.items())
        raise RecordingError(
            f"{name} holds no answer to import{f' ({why})' if why else ''}.",
            fix="Choose another file, or another format.",
        )


def _pack(
    model: str,
    wish: Wish,
    importer: Importer,
    files: Sequence[RecordedFile],
    prompts: Prompts,
    sorting: Sorting,
) -> tuple[Pack, bool]:
    """The pack of these prompts; one that is there already stays as it is."""
    name = wish.pack or own_name(model).replace(".", "-").replace("_", "-").strip("-")
    if imported_file(name).exists():
        return read_imported(f"{FAMILY}/{name}"), False
    temperatures, max_tokens = sorting.settings
    made = pack_of_prompts(
        name,
        prompts,
        files,
        importer.template,
        temperatures=temperatures if wish.temperature is None else (wish.temperature,),
        max_tokens=max_tokens if wish.max_tokens is None else (wish.max_tokens,),
    )
    if not made.probes:
        raise RecordingError(
            "Every prompt in these files is too long to be asked.", fix="Choose another file."
        )
    return made, True


def _move_files(folder: Path) -> None:
    """Put the kept copies in their place; one that is there already is of the same digest."""
    files_folder().mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.zst")):
        path.replace(files_folder() / path.name)
