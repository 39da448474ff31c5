"""Derivatives made here, with known lineage: tuned, rounded, pruned, noised, turned, shortened.

The same recipe is the same folder, so deriving twice costs nothing.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import paths
from workbench.errors import ModelError
from workbench.models.catalogue import ENTRY_FILE, NAME, load_catalogue, read_entry, write_entry
from workbench.models.fetch import Say, built_in_place, located
from workbench.models.joined import sha256_of_files
from workbench.models.provenance import (
    PROVENANCE_FILE,
    library_versions,
    weights_digest,
    write_provenance,
)
from workbench.models.quiet import no_progress_bars
from workbench.models.recipe import METHODS, Recipe, complete_options
from workbench.models.safety import check_weights_folder
from workbench.records import ModelEntry

if TYPE_CHECKING:
    from torch import nn

RECIPE_FILE = "recipe.json"


def derive(
    parent: ModelEntry,
    *,
    method: str,
    say: Say,
    name: str | None = None,
    options: Mapping[str, float] | None = None,
    seed: int = 1,
) -> ModelEntry:
    """Derive a model from another and keep it in the cache; the same recipe again returns at once.

    Args:
        parent: Model to derive from; its weights must be on this machine.
        method: Key of `METHODS`.
        say: Receives progress in words.
        name: What to call it; `PARENT-METHOD` if not given.
        options: Options of the method that differ from its defaults.
        seed: Seed of everything random.

    Returns:
        The entry of the derived model, with its lineage.

    Raises:
        ModelError: If the method or an option is unknown, the name is taken by another recipe, or
            the parent is not on this machine or not safe to load.
    """
    chosen = complete_options(method, options or {})
    own, source = name or f"{parent.name}-{method}", located(parent)
    recipe = Recipe(own, method, chosen, seed, parent, weights_digest(source))
    target = derived_folder(recipe)
    if target.is_dir():
        say(f"{own} is already on this machine.")
        return read_entry(target)
    _require_free(own)
    check_weights_folder(source)
    with built_in_place(target) as building:
        _describe(building, recipe, _build(source, building, recipe, say))
    say(f"{own} is ready in {target}.")
    return read_entry(target)


def derived_folder(recipe: Recipe) -> Path:
    """Where the derivative of a recipe belongs."""
    return paths.cache_folder() / "derived" / recipe.digest.partition(":")[2][:16]


def _require_free(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ModelError(
            f'"{name}" cannot be the name of a model.',
            fix="Use lower-case letters, digits, dots, dashes and underscores.",
        )
    if name in load_catalogue():
        raise ModelError(
            f'The name "{name}" is taken by another model or another recipe.',
            fix="Choose another with --name, or remove the other model's folder.",
        )


def _build(source: Path, out: Path, recipe: Recipe, say: Say) -> dict[str, float]:
    """Load in float32, change, save as the parent was stored."""
    import torch  # noqa: PLC0415 - seconds to import
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    with no_progress_bars(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            source, dtype=torch.float32, local_files_only=True, use_safetensors=True
        )
        method = METHODS[recipe.method]
        figures = method.apply(model, tokenizer, recipe.options, recipe.seed, say)
        _as_stored(source, model)
        model.save_pretrained(out)
    copy_the_rest(source, out, settings=not method.reshapes)
    return figures


def _as_stored(source: Path, model: "nn.Module") -> None:
    """Bring the weights back to the precision that the parent's settings name, if they name one."""
    import torch  # noqa: PLC0415

    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    dtype = getattr(torch, str(config.get("dtype") or config.get("torch_dtype")), None)
    if isinstance(dtype, torch.dtype):
        model.to(dtype)


def copy_the_rest(source: Path, out: Path, *, settings: bool = True) -> None:
    """Tokenizer and, unless they changed, settings stay the parent's, byte for byte."""
    own = {ENTRY_FILE, PROVENANCE_FILE, RECIPE_FILE, "model.safetensors.index.json"}
    own |= set() if settings else {"config.json"}
    for file in source.iterdir():
        if file.is_file() and file.name not in own and file.suffix != ".safetensors":
            shutil.copyfile(file, out / file.name)


def _describe(out: Path, recipe: Recipe, figures: dict[str, float]) -> None:
    """Write recipe, provenance and entry beside the new weights."""
    content = {**recipe.to_json(), "figures": figures, "versions": library_versions()}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (out / RECIPE_FILE).write_text(text, encoding="utf-8")
    check_weights_folder(out)
    sha256 = sha256_of_files(sorted(out.glob("*.safetensors")))
    write_provenance(out, recipe.entry, sha256=sha256, resolved=recipe.entry.source)
    write_entry(out, recipe.entry)
