"""What the zoo's answers are scored with, and how rates are read."""

import pandas as pd
import pytest

from benchmarks.zoo.asking import plan_zoo
from benchmarks.zoo.population import population
from benchmarks.zoo.scoring import (
    Rate,
    as_markdown,
    model_table,
    pair_table,
    plain,
    rate_all,
    score_zoo,
    smallest_dose,
)
from benchmarks.zoo.sizes import SIZES
from tests.made import NOON
from tests.zoo.conftest import silent
from workbench.errors import CaseError
from workbench.evaluate.summary import LabelRate
from workbench.questions.kin import declared_kin

MEMBERS = population(SIZES["tiny"])
NAMES = [member.name for member in MEMBERS]


def rate(kind, low, auc=0.8):
    return Rate("outputs_score", kind, LabelRate(kind, 6, auc, low, 0.9, 0.5, 0.2, 0.8))


def place(own):
    return NAMES.index(f"zoo-tiny-{own}")


def test_a_root_represents_its_family_among_the_controls():
    kin = declared_kin(model_table(MEMBERS), NAMES)
    panel = kin.panel(place("oak-chat"), place("tin"))
    own = sorted(NAMES[i].removeprefix("zoo-tiny-") for i in panel)
    assert own == ["fox", "iron", "oak-twin", "zinc"]


def test_students_and_whoever_else_took_of_a_teacher_are_no_controls_of_it():
    kin = declared_kin(model_table(MEMBERS), NAMES)
    for own in ("fox-of-oak-01", "fox-read-oak", "fox-like-oak", "fox-proxy-oak"):
        assert kin.related[place("oak-chat"), place(own)]
    assert not kin.related[place("oak-chat"), place("fox")]


def test_every_related_pair_is_scored_and_the_unrelated_are_thinned():
    counts = pair_table(MEMBERS, 10)["label"].value_counts()
    assert counts["unrelated"] == 10
    assert counts["distilled_from"] == 12


def test_the_smallest_dose_is_the_least_whose_limits_lie_above_chance():
    found = [
        rate("distilled_from: distilled at 100.0%", 0.9),
        rate("distilled_from: distilled at 10.0%", 0.6),
        rate("distilled_from: distilled at 1.0%", 0.4),
        rate("distilled_from: distilled, own base at 0.1%", 0.7),
    ]
    assert smallest_dose(found, "outputs_score", "distilled") == 0.1
    assert smallest_dose(found, "outputs_score", "distilled, own base") == 0.001
    assert smallest_dose(found[2:3], "outputs_score", "distilled") is None


def test_a_rate_of_a_label_that_is_always_above_is_one():
    rows = [
        ("a", "b", "distilled_from", "distilled", 0.1, None, f"f{n}", f"g{n}", 2.0)
        for n in range(3)
    ]
    rows += [("a", "b", "unrelated", "", None, None, f"h{n}", f"i{n}", 1.0) for n in range(120)]
    names = ["reference", "suspect", "label", "method", "dose", "steps"]
    names += ["reference_family", "suspect_family", "outputs_score"]
    found = rate_all(pd.DataFrame(rows, columns=names), ["outputs_score"])
    by_kind = {one.kind: one.rate for one in found}
    assert set(by_kind) == {"distilled_from", "distilled_from: distilled at 10.0%", "unrelated"}
    assert by_kind["distilled_from"].auc == 1.0
    assert by_kind["distilled_from"].called == 1.0
    assert by_kind["unrelated"].called == 0.0


def test_tables_mark_what_a_question_is_about_and_show_no_number_that_is_unknown():
    lines = list(as_markdown([rate("distilled_from", 0.7), rate("framed", float("nan"))]))
    assert "| distilled_from * | 6 | 0.800 (0.700 to 0.900) | 0.500 (0.200 to 0.800) |" in lines
    assert lines[-1] == "\nSmallest dose told apart, distilled, own base: none"
    assert plain([rate("framed", float("nan"))])[0]["low"] is None


def test_a_case_that_was_not_run_is_not_scored(zoo, tmp_path):
    store = plan_zoo(zoo, tmp_path / "cases" / "zoo-mini", NOON, silent)
    with pytest.raises(CaseError, match="was not run to the end"):
        score_zoo(zoo, store, "text", None, silent)


@pytest.mark.parametrize("size", SIZES)
def test_no_pair_has_another_label_the_other_way_round(size):
    from benchmarks.zoo.lineage import Truth

    labels = {}
    for pair in Truth(population(SIZES[size])).pairs():
        both = frozenset((pair.reference, pair.suspect))
        assert labels.setdefault(both, pair.label) == pair.label


def test_a_pair_is_a_row_once():
    table = pair_table(MEMBERS)
    sides = [frozenset(pair) for pair in zip(table["reference"], table["suspect"], strict=True)]
    assert len(set(sides)) == len(sides)


def test_students_of_a_tenth_stand_for_students_and_no_other_pair_is_marked():
    marked = pair_table(MEMBERS).query("primary == 1")
    assert set(marked["label"]) == {"distilled_from"}
    assert marked["dose"].min() == 0.1


def test_a_child_of_a_child_is_not_counted_among_the_children():
    table = pair_table(MEMBERS).set_index(["reference", "suspect"])
    steps = table["steps"]
    assert steps["zoo-tiny-oak-chat", "zoo-tiny-oak-int8"] == 1
    assert steps["zoo-tiny-oak", "zoo-tiny-oak-int8"] == 2
    assert steps["zoo-tiny-oak", "zoo-tiny-oak-chat"] == 1
    assert steps[table["label"] == "distilled_from"].isna().all()


def test_recipes_of_other_relations_are_not_listed_one_by_one():
    listed = "\n".join(as_markdown([rate("framed: framed", 0.7), rate("live_proxy: proxy", 0.7)]))
    assert "framed" not in listed
    assert "live_proxy: proxy *" in listed
