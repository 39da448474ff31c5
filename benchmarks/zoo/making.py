"""Recipe → weights in the cache, once. One function for each kind of member."""

from collections.abc import Mapping
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from benchmarks.zoo import students
from benchmarks.zoo.keep import Made, describe, folder_of, full_recipe, kept
from benchmarks.zoo.members import Member
from benchmarks.zoo.roots import train_root
from workbench.digest import digest_of, seed_from
from workbench.models.catalogue import find_model
from workbench.models.derive import copy_the_rest
from workbench.models.fetch import built_in_place, fetch
from workbench.models.provenance import weights_digest
from workbench.models.quiet import no_progress_bars
from workbench.models.recipe import METHODS
from workbench.models.reshaping import averaged
from workbench.models.safety import check_weights_folder
from workbench.models.training import Say

TAUGHT = {
    "tune": students.tune,
    "lora": students.tune,
    "distil": students.distil,
    "follow": students.follow,
    "contaminate": students.contaminate,
    "frame": students.frame,
}
"""Kind → how it reads; every kind that begins with one parent's weights and is trained."""


def make(member: Member, parents: Mapping[str, Made], say: Say) -> Made:
    """Make one member, or return at once if it was made before.

    Args:
        member: The member; not one that is only served.
        parents: Its finished parents by name.
        say: Receives progress in words.

    Returns:
        Where it is and what it came out as.

    Raises:
        ModelError: If a kept folder was changed, or a model cannot be had.
    """
    if member.kind == "fetch":
        return _fetched(member, say)
    recipe = full_recipe(member, parents)
    if (found := kept(member, recipe)) is not None:
        return found
    seed = seed_from("zoo", member.name)
    with built_in_place(folder_of(recipe)) as out, no_progress_bars(), _one_thread():
        torch.manual_seed(seed)
        measured = _build(member, parents, seed, out, say)
        figures = {name: float(value) for name, value in measured.items()}
        describe(out, member, recipe, figures)
    return Made(
        member.name,
        str(folder_of(recipe)),
        digest_of(recipe),
        weights_digest(folder_of(recipe)),
        recipe["corpora"],
        figures,
        fresh=True,
    )


def _fetched(member: Member, say: Say) -> Made:
    folder = fetch(find_model(member.name), say=say)
    check_weights_folder(folder)
    return Made(member.name, str(folder), "", weights_digest(folder), {}, {})


class _one_thread:  # noqa: N801 - reads as a context
    """Arithmetic in one thread: sums in the same order give the same last bit."""

    def __enter__(self) -> None:
        self._threads = torch.get_num_threads()
        torch.set_num_threads(1)

    def __exit__(self, *_: object) -> None:
        torch.set_num_threads(self._threads)


def _build(
    member: Member, parents: Mapping[str, Made], seed: int, out: Path, say: Say
) -> dict[str, float]:
    if member.kind == "train":
        model, figures = train_root(member.recipe, seed, out, say)
        model.save_pretrained(out)
        return figures
    source = Path(parents[member.named("weights")[0]].folder)
    model = _loaded(source)
    reshaped = False
    match member.kind:
        case "weights":
            method = METHODS[member.recipe["method"]]
            figures = method.apply(model, None, member.recipe["options"], seed, say)  # type: ignore[arg-type]
            reshaped = method.reshapes
        case "merge":
            second = _loaded(Path(parents[member.named("weights")[1]].folder))
            share = member.recipe["share"]
            model.load_state_dict(averaged(model.state_dict(), second.state_dict(), share))
            figures = {}
        case _:
            figures = _taught(member, parents, model, seed, say)
    model.save_pretrained(out)
    copy_the_rest(source, out, settings=not reshaped)
    return figures


def _taught(
    member: Member, parents: Mapping[str, Made], model: PreTrainedModel, seed: int, say: Say
) -> dict[str, float]:
    source = Path(parents[member.named("weights")[0]].folder)
    teachers = tuple(parents[p.name] for p in member.parents if p.how != "weights")
    tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
    return TAUGHT[member.kind](students.Desk(member, model, tokenizer, teachers, seed, say))


def _loaded(folder: Path) -> PreTrainedModel:
    check_weights_folder(folder)
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, use_safetensors=True
    )
    return model
