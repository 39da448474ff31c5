"""How good likelihood ratios are: cost, calibration, error rates.

Every function takes log10 likelihood ratios of pairs of known truth: `derived`, where the suspect
was derived from the reference, and `other`, where it was not. Weights are 1 unless given; a mean is a
weighted mean, and the pairs of one family may share the weight of one. How far an LR may go stands in
`limits.py` and is reached from here too.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression
from scipy.special import expit

from workbench.evidence.limits import elub, iv_bound
from workbench.evidence.weighted import Floats, Weighted, both, floats

__all__ = [
    "Entropy",
    "bits",
    "cllr",
    "cllr_min",
    "ece",
    "elub",
    "exceeds",
    "iv_bound",
    "pav",
    "tippett",
]


class Entropy(NamedTuple):
    """Empirical cross-entropy at each prior, in bits; each of the shape of the priors."""

    system: Floats
    pav: Floats
    """With the best monotone calibration of these very data."""
    neutral: Floats
    """Of a likelihood ratio that is always 1."""


def cllr(
    derived: ArrayLike,
    other: ArrayLike,
    derived_weights: ArrayLike | None = None,
    other_weights: ArrayLike | None = None,
) -> float:
    """Log-likelihood-ratio cost.

    Args:
        derived: log10 LRs of derived pairs, shape (n,); may be infinite.
        other: log10 LRs of the others, shape (m,); may be infinite.
        derived_weights: Shape (n,), or None for 1 each.
        other_weights: Shape (m,), or None for 1 each.

    Returns:
        A cost in bits, 0 or more: 0 is perfect, 1 is what LR = 1 everywhere costs, above 1 is worse
        than saying nothing. Infinite where an LR is infinitely wrong.

    Raises:
        ValueError: If a value is not a number, or a side weighs nothing.

    Source: Brümmer & du Preez (2006), Computer Speech and Language 20(2-3), 230-275.
    """
    p, d = both(derived, other, derived_weights, other_weights)
    return float(p.mean(lambda llr: bits(-llr)) + d.mean(bits)) / 2


def cllr_min(
    derived: ArrayLike,
    other: ArrayLike,
    derived_weights: ArrayLike | None = None,
    other_weights: ArrayLike | None = None,
) -> float:
    """Log-likelihood-ratio cost after `pav`: what is left when calibration is as good as can be.

    Args and Raises as `cllr`; scores in any unit do as well, since only their order matters.

    Returns:
        Bits, 0 (the sides do not overlap) to 1 (nothing is told apart). `cllr` minus this is the
        loss by calibration.
    """
    after = pav(derived, other, derived_weights, other_weights)
    return cllr(*after, derived_weights, other_weights)


def pav(
    derived: ArrayLike,
    other: ArrayLike,
    derived_weights: ArrayLike | None = None,
    other_weights: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Best non-decreasing calibration of these very data, by pooling adjacent violators.

    Args and Raises as `cllr`.

    Returns:
        log10 LR of each input after pooling, shapes (n,) and (m,): of each block, the share of the
        derived weight over the share of the others'. +∞ where a block holds no other, −∞ where it
        holds no derived. An input of weight 0 goes with the next one below that weighs something.

    Source: Ayer et al. (1955), Ann. Math. Statist. 26(4), 641-647; for likelihood ratios, with the
        prior taken out, Brümmer & du Preez (2006).
    """
    p, d = both(derived, other, derived_weights, other_weights)
    places, where = np.unique(np.concatenate([p.values, d.values]), return_inverse=True)
    of_derived, of_other = where[: len(p.values)], where[len(p.values) :]
    derived_at = np.bincount(of_derived, p.weights, len(places))
    other_at = np.bincount(of_other, d.weights, len(places))
    weights = derived_at + other_at  # what either side weighs in all does not move the blocks
    blocks = isotonic_regression(derived_at / weights, weights=weights).blocks
    with np.errstate(divide="ignore"):  # log10(0) is the −∞ that is meant
        pooled = np.log10(np.add.reduceat(derived_at, blocks[:-1]) / p.total)
        pooled -= np.log10(np.add.reduceat(other_at, blocks[:-1]) / d.total)
    steps = np.repeat(pooled, np.diff(blocks))

    def after(values: ArrayLike) -> Floats:
        below = np.searchsorted(places, floats(values), side="right") - 1
        found: Floats = steps[np.maximum(below, 0)]
        return found

    return after(derived), after(other)


def ece(
    derived: ArrayLike,
    other: ArrayLike,
    log10_prior_odds: ArrayLike,
    derived_weights: ArrayLike | None = None,
    other_weights: ArrayLike | None = None,
) -> Entropy:
    """Empirical cross-entropy: what a reader still lacks, for each prior they may hold.

    Args:
        derived: As in `cllr`.
        other: As in `cllr`.
        log10_prior_odds: log10 of the odds of derivation before the evidence, any shape (…).
        derived_weights: As in `cllr`.
        other_weights: As in `cllr`.

    Returns:
        Bits, each of the shape of `log10_prior_odds`; lower is better. At prior odds 1 the system's is
        Cllr. A system above neutral misleads a reader with that prior.

    Raises:
        ValueError: As `cllr`, or if prior odds are not finite.

    Source: Ramos & Gonzalez-Rodriguez (2013), Forensic Science International 230, 156-169:
        π · mean log2(1 + 1/(LR·o)) + (1 − π) · mean log2(1 + LR·o), o = π / (1 − π).
    """
    odds = floats(log10_prior_odds)
    if not np.isfinite(odds).all():
        raise ValueError("prior odds must be finite")
    prior = expit(odds * np.log(10))

    def entropy(of_derived: ArrayLike, of_other: ArrayLike) -> Floats:
        p, d = both(of_derived, of_other, derived_weights, other_weights)
        lost = p.mean(lambda llr: bits(-llr - odds[..., None]))
        misled = d.mean(lambda llr: bits(llr + odds[..., None]))
        found: Floats = prior * lost + (1 - prior) * misled
        return found

    after = pav(derived, other, derived_weights, other_weights)
    neutral = prior * bits(-odds) + (1 - prior) * bits(odds)
    return Entropy(entropy(derived, other), entropy(*after), neutral)


def bits(log10_odds: Floats) -> Floats:
    """log2(1 + odds): what a statement at these odds costs if it is wrong; exact for infinite ones too.

    Args:
        log10_odds: log10 of the odds, any shape.

    Returns:
        Bits, 0 or more, in the same shape.
    """
    found: Floats = np.logaddexp2(0, log10_odds * np.log2(10))
    return found


def tippett(
    derived: ArrayLike,
    other: ArrayLike,
    log10_thresholds: ArrayLike,
    derived_weights: ArrayLike | None = None,
    other_weights: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Share of the LRs that reach each threshold, of derived pairs and of the others.

    Args:
        derived: As in `cllr`.
        other: As in `cllr`.
        log10_thresholds: Any shape.
        derived_weights: As in `cllr`.
        other_weights: As in `cllr`.

    Returns:
        Two arrays in the shape of the thresholds, 0 to 1. At threshold 0 the first is better high,
        the second better low.

    Raises:
        ValueError: As `cllr`.

    Source: Tippett et al. (1968), J. Forensic Sci. Soc. 8, 61-65; Evett & Buckleton (1996).
    """
    p, d = both(derived, other, derived_weights, other_weights)
    at = floats(log10_thresholds)
    return p.at_least(at) / p.total, d.at_least(at) / d.total


def exceeds(other: ArrayLike, k: float, other_weights: ArrayLike | None = None) -> float:
    """Share of the pairs that are not derived whose LR reaches k nevertheless.

    Args:
        other: log10 LRs, shape (m,).
        k: A likelihood ratio (not its logarithm), above 0.
        other_weights: Shape (m,), or None for 1 each.

    Returns:
        P(LR ≥ k | not derived), 0 to 1. Of calibrated ratios it is at most 1/k.

    Raises:
        ValueError: As `cllr`.

    Source: Turing's and Good's rule; Royall (2000), J. Am. Statist. Assoc. 95, 760-768.
    """
    side = Weighted.of(other, other_weights, "other")
    return float(side.at_least(np.log10(k)) / side.total)
