"""What the reader fills in on New comparison; the only module that knows the keys of its boxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import streamlit as st

from workbench.extent import DEFAULT_READINGS, Extent, default_controls
from workbench.packs.schema import MAX_TEMPERATURE
from workbench.packs.weights import PackWeights, read_weights
from workbench.parties import LONGEST, Parties
from workbench.records import ModelEntry, Pack, Part
from workbench.ui import widgets
from workbench.visible import visible_line


@dataclass(frozen=True, slots=True)
class Models:
    """Who is to be compared; the reference may be missing yet."""

    reference: str | None
    suspects: list[str]
    controls: list[str]
    stacks: list[str]

    @property
    def names(self) -> list[str]:
        """Every model, the reference first."""
        first = [self.reference] if self.reference else []
        return [*first, *self.suspects, *self.controls, *self.stacks]


def chosen_models(catalogue: Mapping[str, ModelEntry]) -> Models:
    """Let the reader choose reference, suspects and controls; carried in the address."""
    left, right = st.columns(2)
    with left:
        reference = st.selectbox(
            "Reference: the known model whose reuse is alleged",
            list(catalogue),
            index=None,
            format_func=visible_line,
            placeholder="Choose one",
            key="reference",
            bind="query-params",
        )
    with right:
        suspects = _several(
            "Suspects: models under examination",
            [n for n in catalogue if n != reference],
            "suspects",
        )
    others = [name for name in catalogue if name != reference and name not in suspects]
    automatic = default_controls(catalogue, reference or "", suspects)
    controls = _several("Controls: models known to be independent", others, "controls")
    if not controls and reference and suspects:
        st.caption("None is named, so one local model of each unrelated family is taken:")
        widgets.plain(", ".join(automatic) or "there is none")
        controls = automatic
    return Models(reference, suspects, controls, _stacks(catalogue, reference))


def _stacks(catalogue: Mapping[str, ModelEntry], reference: str | None) -> list[str]:
    serving = [
        name
        for name, entry in catalogue.items()
        if reference and entry.endpoint and entry.endpoint.same_weights_as == reference
    ]
    if not serving:
        return []
    return _several("Stacks: endpoints that serve the reference's own weights", serving, "stacks")


def _several(label: str, options: Sequence[str], key: str) -> list[str]:
    chosen: list[str] = st.multiselect(
        label,  # closed words
        options,
        format_func=visible_line,
        placeholder="Choose some",
        key=key,
        bind="query-params",
    )
    return chosen


def chosen_packs(packs: Mapping[str, Pack]) -> list[Pack]:
    """Let the reader choose packs; every pack that counts if none is named."""
    chosen = _several("Packs", list(packs), "packs")
    if chosen:
        return [packs[pack_id] for pack_id in chosen]
    st.caption("None is named, so every pack that counts is asked.")
    return [
        pack
        for pack in packs.values()
        if pack.family not in {"nursery", "imported"} and pack.weak is None
    ]


def chosen_extent(packs: Sequence[Pack]) -> Extent:
    """Let the reader say how much of the packs is asked."""
    budget_box, repeats_box, part_box, readings_box, other_box = st.columns(5)
    with budget_box:
        budget = st.number_input(
            "Most questions per model",
            min_value=1,
            value=None,
            placeholder="All",
            help="Spent on the probes that told independent models apart best.",
            key="budget",
            bind="query-params",
        )
    with repeats_box:
        repeats = st.number_input(
            "Repeats",
            min_value=1,
            value=None,
            placeholder="As the packs say",
            key="repeats",
            bind="query-params",
        )
    with part_box:
        part: Part = st.selectbox(
            "Part",
            get_args(Part),
            help="A fifth of each pack is sealed, for confirmation.",
            key="part",
            bind="query-params",
        )
    with readings_box:
        readings = st.number_input(
            "Readings per pack",
            min_value=0,
            value=DEFAULT_READINGS,
            help="Probes whose answers every model that shows likelihoods reads; 0 for none.",
            key="readings",
            bind="query-params",
        )
    with other_box:
        other = _other_temperature()
    weights = {} if budget is None else _weights(packs)
    return Extent(part, repeats, budget, weights, readings, other)


def _other_temperature() -> float | None:
    return st.number_input(
        "Other temperature",
        min_value=0.0,
        max_value=float(MAX_TEMPERATURE),
        value=None,
        step=0.1,
        placeholder="Not asked",
        help="Packs of texts are asked once more at it, beyond any budget: it shows what scores "
        "hang on and counts in none.",
        key="other-temperature",
        bind="query-params",
    )


def _weights(packs: Sequence[Pack]) -> dict[str, PackWeights]:
    found = {pack.id: read_weights(pack) for pack in packs}
    return {pack_id: weights for pack_id, weights in found.items() if weights is not None}


def chosen_name() -> str:
    """Let the reader name the case."""
    return st.text_input(
        "Name of the case",
        max_chars=80,
        help="Letters, digits, hyphens and underscores.",
        key="name",
    )


def chosen_parties() -> Parties:
    """Let the reader name who asked and who does the work; not kept in the address.

    Raises:
        PlanError: If a name holds what no plan should.
    """
    left, right = st.columns(2)
    with left:
        asked_by = st.text_input(
            "Asked by",
            max_chars=LONGEST,
            help="The person or body that put the question.",
            key="asked-by",
        )
    with right:
        done_by = st.text_input(
            "Done by",
            max_chars=LONGEST,
            help="Who does the work and answers for it.",
            key="done-by",
        )
    return Parties(asked_by.strip(), done_by.strip())


def words(
    name: str, models: Models, packs: Sequence[Pack], extent: Extent, parties: Parties
) -> list[str]:
    """The command that fixes this plan."""
    several = {
        "suspect": models.suspects,
        "control": models.controls,
        "stack": models.stacks,
        "pack": [pack.id for pack in packs],
    }
    one = {
        "reference": models.reference,
        "repeats": extent.repeats,
        "budget": extent.budget,
        "part": extent.part,
        "readings": extent.readings,
        "asked-by": parties.asked_by or None,
        "done-by": parties.done_by or None,
        "other-temperature": extent.other_temperature,
    }
    options = [f"--{key}={value}" for key, values in several.items() for value in values]
    options += [f"--{key}={value}" for key, value in one.items() if value is not None]
    return ["plan", *options, "--json", "--", name]
