"""Every metric alone, in each form: what fusing them starts from."""

from collections.abc import Sequence

import numpy as np

from workbench.evidence.fuse import Pair, centred_many
from workbench.questions.measures import NUISANCES
from workbench.questions.paired import Floats
from workbench.questions.score import Scorer


def single_scores(scorer: Scorer, pairs: Sequence[Pair]) -> dict[str, dict[str, Floats]]:
    """Every metric alone: raw, centred, and centred without length and layout.

    Args:
        scorer: Scorer of the source.
        pairs: Pairs that have a score.

    Returns:
        Metric → form (`raw`, `centred`, `adjusted`) → values, shape (pairs,).
    """
    cohorts = [scorer.panels.panel(*pair) for pair in pairs]
    nuisances = np.stack([scorer.raw[key] for key in NUISANCES])
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    found = {}
    for metric in scorer.used:
        table = scorer.scales[metric.id].adjusted(scorer.plain[metric.id], nuisances)
        found[metric.id] = {
            "raw": scorer.raw[metric.id][rows, columns],
            "centred": centred_many(scorer.raw[metric.id], pairs, cohorts),
        }
        if metric.id not in NUISANCES:  # nothing but rounding is left of a nuisance without itself
            found[metric.id]["adjusted"] = centred_many(table, pairs, cohorts)
    return found
