import pytest

from tests import calibrated
from workbench import calibrations
from workbench.explore import curves, curves_of
from workbench.records import NoScore


@pytest.fixture
def calibration(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return calibrations.read(calibrated.keep(tmp_path))


def test_curves_agree_with_the_ratios_they_are_of(calibration):
    found = curves_of(calibration, "weights", "independent")
    assert len(found.derived) == len(found.other) == 12
    middle = found.thresholds.index(0.0)
    assert found.derived_reaching[middle] == sum(v >= 0 for v in found.derived) / 12
    assert found.other_reaching[middle] == pytest.approx(sum(v >= 0 for v in found.other) / 12)
    assert list(found.stated) == sorted({*found.derived, *found.other})
    assert found.derived_reaching[0] == found.other_reaching[0] == 1.0
    assert found.derived_reaching[-1] == found.other_reaching[-1] == 0.0


def test_curves_are_computed_once(calibration, monkeypatch):
    first = curves_of(calibration, "weights", "independent")
    monkeypatch.setattr(curves, "drawn_up", None)
    assert curves_of(calibration, "weights", "independent") == first


def test_an_alternative_without_pairs_says_why(calibration):
    found = curves_of(calibration, "weights", "sibling")
    assert isinstance(found, NoScore)
    assert found.reason.startswith("the calibration holds no models that share a base")
