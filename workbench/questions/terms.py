"""A question's score, probe by probe: the same centred, fused likeness before any mean is taken.

Only a score whose metrics are all means over probes can be written so: the weights question on texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evidence.fuse import centre, fuse
from workbench.questions.kin import Kin
from workbench.questions.likeness import Likeness, paired_likenesses
from workbench.questions.measures import NUISANCES, Measure, at_level
from workbench.questions.paired import Floats, PairedTable, add_up
from workbench.questions.scale import Scale
from workbench.questions.score import Scorer
from workbench.questions.source import Source
from workbench.records import Question

SETTLED: Question = "weights"
"""The one question whose score is a mean over probes."""


def measured(embedded: bool) -> list[Measure]:
    """Metrics of the question that are measured on texts, in report order.

    Args:
        embedded: Whether sentences are embedded.
    """
    return [
        one
        for one in at_level("text")
        if SETTLED in one.questions and (embedded or one.id != "paired-embedding")
    ]


def by_prompt(source: Source) -> Likeness:
    """Likeness by every metric of the question, each prompt a group of its own."""
    wanted = {*NUISANCES, *(one.id for one in measured(embedded=False))}
    groups = range(len(source.prompts))
    tables: dict[str, PairedTable] = {
        key: add_up(way, source.prompts, groups, len(source.models))
        for key, way in paired_likenesses(source).items()
        if key in wanted
    }
    return Likeness(tables, tables, len(source.prompts), source.shared().astype(np.float64))


@dataclass(frozen=True, slots=True)
class Fixed:
    """What turns answers to one prompt into a term, fixed beforehand."""

    metrics: tuple[str, ...]
    scales: Mapping[str, Scale]

    def fused(self, likeness: Likeness) -> Floats:
        """Fused likeness at every prompt, shape (prompts, models, models).

        Args:
            likeness: As `by_prompt` gives it, of models that answered every prompt.
        """
        tables = {k: t.sums for k, t in likeness.raw.items() if isinstance(t, PairedTable)}
        nuisances = np.stack([tables[key] for key in NUISANCES])
        return fuse(
            [self.scales[key].adjusted(tables[key], nuisances) for key in self.metrics],
            [self.scales[key].adjusted_unit for key in self.metrics],
        )


def fixed_by(scorer: Scorer) -> Fixed:
    """Take slopes and units from a scorer of models that are declared unrelated."""
    return Fixed(tuple(one.id for one in scorer.metrics(SETTLED)), scorer.scales)


def terms(fused: Floats, reference: int, candidate: int, cohort: Sequence[int]) -> Floats:
    """Term of a pair at every prompt; their mean is the pair's score.

    Args:
        fused: Shape (prompts, models, models).
        reference: Index of the reference.
        candidate: Index of the other model.
        cohort: Indices of its controls.

    Returns:
        Shape (prompts,); in the unit of the score, higher is more alike.
    """
    return centre(fused, reference, candidate, cohort)


def strangers(models: int) -> Kin:
    """Kin of models of which every one is a family of its own."""
    names = tuple(str(model) for model in range(models))
    return Kin(names, np.eye(models, dtype=bool), tuple(range(models)))
