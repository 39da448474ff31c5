"""`zoo.json`: every member of a zoo with its recipe, its digests and its parents' digests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.zoo.keep import Made
from benchmarks.zoo.members import Member, Parent
from benchmarks.zoo.sizes import SIZES
from workbench import paths
from workbench.digest import digest_of
from workbench.durable import write_whole
from workbench.errors import ModelError, nearest
from workbench.models.words import sentence

FILE = "zoo.json"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A zoo as it was written down."""

    size: str
    members: tuple[Member, ...]
    """Parents first."""
    made: Mapping[str, Made]
    """Those that are finished, by name."""
    digest: str
    """Of the whole record: the same zoo built again has the same."""


def zoo_folder(size: str) -> Path:
    """Where a zoo's record, drawing and scores are.

    Raises:
        ModelError: If there is no such size.
    """
    if size not in SIZES:
        raise ModelError(
            sentence(f'There is no zoo of size "{size}"{nearest(size, SIZES)}'),
            fix=f"Use one of {', '.join(SIZES)}.",
        )
    return paths.cache_folder() / "zoo" / size


def write_record(size: str, members: Sequence[Member], made: Mapping[str, Made]) -> Recorded:
    """Write down who was made of what.

    Args:
        size: Key of `SIZES`.
        members: All of them, parents first.
        made: The finished ones.

    Returns:
        What was written.
    """
    content = {"size": size, "members": [_entry(member, made) for member in members]}
    digest = digest_of(content)
    folder = zoo_folder(size)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**content, "digest": digest}, indent=1, ensure_ascii=False) + "\n"
    write_whole(folder / FILE, text.encode())
    return Recorded(size, tuple(members), dict(made), digest)


def read_record(size: str) -> Recorded:
    """Read a zoo's record.

    Raises:
        ModelError: If the zoo was not built or its record was changed.
    """
    file = zoo_folder(size) / FILE
    try:
        content = json.loads(file.read_bytes())
        digest = content.pop("digest")
        whole = digest == digest_of(content)
        members = tuple(_member(entry) for entry in content["members"])
        made = {e["name"]: _made(e) for e in content["members"] if e["weights_digest"]}
    except FileNotFoundError as error:
        raise ModelError(
            f"The {size} zoo was not built on this machine.",
            fix=f"Run `workbench zoo build --size {size}`.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _changed(file, size) from error
    if not whole:
        raise _changed(file, size)
    return Recorded(size, members, made, digest)


def plain(recorded: Recorded) -> dict[str, Any]:
    """A record in JSON types, as it was written."""
    return {
        "size": recorded.size,
        "digest": recorded.digest,
        "members": [_entry(member, recorded.made) for member in recorded.members],
    }


def _changed(file: Path, size: str) -> ModelError:
    return ModelError(
        f"{file} is not as it was written.",
        fix=f"Remove it and run `workbench zoo build --size {size}`; finished models are kept.",
    )


def _entry(member: Member, made: Mapping[str, Made]) -> dict[str, Any]:
    done = made.get(member.name)
    entry = asdict(member)
    for parent in entry["parents"]:
        known = made.get(parent["name"])
        parent["weights_digest"] = known.weights_digest if known else None
    return {
        **entry,
        "folder": Path(done.folder).name if done else None,
        "group": Path(done.folder).parent.name if done else None,
        "recipe_digest": done.recipe_digest if done else None,
        "weights_digest": done.weights_digest if done else None,
        "corpora": dict(done.corpora) if done else {},
        "figures": dict(done.figures) if done else {},
    }


def _member(entry: Mapping[str, Any]) -> Member:
    parents = tuple(Parent(parent["name"], parent["how"]) for parent in entry["parents"])
    own = {name: entry[name] for name in Member.__dataclass_fields__ if name != "parents"}
    return Member(**own, parents=parents)


def _made(entry: Mapping[str, Any]) -> Made:
    return Made(
        entry["name"],
        str(paths.cache_folder() / entry["group"] / entry["folder"]),
        entry["recipe_digest"],
        entry["weights_digest"],
        entry["corpora"],
        entry["figures"],
    )
