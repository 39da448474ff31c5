"""Likelihood ratios of one question against one alternative, from labelled scores.

Every judgement of a pair leaves out all labelled pairs that share a family with it, in a case and in
validation alike: so a figure measured here is the figure of what is done.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from workbench.digest import seed_from
from workbench.evidence.calibrators import BiGaussian, BiStudent, BiStudents, Calibrator, Logistic
from workbench.evidence.labelled import (
    Cluster,
    Flags,
    Floats,
    Labelled,
    Side,
    apart,
    derived_side,
    drawn_families,
    drawn_recipes,
    other_side,
)
from workbench.evidence.levels import FEWEST_FAMILIES, locked
from workbench.evidence.limits import elub, iv_bound
from workbench.evidence.propositions import DERIVED, account
from workbench.records import Alternative, Question

FEWEST_UNITS = 2
"""Recipes of derivatives, and families of an alternative, that a fit takes at least."""
ROUNDS = 1000
"""Draws of families behind an interval."""
LIMITS = (0.05, 0.95)
Z_95, Z_90 = 1.959964, 1.644854
KERNELS = ("score", "raw")
"""The score, and the same with length and layout left in."""

Bounds = tuple[float, float]
Kind = type[BiStudent] | type[BiGaussian] | type[Logistic]


def steadied(scores: Floats) -> Floats:
    """Scores on a scale where derivatives spread alike however near they are.

    arsinh: linear within the spread of unrelated models, whose unit a score has, and logarithmic
    beyond, where likeness of derivatives differs by factors.
    """
    steady: Floats = np.arcsinh(scores)
    return steady


class System:
    """Gives bounded log10 likelihood ratios, or says why it cannot."""

    def __init__(
        self,
        labelled: Labelled,
        question: Question,
        alternative: Alternative,
        *,
        calibrator: Kind = BiStudent,
        kernel: str = "score",
    ) -> None:
        """Take labelled scores of one question.

        Args:
            labelled: Pairs whose history is known.
            question: Which derivatives count.
            alternative: Which other pairs they are weighed against.
            calibrator: From scores to likelihood ratios.
            kernel: One of `KERNELS`.
        """
        self.labelled, self.question, self.alternative = labelled, question, alternative
        self.calibrator = calibrator
        self.scores = steadied(labelled.score if kernel == "score" else labelled.raw)
        known = np.isfinite(self.scores)
        derived = labelled.having(DERIVED[question].labels, primary=True)
        other = labelled.having(account(alternative).labels)
        self.derived = derived_side(labelled, derived[known[derived]])
        self.other = other_side(labelled, other[known[other]])
        self._fitted = lru_cache(maxsize=None)(self._fit)
        self._drawn = lru_cache(maxsize=64)(self._draw)

    @property
    def families(self) -> int:
        """Independent families behind the alternative."""
        return len(_families(self.labelled, self.other))

    def hindrance(self, kin: Cluster = frozenset()) -> str:
        """Why no likelihood ratio can be given once kin are left out; empty if one can."""
        needs = account(self.alternative).needs
        families = self.families
        if not len(self.other.index):
            return f"the calibration holds no {needs}"
        if families < FEWEST_FAMILIES["weak support"]:
            return (
                f"the calibration holds {needs} of {families} families only; at least "
                f"{FEWEST_FAMILIES['weak support']} are needed"
            )
        for side, name in ((self.derived, "derivatives"), (self.other, needs)):
            left = self._left(side, kin)
            if left.units < FEWEST_UNITS or np.ptp(self.scores[left.index]) == 0:
                return f"too few {name} are left once the families of this pair are set aside"
        return ""

    def _left(self, side: Side, kin: Cluster) -> Side:
        kept = side.index[apart(self.labelled, side, kin)]
        make = derived_side if side is self.derived else other_side
        return make(self.labelled, kept)

    def _fit(self, kin: Cluster) -> Calibrator | None:
        if self.hindrance(kin):
            return None
        derived, other = self._left(self.derived, kin), self._left(self.other, kin)
        return self.calibrator.fit(
            self.scores[derived.index],
            self.scores[other.index],
            derived_weights=derived.weights,
            other_weights=other.weights,
            derived_units=derived.units,
            other_units=other.units,
        )

    def _kin_here(self, kin: Cluster) -> Cluster:
        """The part of kin that matters, so that fits can be kept."""
        return kin & (_families(self.labelled, self.derived) | _families(self.labelled, self.other))

    def unbounded(self, score: float, kin: Cluster) -> float:
        """log10 likelihood ratio as the calibrator gives it; NaN where there is a hindrance."""
        fitted = self._fitted(self._kin_here(kin))
        if fitted is None:
            return float("nan")
        return float(fitted.log10_lr(steadied(np.array([score])))[0])

    @cached_property
    def held_out(self) -> Floats:
        """Every labelled pair judged without its kin, not bounded, shape (pairs,)."""
        found = np.full(len(self.labelled), np.nan)
        for kin in set(self.labelled.families):
            here = np.array([families == kin for families in self.labelled.families])
            here &= np.isfinite(self.scores)
            fitted = self._fitted(self._kin_here(kin))
            if fitted is not None and here.any():
                found[here] = fitted.log10_lr(self.scores[here])
        return found

    @cached_property
    def judged(self) -> tuple[Flags, Flags]:
        """Which pairs of either side could be judged without their kin."""
        return (
            np.isfinite(self.held_out[self.derived.index]),
            np.isfinite(self.held_out[self.other.index]),
        )

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        """Both sides, kept to the pairs that could be judged."""
        derived, other = self.judged
        return (
            derived_side(self.labelled, self.derived.index[derived]),
            other_side(self.labelled, self.other.index[other]),
        )

    @cached_property
    def bounds_by(self) -> dict[str, Bounds]:
        """Bounds of each kind, from pairs judged without their kin."""
        derived, other = self.sides
        values = self.held_out[derived.index], self.held_out[other.index]
        lowest, highest = locked(self.derived.units), locked(self.families)
        return {
            "elub": elub(*values, derived.weights, other.weights),
            "invariance": iv_bound(*values, derived.weights, other.weights),
            "families": (-lowest, highest),
        }

    @cached_property
    def bounds(self) -> Bounds:
        """The tightest of them; 0 to 0 where nothing could be judged."""
        if self.hindrance() or not all(len(side.index) for side in self.sides):
            return 0.0, 0.0
        lows, highs = zip(*self.bounds_by.values(), strict=True)
        return min(0.0, max(lows)), max(0.0, min(highs))

    def bounded(self, values: Floats) -> Floats:
        """Within the bounds; NaN stays NaN."""
        held: Floats = np.clip(values, *self.bounds)
        return held

    def interval(self, score: float, spread: float, kin: Cluster) -> Bounds:
        """90 % interval of the bounded log10 likelihood ratio.

        Args:
            score: Score of the pair, not `steadied`.
            spread: Standard deviation of the score over prompts and panels.
            kin: Families that are set aside.

        Returns:
            Percentiles of `ROUNDS` draws, each of a score from a normal of that spread and of families
            with replacement. A draw of families that no calibrator can be fitted to says nothing, so it
            counts as a likelihood ratio of 1.

        Source: Owen (2007), Annals of Applied Statistics 1(2); the normal stands for the prompts' half
            of the pigeonhole, whose draws of a mean over many prompts it follows closely.
        """
        drawn = self._drawn(self._kin_here(kin))
        scores = steadied(score + spread * drawn.noise)
        values = np.zeros(ROUNDS)
        values[drawn.fitted] = drawn.fits.log10_lr(scores[drawn.fitted, None])[:, 0]
        low, high = np.quantile(self.bounded(values), LIMITS)
        return float(low), float(high)

    def _draw(self, kin: Cluster) -> "_Drawn":
        generator = np.random.default_rng(
            seed_from("families", self.question, self.alternative, *sorted(kin))
        )
        derived, other = self._left(self.derived, kin), self._left(self.other, kin)
        ours = drawn_recipes(self.labelled, derived.index, ROUNDS, generator)
        theirs = drawn_families(self.labelled, other.index, ROUNDS, generator)
        full = np.flatnonzero(ours.any(1) & theirs.any(1))
        fits = BiStudent.fit_many(
            self.scores[derived.index],
            self.scores[other.index],
            derived_weights=ours[full] * derived.weights,
            other_weights=theirs[full] * other.weights,
            derived_units=derived.units,
            other_units=other.units,
        )
        return _Drawn(fits, full[fits.kept], generator.standard_normal(ROUNDS))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What families drawn with replacement say."""

    fits: BiStudents
    fitted: NDArray[np.int64]
    """Draws that could be fitted."""
    noise: Floats
    """Standard normal numbers, shape (ROUNDS,)."""


def _families(labelled: Labelled, side: Side) -> Cluster:
    return frozenset[str]().union(*(labelled.families[i] for i in side.index))


def spread_of(low: float, high: float, panel_low: float, panel_high: float) -> float:
    """Standard deviation of a score over prompts and half-panels.

    Args:
        low: Lower limit of its 95 % interval over prompts.
        high: Upper limit.
        panel_low: Its 5th percentile over random half-panels.
        panel_high: Its 95th. Half of a panel drawn without replacement varies about the whole as the
            whole varies about the population.
    """
    prompts = (high - low) / (2 * Z_95)
    panel = (panel_high - panel_low) / (2 * Z_90)
    return float(np.hypot(prompts, panel))
