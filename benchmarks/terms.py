"""The weights question's fused likeness, one table for each prompt, on recorded answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.lineage import Lineage
from workbench.evaluate import read_sources
from workbench.questions.kin import declared_kin
from workbench.questions.score import Scorer
from workbench.questions.terms import by_prompt, fixed_by


@dataclass(frozen=True, slots=True)
class Fused:
    """Likeness of every two models at every prompt; its mean over prompts is what a score centres."""

    models: tuple[str, ...]
    scorer: Scorer
    """Holds the panels, and the slopes and units that the tables were fused with."""
    tables: NDArray[np.float64]
    """Shape (prompts, models, models)."""


def prompt_by_prompt(lineage: Lineage) -> Fused:
    """Fuse the metrics of the weights question as `workbench evaluate` does, before any mean is taken.

    Every model has to have answered every prompt; otherwise a mean over prompts is not the score.
    """
    (source,) = read_sources(lineage.answers, lineage.models)
    likeness = by_prompt(source)
    scorer = Scorer(source.name, likeness, declared_kin(lineage.models, source.models))
    return Fused(source.models, scorer, fixed_by(scorer).fused(likeness))
