"""Packs made of prompts that somebody else recorded, kept beside the recordings, never in `probes/`.

Nobody wrote them for this program, so the rules for authors do not hold: a prompt may be long, name a
model, or repeat another one nearly. They are records in
JSON: `<data>/recorded/packs/<name>.json`.
"""

import json
from pathlib import Path

from workbench.digest import canonical
from workbench.durable import write_whole
from workbench.errors import PackError
from workbench.packs.schema import MAX_PROBES, NAME, NAME_RULE
from workbench.paths import recorded_folder
from workbench.records import Pack, from_json, to_json

FAMILY = "imported"
MAX_PROMPT = 200_000
"""Characters; no model that can be asked here reads more."""
MAX_BYTES = 1 << 30


def imported_file(name: str) -> Path:
    """The file of an imported pack."""
    return recorded_folder() / "packs" / f"{name}.json"


def imported_ids() -> list[str]:
    """Ids of the imported packs, sorted."""
    names = sorted(path.stem for path in imported_file("x").parent.glob("*.json"))
    return [f"{FAMILY}/{name}" for name in names if NAME.fullmatch(name)]


def write_imported(pack: Pack) -> None:
    """Keep an imported pack.

    Raises:
        PackError: If its name cannot be one, or it exists already.
    """
    name = pack.id.removeprefix(f"{FAMILY}/")
    if not NAME.fullmatch(name):
        raise PackError(f"The pack {name!r}", [f"its name is not {NAME_RULE}"])
    file = imported_file(name)
    if file.exists():
        raise PackError(f"The pack {pack.id}", ["it exists already, and is never replaced"])
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, canonical(to_json(pack)) + b"\n")


def read_imported(pack_id: str) -> Pack:
    """Read an imported pack.

    Raises:
        PackError: If its file is not as it was written.
    """
    file = imported_file(pack_id.removeprefix(f"{FAMILY}/"))
    try:
        if file.stat().st_size > MAX_BYTES:
            raise PackError(file.name, [f"it is longer than {MAX_BYTES:,} bytes"])
        pack = from_json(Pack, json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise PackError(file.name, [str(error).splitlines()[0]]) from error
    addressed = all(probe.address.startswith(f"{pack_id}#") for probe in pack.probes)
    if pack.id != pack_id or not addressed or not 0 < len(pack.probes) <= MAX_PROBES:
        raise PackError(file.name, ["it is not the pack that its name says"])
    return pack
