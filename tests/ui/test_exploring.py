"""Distributions, map and lineage: what they draw, and what they say where there is nothing to draw."""

import json

import pytest

from tests import made
from tests.ui.conftest import HOSTILE_NAME, open_page, read_page, words
from workbench.records import AnswerMap, Join, Lineage, MapPoint
from workbench.ui import maps

TOKENS = "continuation/openings#probe-1"
TREE = Lineage(
    runs=("control-a", "reference-b", "suspect-<b>c</b>"),
    distances=((0.0, 2.0, 2.0), (2.0, 0.0, 0.4), (2.0, 0.4, 0.0)),
    probes=3,
    joins=(Join(1, 2, 0.4, 0.97), Join(0, 3, 2.0, 1.0)),
)


@pytest.fixture(scope="session")
def embedded_cases(tmp_path_factory):
    root = tmp_path_factory.mktemp("embedded")
    made.embedded(made.evaluated_case(root, "own", suspects=("tuned", HOSTILE_NAME)))
    made.evaluated_case(root, "answers", packs=(made.pack(),))
    return root


@pytest.fixture
def own(embedded_cases, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CASES", str(embedded_cases))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))


@pytest.mark.parametrize("page", ["map", "lineage", "distributions"])
def test_without_a_case_the_page_asks_for_one(no_cases, page):
    assert open_page(page).info[0].value.startswith("Choose a case above")


@pytest.mark.parametrize("page", ["map", "lineage"])
def test_before_a_comparison_the_page_says_the_next_commands(cases, page):
    said = words(read_page(page, case="recorded"))
    assert "This suspect was not compared yet" in said
    assert "workbench compare recorded" in said


@pytest.mark.parametrize("page", ["map", "lineage"])
def test_a_case_without_embedded_answers_is_explained(cases, page):
    assert "holds no embedded answers that count" in words(read_page(page, case="evaluated"))


def test_the_map_draws_answers_and_means(own):
    page = open_page("map", case="own")
    (chart,) = page.get("plotly_chart")
    names = [trace.get("name") for trace in json.loads(chart.proto.spec)["data"]]
    assert names == [
        "control alpha", "control beta", "control gamma", "reference base", "suspect tuned",
        "reference, mean", "suspect, mean", "control, mean",
    ]  # fmt: skip
    assert "36 answers of 36" in words(page)


def test_the_lineage_says_on_its_face_what_it_is(own):
    matrix, tree = open_page("lineage", case="own").get("plotly_chart")
    assert "An illustration, not evidence" in tree.proto.spec
    assert "an illustration, not evidence" in tree.proto.alt
    assert "reference base" in matrix.proto.spec
    assert "<b>" not in matrix.proto.spec


def test_distributions_show_bars_and_the_way_to_the_next_probe(cases):
    page = read_page("distributions", case="evaluated", probe=TOKENS)
    assert len(page.get("plotly_chart")) == 1
    assert page.get_by_key("probe-box").options == ["continuation/openings#probe-0", TOKENS]


def test_a_case_without_distributions_says_which_packs_read_some(own):
    said = words(open_page("distributions", case="answers"))
    assert "No pack of this case reads distributions" in said


def test_a_tree_draws_every_join_and_the_support_of_all_but_the_last():
    first, last, support = maps.tree_figure(TREE).data
    assert list(first.x) == [0.0, 0.4, 0.4, 0.0]
    assert list(last.x) == [0.0, 2.0, 2.0, 0.4]
    assert list(support.text) == ["97%"]


def test_names_are_inert_in_labels():
    assert maps.named("suspect-<b>c</b>") == "suspect &lt;b&gt;c&lt;/b&gt;"
    assert maps.named("control-" + "x" * 40) == "control " + "x" * 27 + "…"


def test_marks_of_the_map_hold_the_address_of_their_probe():
    found = AnswerMap(
        (0.5, 0.2), (MapPoint("suspect-s", "f/p#a", 0, 1.0, 2.0),),
        (MapPoint("suspect-s", "", 0, 1.0, 2.0),), 1,
    )  # fmt: skip
    answers, mean = maps.map_figure(found, ["suspect-s"]).data
    assert answers.customdata[0][0] == "f/p#a"
    assert mean.customdata[0][0] == ""
