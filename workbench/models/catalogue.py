"""The list of known models: data/models.toml and whatever was derived or imported on this machine.

A folder that holds a `model.json` describes itself, in the cache or, for answers that others recorded,
in `recorded/` beside data/models.toml, which is never written.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from workbench import paths
from workbench.errors import ModelError, nearest
from workbench.models.endpoints import endpoint_problems
from workbench.models.sources import FORMATS
from workbench.models.words import sentence
from workbench.records import BackendName, Endpoint, ModelEntry, from_json, to_json

ENTRY_FILE = "model.json"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
SHA256 = re.compile(r"[0-9a-f]{64}")
SOURCE_KINDS = ("pypi", "npm", "hf", "folder", "derived")
BACKEND_NAMES: tuple[str, ...] = get_args(BackendName)
_FIELDS = tuple(field.name for field in fields(ModelEntry) if field.name != "name")
_ENDPOINT_FIELDS = tuple(field.name for field in fields(Endpoint))


def load_catalogue(path: Path | None = None, cache: Path | None = None) -> dict[str, ModelEntry]:
    """Read every known model.

    Args:
        path: The list of models; data/models.toml if not given.
        cache: Cache folder with derived and imported models; the user's if not given.

    Returns:
        Name → entry, in the order of the file, then those of the cache, then those whose answers
        were recorded by others, by name.

    Raises:
        ModelError: If the file does not follow its format; every problem is listed.
    """
    path = path or paths.models_file()
    known = _read_list(path)
    imported = entry_folders(path.parent / "recorded", ("models",))
    for folder in (*entry_folders(cache or paths.cache_folder()), *imported):
        entry = read_entry(folder)
        known.setdefault(entry.name, entry)
    return known


def find_model(name: str, catalogue: Mapping[str, ModelEntry] | None = None) -> ModelEntry:
    """Look a model up by name.

    Args:
        name: Name in the catalogue.
        catalogue: Where to look; every known model if not given.

    Returns:
        Its entry.

    Raises:
        ModelError: If no model has this name; the nearest known name is suggested.
    """
    known = load_catalogue() if catalogue is None else catalogue
    if name not in known:
        raise ModelError(
            sentence(f'There is no model "{name}"{nearest(name, known)}'),
            fix="Run `workbench models list` to see every known model.",
        )
    return known[name]


def entry_folders(cache: Path, groups: Sequence[str] = ("models", "derived")) -> Iterator[Path]:
    """Folders in the cache that describe themselves, by path."""
    for group in groups:
        for file in sorted((cache / group).glob(f"*/{ENTRY_FILE}")):
            if not file.parent.name.startswith("."):
                yield file.parent


def read_entry(folder: Path) -> ModelEntry:
    """Read the entry of a folder that describes itself.

    Raises:
        ModelError: If its `model.json` cannot be read.
    """
    file = folder / ENTRY_FILE
    try:
        return from_json(ModelEntry, json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ModelError(
            f"{file} cannot be read: {error}.", fix=f"Remove the folder {folder} and make it again."
        ) from error


def write_entry(folder: Path, entry: ModelEntry) -> None:
    """Make a folder describe itself."""
    text = json.dumps(to_json(entry), indent=2, ensure_ascii=False) + "\n"
    (folder / ENTRY_FILE).write_text(text, encoding="utf-8")


def _read_list(path: Path) -> dict[str, ModelEntry]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"The list of models {path} does not exist.", fix="Set WORKBENCH_DATA to its folder."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad_list(path, [str(error)]) from error
    problems = list(_problems(content))
    if problems:
        raise _bad_list(path, problems)
    return {
        name: from_json(ModelEntry, {"name": name, **table})
        for name, table in content["models"].items()
    }


def _problems(content: dict[str, Any]) -> Iterator[str]:
    for key in content:
        if key != "models":
            yield f'"{key}" is not known at the top{nearest(key, ["models"])}'
    tables = content.get("models", {})
    if not isinstance(tables, dict) or not tables:
        yield "there is no table [models.NAME]"
        return
    for name, table in tables.items():
        found = _table_problems(name, table) if isinstance(table, dict) else ["it is not a table"]
        yield from (f"{name}: {problem}" for problem in found)
    for name, table in tables.items():
        for parent in table.get("parents", ()) if isinstance(table, dict) else ():
            if parent not in tables:
                yield f'{name}: parent "{parent}" is not in the list{nearest(str(parent), tables)}'


def _table_problems(name: str, table: dict[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(name):
        yield "a name is made of lower-case letters, digits, dots, dashes and underscores"
    unknown = [key for key in table if key not in _FIELDS]
    for key in unknown:
        yield f'"{key}" is not a field{nearest(key, _FIELDS)}'
    endpoint = table.get("endpoint")
    for key in endpoint if isinstance(endpoint, dict) else ():
        if key not in _ENDPOINT_FIELDS:
            yield f'"{key}" is not a field of endpoint{nearest(key, _ENDPOINT_FIELDS)}'
    try:
        entry = from_json(
            ModelEntry,
            {"name": name, **{key: table[key] for key in table if key not in unknown}},
        )
    except ValueError as error:
        yield str(error).partition(": ")[2]
        return
    yield from entry_problems(entry)


def entry_problems(entry: ModelEntry) -> Iterator[str]:
    """What does not fit in an entry whose fields have the right types."""
    if entry.backend not in BACKEND_NAMES:
        yield f'backend "{entry.backend}" is not known{nearest(entry.backend, BACKEND_NAMES)}'
    elif entry.backend == "http":
        yield from endpoint_problems(entry)
        return
    elif entry.backend == "replay":
        yield "recorded answers are not listed here; bring them in with `workbench import`"
        return
    elif entry.endpoint is not None:
        yield 'the table endpoint belongs to backend = "http"'
    yield from _weights_problems(entry)


def _weights_problems(entry: ModelEntry) -> Iterator[str]:
    if entry.format not in FORMATS:
        yield f'format "{entry.format}" is not known{nearest(entry.format, FORMATS)}'
    if entry.sha256 and not SHA256.fullmatch(entry.sha256):
        yield "sha256 is not 64 lower-case hexadecimal digits"
    for part in entry.source.split() or [""]:
        kind, _, rest = part.partition(":")
        if kind not in SOURCE_KINDS or not rest:
            yield f'source "{part}" does not start with one of {", ".join(SOURCE_KINDS)}'
        if kind in {"pypi", "npm"} and not entry.sha256:
            yield f'source "{part}" needs a pinned sha256'


def _bad_list(path: Path, problems: list[str]) -> ModelError:
    count = len(problems)
    return ModelError(
        f"{path.name} has {count} problem{'s' if count > 1 else ''}: {'; '.join(problems)}.",
        fix="Correct the file; its fields are those of ModelEntry in workbench/records/asked.py.",
    )
