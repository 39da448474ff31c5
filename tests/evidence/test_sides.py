import numpy as np
import pytest

from workbench.errors import CalibrationError
from workbench.evidence.sides import Side, labelled


def test_a_side_is_described_by_its_units():
    side = Side.of("derived", [1, 3, 9], [2, 2, 0], 3)
    assert (side.scores.tolist(), side.weights.tolist()) == ([1, 3], [1.5, 1.5])
    assert (side.units, side.mean, side.sd) == (3, 2, pytest.approx(1.5**0.5))


def test_both_sides_keep_their_own():
    p, d = labelled([1, 2], [3, 5], [1, 3], [1, 1], 2, 4)
    assert (p.mean, p.units, d.mean, d.units) == (1.75, 2, 4, 4)


@pytest.mark.parametrize(("scores", "units"), [([1, np.inf], 2), ([1, 2], np.inf)])
def test_what_is_not_finite_is_refused(scores, units):
    with pytest.raises(ValueError, match=r"^derived: scores and units must be finite$"):
        Side.of("derived", scores, [1, 1], units)


def test_two_units_will_do_and_fewer_will_not():
    assert Side.of("other", [1, 2], [1, 1], 2).units == 2
    with pytest.raises(CalibrationError) as refused:
        Side.of("other", [1, 2], [1, 1], 1.5)
    assert str(refused.value) == (
        "The other side of the labelled scores holds 1.5 independent units, and a calibration needs "
        "at least 2. Label pairs of more families."
    )


def test_scores_without_spread_are_refused():
    with pytest.raises(CalibrationError) as refused:
        Side.of("derived", [0.1, 0.1, 7], [1, 1, 0], 2)
    assert str(refused.value) == (
        "All labelled scores of the derived side are alike, so their spread is not known. Label pairs "
        "of more families, or use a metric that tells them apart."
    )


@pytest.mark.parametrize(
    ("sides", "named"), [(([1, 1], [1, 2]), "derived"), (([1, 2], [1, 1]), "other")]
)
def test_an_error_names_its_side(sides, named):
    with pytest.raises(CalibrationError, match=f"scores of the {named} side"):
        labelled(*sides, [1, 1], [1, 1], 2, 2)
    with pytest.raises(ValueError, match=f"^{named}: "):
        labelled(
            *([np.nan, 2] if len(set(side)) == 1 else side for side in sides), [1, 1], [1, 1], 2, 2
        )
