"""Saving an edited pack: only what the checker has nothing against, and never over what was."""

from pathlib import Path

from workbench.durable import write_whole
from workbench.errors import PackError
from workbench.packs.check import check_text
from workbench.packs.draft import pack_of
from workbench.packs.problem import quoted
from workbench.packs.read import examine, examine_text
from workbench.packs.versions import Versions
from workbench.paths import probes_folder
from workbench.records import Pack

EARLIER = ".earlier"
"""Folder of what a saved pack held before; hidden from the checker of packs."""


def save_pack(content: bytes, pack_id: str, asked: Versions, root: Path | None = None) -> Path:
    """Write a pack's file; what stood there is kept under its version.

    Args:
        content: The whole file.
        pack_id: `family/name`.
        asked: Versions that a run used; their content may not change.
        root: The folder of packs, `probes/` unless said otherwise.

    Returns:
        The file.

    Raises:
        PackError: If the checker finds anything, the version of changed content was not raised, or the
            file cannot be written; nothing is changed then.
    """
    root = root or probes_folder()
    checked = check_text(content, pack_id, root, asked)
    if checked.problems:
        raise PackError(checked.name, [str(problem) for problem in checked.problems])
    file = root / f"{pack_id}.toml"
    for place in (file.parent, file, root / EARLIER):
        if place.is_symlink():
            raise PackError(quoted(pack_id), ["it is a symbolic link or lies behind one"])
    try:
        if file.exists() and (earlier := _earlier(file, root)) is not None:
            _check_raised(earlier, content, file)
            _keep(earlier, file, root)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
    except OSError as error:
        raise PackError(quoted(pack_id), [f"it cannot be written ({error.strerror})"]) from error
    return file


def _earlier(file: Path, root: Path) -> Pack | None:
    """The pack that the file holds; None if it holds none, and nothing is lost with it."""
    found = examine(file, root)
    return None if found.draft is None or found.problems else pack_of(found.draft)


def _check_raised(earlier: Pack, content: bytes, file: Path) -> None:
    draft = examine_text(content, earlier.id).draft
    later = None if draft is None else pack_of(draft)
    if later is None or earlier.digest == later.digest or later.version > earlier.version:
        return
    problem = (
        f"version {earlier.version} holds other content; raise version to {earlier.version + 1}"
    )
    raise PackError(file.name, [problem])


def _keep(earlier: Pack, file: Path, root: Path) -> None:
    kept = root / EARLIER / f"{earlier.id}-{earlier.version}.toml"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, file.read_bytes())
