"""One file → one checked pack, or every problem in it at once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import PackError
from workbench.packs.draft import Draft, draft_of, naming_problems, pack_of
from workbench.packs.problem import Problem, in_order, listed, visible
from workbench.packs.prompts import hidden_in_the_file
from workbench.packs.rules import RULES
from workbench.packs.source import RefusedError, Source, inside, parse, read_source, source_of
from workbench.records import Pack


@dataclass(frozen=True, slots=True)
class Examined:
    """A pack file after every check that needs no other file."""

    name: str
    """The file as the user knows it: its path under the folder of packs."""
    draft: Draft | None
    """None where the file could not be read at all."""
    problems: tuple[Problem, ...]
    """All of them, in the order of lines."""


def load_pack(path: Path, root: Path) -> Pack:
    """Read and check one pack.

    Args:
        path: The file; it must lie in `root`, in the folder of its family.
        root: The folder of packs, `probes/` unless a test says otherwise.

    Raises:
        PackError: If anything is wrong; it lists everything that is.
    """
    examined = examine(path, root)
    if examined.problems or examined.draft is None:
        raise PackError(examined.name, [str(problem) for problem in listed(examined.problems)])
    return pack_of(examined.draft)


def examine(path: Path, root: Path) -> Examined:
    """Check one file by itself; nothing is raised, every problem is listed."""
    try:
        relative = inside(path, root)
    except RefusedError as refused:
        return Examined(visible(str(path)), None, (refused.problem,))
    return _examined(relative, lambda: read_source(root.resolve() / relative))


def examine_text(content: bytes, pack_id: str) -> Examined:
    """Check what is to become the file of a pack, in the same way; no file is touched."""
    return _examined(Path(f"{pack_id}.toml"), lambda: source_of(content))


def _examined(relative: Path, read: Callable[[], Source]) -> Examined:
    problems: list[Problem] = []
    draft = None
    try:
        problems += naming_problems(relative)
        source = read()
        problems += hidden_in_the_file(source)
        pack_id = relative.with_suffix("").as_posix()
        draft, misfits = draft_of(parse(source), pack_id, source)
        problems += misfits
        problems += (problem for rule in RULES for problem in rule(draft))
    except RefusedError as refused:
        problems.append(refused.problem)
    return Examined(visible(relative.as_posix()), draft, in_order(problems))
