"""The checker: every mistake in the given files, and prompts that other packs ask already."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.packs.draft import pack_of
from workbench.packs.library import pack_files, pack_ids
from workbench.packs.problem import Problem, in_order, listed
from workbench.packs.read import Examined, examine, examine_text
from workbench.packs.similar import repetitions
from workbench.packs.versions import Versions, version_problem

if TYPE_CHECKING:
    from workbench.packs.draft import Draft


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file and everything that is wrong with it."""

    name: str
    """Its path under the folder of packs."""
    probes: int
    problems: tuple[Problem, ...]


def check_paths(
    paths: Iterable[Path], root: Path, asked: Versions | None = None
) -> list[CheckedFile]:
    """Check pack files and folders of them.

    A prompt is compared with every other pack under `root`, given or not; a file that is not given
    is never blamed.

    Args:
        paths: Files, and folders to search for files.
        root: The folder of packs.
        asked: Versions that a run used; their content may not change.
    """
    files = list(dict.fromkeys(file.absolute() for path in paths for file in _files_of(path)))
    given = [examine(file, root) for file in files]
    repeated = _repeated(given, _others(given, root))
    return [_checked(item, repeated, asked or {}) for item in given]


def check_text(
    content: bytes, pack_id: str, root: Path, asked: Versions | None = None
) -> CheckedFile:
    """Check what is to become the file of a pack as `check_paths` would check the file.

    Args:
        content: The file's bytes.
        pack_id: The pack it is for.
        root: The folder of packs.
        asked: Versions that a run used.
    """
    given = [examine_text(content, pack_id)]
    return _checked(given[0], _repeated(given, _others(given, root)), asked or {})


def _files_of(path: Path) -> list[Path]:
    return pack_files(path) if path.is_dir() else [path]


def _others(given: list[Examined], root: Path) -> list[Examined]:
    ids = {item.draft.id for item in given if item.draft is not None}
    files = zip(pack_files(root), pack_ids(root), strict=True)
    return [examine(file, root) for file, pack_id in files if pack_id not in ids]


def _repeated(given: list[Examined], others: list[Examined]) -> dict[str, list[Problem]]:
    """Problems that need two packs to see, by pack id; the library comes first, so it is right."""
    ordered: list[Draft] = [item.draft for item in (*others, *given) if item.draft is not None]
    problems: dict[str, list[Problem]] = defaultdict(list)
    for draft, problem in repetitions(ordered):
        problems[draft.id].append(problem)
    return problems


def _checked(item: Examined, repeated: dict[str, list[Problem]], asked: Versions) -> CheckedFile:
    if item.draft is None:
        return CheckedFile(item.name, 0, listed(item.problems))
    found = [*item.problems, *repeated[item.draft.id]]
    if not item.problems and (text := version_problem(pack_of(item.draft), asked)):
        found.append(item.draft.problem(text, "pack", "version"))
    problems = in_order(found)
    return CheckedFile(item.name, len(item.draft.probes), listed(problems))
