"""Which of several candidate references fit a suspect: a set of accounts with a stated coverage.

The accounts are "the suspect comes from this candidate", one for each, and "it comes from none of
them". Each is tested by itself against scores of pairs whose lineage is known, and stays in the set
unless its p-value is alpha or less. So the true account, whichever it is, is left out with a chance of
at most alpha. An empty set says that none of the accounts offered fits: a sibling of a candidate looks
like neither a derivative of it nor an independent model.

It is assumed that the suspect's family is exchangeable with the families of the calibration: drawn in
the same way, asked the same probes, scored against panels made by the same rule. The set says
nothing of direction, and coverage is over suspects like these, not for this one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from workbench.evidence.components import Unknown

NONE = "none of these"
"""Name of the account that the suspect comes from no candidate."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Score of a pair of which one side is known to come from the other."""

    score: float
    family: str
    """Pairs of one family count as one together."""


@dataclass(frozen=True, slots=True)
class Unrelated:
    """Score of a pair that is known to be unrelated."""

    score: float
    suspect: str
    """The model that stands for the suspect."""
    family: str
    """Its family."""
    reference_family: str


@dataclass(frozen=True, slots=True)
class Account:
    """One account of where the suspect comes from."""

    name: str
    """A candidate, or `NONE`."""
    p: float | Unknown
    """Small if the account does not fit."""
    kept: bool
    """Whether it is in the set; an account that cannot be tested is."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The accounts that fit."""

    accounts: tuple[Account, ...]
    """The candidates in the order given, then `NONE`."""
    coverage: float
    """Least chance that the true account is in the set: 1 − alpha."""

    @property
    def fitting(self) -> tuple[str, ...]:
        """Names of the accounts in the set; empty if none of those offered fits."""
        return tuple(account.name for account in self.accounts if account.kept)


def attribute(
    scores: Mapping[str, float],
    derived: Sequence[Derived],
    unrelated: Sequence[Unrelated],
    *,
    alpha: float,
) -> Attribution:
    """The accounts of a suspect's origin that its scores do not speak against.

    Args:
        scores: Candidate reference → the suspect's score against it, higher is more alike; one or
            more. Candidates are taken to be of different families, which errs towards keeping
            `NONE` if some are not.
        derived: Calibration scores of known derivatives, none of a family of this case.
        unrelated: Calibration scores of unrelated pairs, none with a suspect of a family of this
            case. A pair may be given twice, with either side as the suspect.
        alpha: Chance, at most, that the true account is left out. With K families no p-value is
            below 1 / (K + 1), so below that nothing is ever left out.

    Returns:
        Every account with its p-value, and which of them fit.

    Raises:
        ValueError: If there is no candidate, or alpha is not in (0, 1).

    Source: Conformal p-values (Vovk, Gammerman & Shafer 2005) with families as groups of unequal size:
        Lee, Barber & Willett (2023), "Distribution-free inference with hierarchical data",
        arXiv:2306.06342; Dunn, Wasserman & Ramdas (2023), JASA 118. A set of classes that may be
        empty: Sadinle, Lei & Wasserman (2019), JASA 114.
    """
    if not scores or not 0 < alpha < 1:
        raise ValueError("attribution takes a candidate or more, and an alpha between 0 and 1")
    found = [(name, derived_p(score, derived)) for name, score in scores.items()]
    found.append((NONE, none_p(max(scores.values()), len(scores), unrelated)))
    accounts = [Account(name, p, isinstance(p, Unknown) or p > alpha) for name, p in found]
    return Attribution(tuple(accounts), 1 - alpha)


def derived_p(score: float, derived: Sequence[Derived]) -> float | Unknown:
    """How usual so low a score is among known derivatives.

    (1 + Σ over families of the share of their scores at or below it) / (families + 1): each family
    weighs the same, however many derivatives of it were scored, and ties speak for the suspect.

    Args:
        score: The suspect's score against a candidate.
        derived: Scores of known derivatives.

    Returns:
        1 / (families + 1) to 1; P(p ≤ alpha) ≤ alpha if the suspect is a derivative of a further
        family. Or why there is none.
    """
    if not derived:
        return Unknown("no known derivative was scored")
    return _conformal((one.family, float(one.score <= score)) for one in derived)


def none_p(highest: float, candidates: int, unrelated: Sequence[Unrelated]) -> float | Unknown:
    """How usual it is that the best of so many candidates scores so high for an unrelated suspect.

    For each calibrating suspect: the chance that the highest of its scores against one random
    reference out of each of `candidates` random families reaches `highest`. These chances are averaged
    within the suspect's family and then as in `derived_p`. The chance is exact, not simulated: with
    b_g the share of its scores with family g that stay below, it is 1 less the mean of Π b_g over
    all sets of families, which is an elementary symmetric polynomial.

    Where too few suspects have scores against so many families, the candidates are dealt into blocks
    and the p-value of a block is multiplied by their number (Bonferroni), which errs towards keeping
    `NONE`. How many is chosen by what the panel holds, not by any score.

    Args:
        highest: Highest score of the suspect over all candidates.
        candidates: Number of candidates.
        unrelated: Scores of unrelated pairs.

    Returns:
        1 / (families + 1) to 1; P(p ≤ alpha) ≤ alpha if the suspect is unrelated to all candidates and
        both it and they are exchangeable with the calibrating ones. Or why there is none.
    """
    if not unrelated:
        return Unknown("no unrelated pair was scored")
    below: dict[tuple[str, str], dict[str, list[float]]] = {}
    for one in unrelated:
        seen = below.setdefault((one.family, one.suspect), {})
        seen.setdefault(one.reference_family, []).append(float(one.score < highest))
    size = _block_size(candidates, [(family, len(seen)) for (family, _), seen in below.items()])
    reached = [
        (family, 1 - _mean_product([fmean(shares) for shares in seen.values()], size))
        for (family, _), seen in below.items()
        if len(seen) >= size
    ]
    return min(_blocks(candidates, size) * _conformal(reached), 1.0)


def _conformal(extreme: Iterable[tuple[str, float]]) -> float:
    """Family and how far each score is as extreme as the suspect's, 0 to 1 → p-value."""
    by_family: dict[str, list[float]] = {}
    for family, share in extreme:
        by_family.setdefault(family, []).append(share)
    return (1 + sum(map(fmean, by_family.values()))) / (len(by_family) + 1)


def _blocks(candidates: int, size: int) -> int:
    return -(-candidates // size)


def _block_size(candidates: int, suspects: Sequence[tuple[str, int]]) -> int:
    """Candidates drawn together, for the smallest p-value that could come out; the largest of equals.

    Args:
        candidates: Number of candidates.
        suspects: Family of each calibrating suspect, and families it was scored against.
    """
    most = min(candidates, max(count for _, count in suspects))

    def least(size: int) -> float:
        families = {family for family, count in suspects if count >= size}
        return _blocks(candidates, size) / (len(families) + 1)

    return min(range(most, 0, -1), key=least)


def _mean_product(shares: Sequence[float], drawn: int) -> float:
    """Mean of the product of `drawn` different shares, over all ways to draw them.

    Built share by share: `means[k]` is the mean product of k of the shares so far, so that numbers
    stay between 0 and 1 however many ways there are.
    """
    means = np.zeros(drawn + 1)
    means[0] = 1.0
    for count, share in enumerate(shares, 1):
        take = np.arange(1, min(count, drawn) + 1)
        means[take] = (take * share * means[take - 1] + (count - take) * means[take]) / count
    return float(means[drawn])
