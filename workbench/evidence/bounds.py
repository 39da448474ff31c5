"""How far likelihood ratios of one system may go: the tightest of three limits."""

from typing import NamedTuple

from workbench.evidence.labelled import Floats, Side
from workbench.evidence.levels import locked
from workbench.evidence.limits import elub, iv_bound

Limits = tuple[float, float]


class Bounds(NamedTuple):
    """Lowest and highest log10 likelihood ratio by each of them."""

    elub: Limits
    invariance: Limits
    families: Limits
    """By recipes of derivatives and families of the alternative, as `levels.locked`."""

    @property
    def tightest(self) -> Limits:
        """The nearest to 0 on either side, which is never beyond it."""
        lows, highs = zip(*self, strict=True)
        return min(0.0, max(lows)), max(0.0, min(highs))


def bounds_of(values: Floats, derived: Side, other: Side, units: tuple[int, int]) -> Bounds | None:
    """Bound likelihood ratios by how well labelled pairs bear them out.

    Args:
        values: log10 likelihood ratio of every labelled pair, judged without its kin.
        derived: Derivatives that bear them out; every unit of theirs weighs 1.
        other: Pairs under the alternative, likewise.
        units: Recipes and families of the whole calibration, which say what levels it may name.

    Returns:
        None where a side is empty: then nothing says how far a likelihood ratio may go.
    """
    if not (len(derived.index) and len(other.index)):
        return None
    sides = values[derived.index], values[other.index], derived.weights, other.weights
    recipes, families = units
    return Bounds(elub(*sides), iv_bound(*sides), (-locked(recipes), locked(families)))
