"""Finding packs: all of them, or one by its id."""

from pathlib import Path

from workbench.errors import PackError, WorkbenchError
from workbench.packs.draft import pack_of
from workbench.packs.imported import imported_ids, read_imported
from workbench.packs.problem import hint, listed, quoted, visible
from workbench.packs.read import examine, load_pack
from workbench.packs.schema import FAMILIES, ID_CHARACTERS, NAME, NAME_RULE
from workbench.packs.source import RefusedError, inside, read_source
from workbench.paths import probes_folder
from workbench.records import Pack


class UnknownPackError(PackError):
    """There is no pack of this id."""

    def __init__(self, pack_id: str, known: list[str]) -> None:
        """Name the nearest id there is."""
        what = f"There is no pack {quoted(pack_id)}{hint(pack_id, known)}"
        fix = "List the ids with `workbench packs list`."
        WorkbenchError.__init__(self, f"{what}.", fix=fix)
        self.problems = [what]


def id_problems(pack_id: str) -> list[str]:
    """Say why a text cannot be a pack's id; nothing on disk is touched."""
    parts = pack_id[: ID_CHARACTERS + 1].split("/")
    if len(pack_id) > ID_CHARACTERS or len(parts) != 2:
        return ["a pack's id is family/name"]
    problems = []
    if parts[0] not in FAMILIES:
        problems.append(f"{quoted(parts[0])} is not a known family{hint(parts[0], FAMILIES)}")
    if not NAME.fullmatch(parts[1]):
        problems.append(f"the name {quoted(parts[1])} is not {NAME_RULE}")
    return problems


def pack_files(folder: Path) -> list[Path]:
    """List the pack files of a folder, sorted; hidden ones are left out.

    Symbolic links are listed whatever they are called, so that the checker refuses them aloud.
    """
    found = (path for path in folder.rglob("*") if path.suffix == ".toml" or path.is_symlink())
    return sorted(path for path in found if not _is_hidden(path.relative_to(folder)))


def load_packs(root: Path | None = None) -> dict[str, Pack]:
    """Read every pack of the folder, by id and in the order of ids.

    Raises:
        PackError: If any file has a problem; the problems of all files are listed together.
    """
    root = root or probes_folder()
    if not root.is_dir():
        raise PackError("The folder of packs", [f"{visible(str(root))} is not a folder"])
    examined = [examine(path, root) for path in pack_files(root)]
    problems = [f"{item.name}: {each}" for item in examined for each in listed(item.problems)]
    if problems:
        raise PackError("The folder of packs", problems)
    return {item.draft.id: pack_of(item.draft) for item in examined if item.draft is not None}


def find_pack(pack_id: str, root: Path | None = None) -> Pack:
    """Read the pack of this id; other files may be broken.

    Without a folder of its own, packs made of recorded prompts are found too.

    Raises:
        PackError: If there is none, with the nearest known id, or if it has problems.
    """
    imported = [] if root is not None else imported_ids()
    if pack_id in imported:
        return read_imported(pack_id)
    root = root or probes_folder()
    file = root / f"{pack_id}.toml"
    if id_problems(pack_id) or not file.is_file():
        raise UnknownPackError(pack_id, [*pack_ids(root), *imported])
    return load_pack(file, root)


def pack_text(pack_id: str, root: Path | None = None) -> str:
    """The text of a pack's file, whatever the checker thinks of it.

    Raises:
        PackError: If there is no such file, or it is no text of a pack's size.
    """
    root = root or probes_folder()
    file = root / f"{pack_id}.toml"
    if id_problems(pack_id) or not file.exists():
        raise UnknownPackError(pack_id, pack_ids(root))
    try:
        return read_source(root.resolve() / inside(file, root)).text
    except RefusedError as refused:
        raise PackError(f"{pack_id}.toml", [str(refused.problem)]) from refused


def pack_ids(root: Path) -> list[str]:
    """List the ids of the files there are, read or not."""
    relative = (path.relative_to(root).with_suffix("") for path in pack_files(root))
    return [path.as_posix() for path in relative]


def _is_hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)
