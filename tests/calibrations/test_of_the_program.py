"""The calibrations that come with the program speak of what it asks where nobody chose."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.calibrations import read
from workbench.compare.pairs import counted_probes
from workbench.compare.protocols import BY_ID, counted_packs, protocol_of
from workbench.evidence.protocols import differences
from workbench.extent import Extent
from workbench.models.catalogue import load_catalogue
from workbench.packs import find_pack
from workbench.packs.standard import STANDARD_PACKS, STANDARD_REPEATS
from workbench.plan import make_plan
from workbench.questions.measures import MEASURES, at_level, fused_of

SHIPPED = Path(__file__).parents[2] / "data" / "calibration"
FURTHER = [one.id for one in MEASURES if one.access == "logits"]
NOT_GIVEN = ("paired-embedding", "option-correlation")
"""No encoder is used on a case, and no standard pack has options."""


@pytest.fixture(scope="module")
def planned():
    return make_plan(
        "standard",
        "smollm2-135m",
        ("gemma-3-270m",),
        ("minimind2-small", "stories15m", "tinyllama-1.1b"),
        [find_pack(name) for name in STANDARD_PACKS],
        load_catalogue(),
        now=datetime(2026, 1, 1, tzinfo=UTC),
        extent=Extent(repeats=STANDARD_REPEATS),
    )


@pytest.mark.parametrize(
    ("question", "access"), [("weights", "text"), ("outputs", "text"), ("weights", "logits")]
)
def test_the_standard_plan_is_of_a_protocol_with_a_calibration(planned, question, access):
    plan, packs = planned
    seen = [one for one in at_level(access) if one.id not in NOT_GIVEN]
    metrics = fused_of(question, seen)
    counted = {one.id: counted_probes(packs, BY_ID[one.id]) for one in metrics if one.id in FURTHER}
    own = counted_packs(packs, metrics, counted)
    protocol = protocol_of(plan, own, metrics, access, recorded=False)
    calibrated = read(SHIPPED / f"zoo-small-{access}").figures.protocols[question]
    assert differences(protocol, calibrated) == ()
