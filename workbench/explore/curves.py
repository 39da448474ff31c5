"""What a calibration does over its whole range: Tippett plot, error trade-off, reliability."""

import numpy as np

from workbench.digest import digest_of
from workbench.evidence.performance import pav, tippett
from workbench.evidence.system import System
from workbench.evidence.weighing import Calibration
from workbench.paths import cache_folder
from workbench.records import Alternative, Curves, NoScore, Question
from workbench.store.derived import kept_or_made

WAY = "curves 1"
STEPS = 121


def curves_of(
    calibration: Calibration, question: Question, alternative: Alternative
) -> Curves | NoScore:
    """Draw up how one system of a calibration did; computed once and kept in the cache.

    Args:
        calibration: The calibration.
        question: One that it speaks to.
        alternative: Against which account.

    Returns:
        The curves, every pair judged without its kin; or why no pair can be judged.
    """
    figures = calibration.figures.system(question, alternative)
    if figures.reason:
        return NoScore(question, figures.reason)
    key = digest_of([calibration.digest, question, alternative, WAY])
    file = cache_folder() / "curves" / f"{key.removeprefix('sha256:')}.json"
    return kept_or_made(
        file, key, Curves, lambda: drawn_up(calibration.systems[question][alternative])
    )


def drawn_up(system: System) -> Curves:
    """Curves of a system that can judge pairs of both sides."""
    ours, theirs = system.judged
    values = system.bounded_held_out
    derived, other = values[ours.index], values[theirs.index]
    weights = ours.weights, theirs.weights
    edge = max(1.0, float(np.abs(np.concatenate([derived, other])).max()) * 1.05)
    thresholds = np.linspace(-edge, edge, STEPS)
    reaching = tippett(derived, other, thresholds, *weights)
    pooled = np.concatenate(pav(derived, other, *weights))
    stated, first = np.unique(np.concatenate([derived, other]), return_index=True)
    return Curves(
        derived=tuple(np.sort(derived).tolist()),
        other=tuple(np.sort(other).tolist()),
        thresholds=tuple(thresholds.tolist()),
        derived_reaching=tuple(reaching[0].tolist()),
        other_reaching=tuple(reaching[1].tolist()),
        stated=tuple(stated.tolist()),
        pooled=tuple(float(p) if np.isfinite(p) else None for p in pooled[first]),
    )
