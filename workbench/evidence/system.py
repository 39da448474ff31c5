"""Likelihood ratios of one question against one alternative, from labelled scores.

Every judgement of a pair leaves out all labelled pairs that share a family with it, from the fit and
from the bounds, in a case and in validation alike: so a figure measured here is the figure of what is
done.
"""

from functools import cached_property, lru_cache

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.bounds import Bounds, bounds_of
from workbench.evidence.calibrators import BiGaussian, BiStudent, Calibrator, Logistic
from workbench.evidence.drawn import Drawn, draw
from workbench.evidence.labelled import (
    Cluster,
    Floats,
    Labelled,
    Side,
    apart,
    derived_side,
    other_side,
)
from workbench.evidence.levels import FEWEST_FAMILIES
from workbench.evidence.propositions import DERIVED, account
from workbench.records import Alternative, Question

FEWEST_UNITS = 2
"""Recipes of derivatives, and families of an alternative, that a fit takes at least."""
LIMITS = (0.05, 0.95)

Sides = tuple[Side, Side]
Kind = type[BiStudent] | type[BiGaussian] | type[Logistic]
NOBODY: Cluster = frozenset()


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
            kernel: `score`, or `raw`: the same with length and layout left in.
        """
        self.labelled, self.question, self.alternative = labelled, question, alternative
        self.calibrator = calibrator
        self.scores = steadied(labelled.score if kernel == "score" else labelled.raw)
        known = np.isfinite(self.scores)
        derived = labelled.having(DERIVED[question].labels, primary=True)
        other = labelled.having(account(alternative).labels)
        self.derived = derived_side(labelled, derived[known[derived]])
        self.other = other_side(labelled, other[known[other]])
        self._left = lru_cache(maxsize=8)(self._apart)
        self._hindrance = lru_cache(maxsize=None)(self._why_not)
        self._fitted = lru_cache(maxsize=None)(self._fit)
        self._bounded = lru_cache(maxsize=None)(self._bound)
        self._drawn = lru_cache(maxsize=64)(self._draw)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Derivatives and their recipes, pairs under the alternative and their families."""
        derived, other = self.derived, self.other
        return len(derived.index), derived.units, len(other.index), other.names

    def families(self, kin: Cluster = NOBODY) -> int:
        """Independent families behind the alternative, kin left out."""
        return self._left(self._kin_here(kin))[1].names

    def hindrance(self, kin: Cluster = NOBODY) -> str:
        """Why no likelihood ratio can be given once kin are left out; empty if one can."""
        here = self._kin_here(kin)
        if reason := self._hindrance(here):
            return reason
        if self._bounded(here) is None:
            return (
                "no labelled pair besides those of these families could be judged, so nothing says how "
                "far a likelihood ratio may go"
            )
        return ""

    @cached_property
    def _all(self) -> Cluster:
        used = np.concatenate([self.derived.index, self.other.index])
        return NOBODY.union(*(self.labelled.families[i] for i in used))

    def _kin_here(self, kin: Cluster) -> Cluster:
        """The part of kin that matters, so that what was computed without it can be kept."""
        return kin & self._all

    def _apart(self, kin: Cluster) -> Sides:
        return (
            derived_side(self.labelled, apart(self.labelled, self.derived, kin)),
            other_side(self.labelled, apart(self.labelled, self.other, kin)),
        )

    def _why_not(self, kin: Cluster) -> str:
        """Why no calibrator can be fitted."""
        needs, families = account(self.alternative).needs, self.other.names
        for side, name in ((self.other, needs), (self.derived, "derivatives")):
            if not len(side.index):
                return f"the calibration holds no {name}"
        if families < FEWEST_FAMILIES["weak support"]:
            return (
                f"the calibration holds {needs} of {families} families only; at least "
                f"{FEWEST_FAMILIES['weak support']} are needed"
            )
        for left, name in zip(self._left(kin), ("derivatives", needs), strict=True):
            if left.units < FEWEST_UNITS or np.ptp(self.scores[left.index]) == 0:
                return f"too few {name} are left once the families of this pair are set aside"
        return ""

    def _fit(self, kin: Cluster) -> Calibrator | None:
        if self._hindrance(kin):
            return None
        derived, other = self._left(kin)
        return self.calibrator.fit(
            self.scores[derived.index],
            self.scores[other.index],
            derived_weights=derived.weights,
            other_weights=other.weights,
            derived_units=derived.units,
            other_units=other.units,
        )

    def unbounded(self, scores: Floats, kin: Cluster) -> Floats:
        """log10 likelihood ratios as the calibrator gives them; NaN where there is a hindrance.

        Args:
            scores: Not `steadied`, any shape.
            kin: Families that are set aside.
        """
        fitted = self._fitted(self._kin_here(kin))
        return np.full_like(scores, np.nan) if fitted is None else fitted.log10_lr(steadied(scores))

    @cached_property
    def held_out(self) -> Floats:
        """Every labelled pair judged without its kin, not bounded, shape (pairs,)."""
        found = np.full(len(self.labelled), np.nan)
        for kin, families in self.labelled.by_families():
            here = families[np.isfinite(self.scores[families])]
            fitted = self._fitted(self._kin_here(kin))
            if fitted is not None and len(here):
                found[here] = fitted.log10_lr(self.scores[here])
        return found

    @cached_property
    def bounds_held_out(self) -> Floats:
        """Tightest bounds of every labelled pair, from those apart from its kin; shape (pairs, 2)."""
        found = np.full((len(self.labelled), 2), np.nan)
        for kin, here in self.labelled.by_families():
            if not self.hindrance(kin):
                found[here] = self.bounds(kin).tightest
        return found

    @cached_property
    def bounded_held_out(self) -> Floats:
        """Every labelled pair judged and bounded without its kin; NaN where that is impossible."""
        return np.clip(self.held_out, *self.bounds_held_out.T)

    @cached_property
    def judged(self) -> Sides:
        """Both sides, kept to the pairs that could be judged without their kin."""
        return self._known(self.bounded_held_out)

    def _known(self, values: Floats, kin: Cluster = NOBODY) -> Sides:
        derived, other = self._left(kin)
        known = np.isfinite(values)
        return (
            derived_side(self.labelled, derived.index[known[derived.index]]),
            other_side(self.labelled, other.index[known[other.index]]),
        )

    def _bound(self, kin: Cluster) -> Bounds | None:
        derived, other = self._known(self.held_out, kin)
        return bounds_of(self.held_out, derived, other, (self.derived.units, self.other.names))

    def bounds(self, kin: Cluster = NOBODY) -> Bounds:
        """Bounds from pairs judged without their own kin.

        Args:
            kin: Families that have no part in them.

        Raises:
            ValueError: If there is a hindrance.
        """
        found = self._bounded(self._kin_here(kin))
        if found is None or self.hindrance(kin):
            raise ValueError(self.hindrance(kin))
        return found

    def bounded(self, values: Floats, kin: Cluster) -> Floats:
        """Likelihood ratios within the bounds; NaN stays NaN."""
        held: Floats = np.clip(values, *self.bounds(kin).tightest)
        return held

    def intervals(self, scores: Floats, spreads: Floats, kin: Cluster) -> Floats:
        """90 % intervals of bounded log10 likelihood ratios, shape (k, 2).

        Args:
            scores: Shape (k,), not `steadied`.
            spreads: Standard deviation of each score over prompts and panels, shape (k,).
            kin: Families that are set aside.

        Returns:
            Percentiles of `drawn.ROUNDS` draws, each of a score from a normal of that spread and of
            families and recipes with replacement.

        Source: Owen (2007), Annals of Applied Statistics 1(2); the normal stands for the prompts' half
            of the pigeonhole, whose draws of a mean over many prompts it follows closely.
        """
        drawn = self._drawn(self._kin_here(kin))
        moved = steadied(scores + spreads * drawn.noise[:, None])  # (ROUNDS, k)
        found: Floats = np.quantile(self.bounded(drawn.log10_lr(moved), kin), LIMITS, axis=0).T
        return found

    def _draw(self, kin: Cluster) -> Drawn:
        generator = np.random.default_rng(
            seed_from("families", self.question, self.alternative, *sorted(kin))
        )
        return draw(self.scores, *self._left(kin), generator)
