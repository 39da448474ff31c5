"""Where made models are kept: one folder for each recipe, looked at before it is used again.

A recipe is the member's own, the weights of its parents, the texts it reads and the libraries that
could change a number. The same recipe is the same folder, so whatever was finished is never made twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.zoo.corpora import corpus
from benchmarks.zoo.members import Member
from workbench import paths
from workbench.digest import digest_of
from workbench.errors import ModelError
from workbench.models.catalogue import write_entry
from workbench.models.derive import RECIPE_FILE
from workbench.models.joined import sha256_of_files
from workbench.models.provenance import (
    changed_files,
    library_versions,
    weights_digest,
    write_provenance,
)
from workbench.models.safety import check_weights_folder
from workbench.records import ModelEntry

FORMAT = 1
"""Raised when a maker makes something else than before, so that old folders are not used."""
LIBRARIES = ("tokenizers", "torch", "transformers")
"""Those that could change a number."""


@dataclass(frozen=True, slots=True)
class Made:
    """One member, finished."""

    name: str
    folder: str
    recipe_digest: str
    """Empty for a model out of the registry, whose source is pinned instead."""
    weights_digest: str
    corpora: Mapping[str, str]
    """Name → digest of every text that it read itself."""
    figures: Mapping[str, float]
    """What its maker measured."""
    fresh: bool = False
    """Whether it was made just now, not found."""


@cache
def versions() -> dict[str, str]:
    """Version of every library that could change a number."""
    found = library_versions()
    return {name: found[name] for name in LIBRARIES}


def full_recipe(member: Member, parents: Mapping[str, Made]) -> dict[str, Any]:
    """Everything that a member follows from, in JSON types; its digest names its folder."""
    return {
        "format": FORMAT,
        "name": member.name,
        "kind": member.kind,
        "recipe": member.recipe,
        "dose": member.dose,
        "parents": [[p.name, p.how, parents[p.name].weights_digest] for p in member.parents],
        "corpora": {name: corpus(name).digest for name in corpora_of(member)},
        "versions": versions(),
    }


def corpora_of(member: Member) -> tuple[str, ...]:
    """Names of the corpora that a recipe reads."""
    recipe = member.recipe
    named = [name for name, _ in recipe.get("corpora", ())]
    named += recipe.get("tokenizer", {}).get("corpora", ())
    named += recipe.get("questions", ())
    named += [recipe[key] for key in ("corpus", "own") if key in recipe]
    return tuple(sorted(set(named)))


def folder_of(recipe: Mapping[str, Any]) -> Path:
    """Where the model of a recipe belongs, among all that was derived on this machine."""
    return paths.cache_folder() / "derived" / digest_of(recipe).partition(":")[2][:16]


def kept(member: Member, recipe: Mapping[str, Any]) -> Made | None:
    """Look whether a member was made already.

    Raises:
        ModelError: If its folder holds anything but what was put there, or what is not safe to load.
    """
    folder = folder_of(recipe)
    if not folder.is_dir():
        return None
    if problems := changed_files(folder):
        raise ModelError(
            f"{member.name} is not as it was made: {'; '.join(problems)}.",
            fix=f"Remove {folder} and build again.",
        )
    check_weights_folder(folder)
    figures = _figures(folder, member)
    return Made(
        member.name,
        str(folder),
        digest_of(recipe),
        weights_digest(folder),
        recipe["corpora"],
        figures,
    )


def _figures(folder: Path, member: Member) -> dict[str, float]:
    try:
        told = json.loads((folder / RECIPE_FILE).read_text(encoding="utf-8"))
        return {str(name): float(value) for name, value in told["figures"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"The recipe of {member.name} cannot be read.", fix=f"Remove {folder} and build again."
        ) from error


def describe(
    out: Path, member: Member, recipe: Mapping[str, Any], figures: Mapping[str, float]
) -> None:
    """Write recipe, provenance and entry beside new weights."""
    content = {**recipe, "figures": figures, "versions": library_versions()}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (out / RECIPE_FILE).write_text(text, encoding="utf-8")
    check_weights_folder(out)
    entry = entry_of(member)
    sha256 = sha256_of_files(sorted(out.glob("*.safetensors")))
    write_provenance(out, entry, sha256=sha256, resolved=entry.source)
    write_entry(out, entry)


def entry_of(member: Member) -> ModelEntry:
    """The entry by which plans find a member."""
    begun = member.named("weights")
    told = sorted({corpus(name).licence for name in corpora_of(member)})
    learned = [f"{p.how} of {p.name}" for p in member.parents if p.how != "weights"]
    return ModelEntry(
        name=member.name,
        title=f"{member.name.replace('-', ' ')}: {member.method}",
        family=member.family,
        backend="local",
        source=f"derived:{'+'.join(begun) or '+'.join(corpora_of(member))}",
        format="safetensors",
        licence=f"texts: {'; '.join(told)}" if told else "as its parents",
        parents=tuple(dict.fromkeys(parent.name for parent in member.parents)),
        note="; ".join([f"Made for the zoo: {member.method}", *learned]) + ".",
    )
