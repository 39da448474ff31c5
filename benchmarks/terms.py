"""The weights question's fused likeness, one table for each prompt, on recorded answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.lineage import Lineage
from workbench.evaluate import read_sources
from workbench.evidence.fuse import fuse
from workbench.metrics.style import LAYOUT, format_marks
from workbench.questions import paired
from workbench.questions.kin import declared_kin
from workbench.questions.likeness import Likeness
from workbench.questions.measures import NUISANCES
from workbench.questions.score import Scorer
from workbench.questions.source import Source


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
    tables = _tables(source)
    answered = source.answered().astype(np.float64)
    likeness = Likeness(tables, tables, len(source.prompts), answered.T @ answered)
    scorer = Scorer(source.name, likeness, declared_kin(lineage.models, source.models))
    nuisances = np.stack([tables[key].sums for key in NUISANCES])
    used = [metric.id for metric in scorer.metrics("weights")]
    fused = fuse(
        [scorer.scales[key].adjusted(tables[key].sums, nuisances) for key in used],
        [scorer.scales[key].adjusted_unit for key in used],
    )
    return Fused(source.models, scorer, fused)


def _tables(source: Source) -> dict[str, paired.PairedTable]:
    """The metrics of the weights question, every prompt a group of its own."""
    marks = {
        prompt.prompt: np.stack([format_marks(text)[:LAYOUT] for text in prompt.texts])
        for prompt in source.prompts
    }
    ways = {
        "character-ngram": paired.character_likeness,
        "rare-phrases": paired.phrase_likeness,
        "word-bigram": paired.bigram_likeness,
        "opening-words": paired.opening_likeness,
        "length": paired.length_likeness,
        "layout": paired.LayoutLikeness(marks),
    }
    groups = range(len(source.prompts))
    return {
        name: paired.add_up(way, source.prompts, groups, len(source.models))
        for name, way in ways.items()
    }
