"""What unrelated models among recorded answers say of noise, and what that allows.

The weights question, on models of which no two are declared relatives; one answer to each prompt, so
noise is known for one repeat only.
"""

from statistics import fmean

import numpy as np

from benchmarks.lineage import DERIVED, NOT_MEASURED, read_lineage
from benchmarks.terms import Fused, prompt_by_prompt
from workbench.evidence.components import Unknown, components
from workbench.evidence.fuse import centred_many
from workbench.evidence.power import Design, detectable, probes_needed, reach

SCALE = (("LR above 1", 0.0), ("LR 10", 1.0), ("LR 100", 2.0))
FALSE_POSITIVES = 0.2
"""What few controls can show: 1 in 5 takes four of them."""


def measure(quick: bool) -> dict[str, object]:  # noqa: ARG001 - one pass over all there is
    """Components, prompts needed, and the shift that these models as controls can find."""
    lineage = read_lineage()
    if lineage is None:
        return dict(NOT_MEASURED)
    fused = prompt_by_prompt(lineage)
    chosen = _strangers(fused)
    found = components(fused.tables[None][..., chosen, :][..., chosen])
    prompts, controls = found.probes, len(chosen) - 1
    labels = lineage.pairs["label"].to_numpy(dtype=str)
    scores = _scores(fused, lineage.pairs[["reference", "suspect"]].to_numpy(dtype=str))
    full = float(np.median(scores[np.isin(labels, DERIVED)]))
    references = lineage.pairs["reference"][np.isin(labels, DERIVED)]
    derivatives = len({lineage.families()[one] for one in references})
    design = Design(prompts, 1, prompts, prompts)
    smallest = detectable(found, design, controls, false_positives=FALSE_POSITIVES, full_shift=full)
    rows: dict[str, object] = {
        "unrelated models": ", ".join(fused.models[i] for i in chosen),
        "components": found,
        "prompts needed for noise of a third of tau": probes_needed(found, 1),
        "reach": reach(controls, derivatives, SCALE),
        "smallest detectable shift": smallest,
    }
    if isinstance(smallest, Unknown):
        return rows
    above = {
        str(label): f"{fmean(scores[labels == label] > smallest.shift):.1%}"
        for label in dict.fromkeys(labels)
    }
    return rows | {"labelled pairs above it": above}


def _scores(fused: Fused, sides: np.ndarray) -> np.ndarray:
    pairs = [(fused.models.index(a), fused.models.index(b)) for a, b in sides]
    panels = [fused.scorer.panels.panel(*pair) for pair in pairs]
    return centred_many(fused.tables.mean(0), pairs, panels)


def _strangers(fused: Fused) -> list[int]:
    """The most models found of which no two are relatives, adding from each in turn."""
    kin = fused.scorer.panels.kin
    best: list[int] = []
    for first in kin.order:
        chosen = [first]
        for model in kin.order:
            if not kin.related[model, chosen].any():
                chosen.append(model)
        best = max(best, chosen, key=len)
    return best
