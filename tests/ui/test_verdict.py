import json
from typing import get_args

import pytest

from tests import opinions
from tests.ui.conftest import ANSWERED, open_page, read_page, words
from workbench.evidence.wording import QUESTION_WORDS
from workbench.records import QUESTIONS, Status
from workbench.ui.case_lines import STATUS_COLOURS
from workbench.ui.widgets import escaped


def tables(page):
    return [grid.value for grid in page.dataframe]


@pytest.mark.parametrize("page", ["verdict", "evidence"])
def test_without_a_case_the_page_asks_for_one(no_cases, page):
    opened = open_page(page)
    assert opened.info[0].value.startswith("Choose a case above")


@pytest.mark.parametrize("page", ["verdict", "evidence"])
def test_an_unknown_case_is_explained_in_two_sentences(cases, page):
    said = words(read_page(page, case="../../evaluatd"))
    assert "There is no case 'evaluatd'" in said
    assert 'did you mean "evaluated"?' in said
    assert "Make one with `workbench plan`" in said


@pytest.mark.parametrize("page", ["verdict", "evidence"])
def test_a_case_of_a_newer_version_is_explained_in_two_sentences(cases, page):
    said = words(read_page(page, case="newer"))
    assert "was written by a newer version of the workbench" in said
    assert "Install that version or a later one to open it" in said


@pytest.mark.parametrize("case", ["planned", "recorded"])
def test_a_case_without_comparison_says_the_next_commands(cases, case):
    said = words(read_page("verdict", case=case))
    assert "There is no verdict yet" in said
    assert f"workbench run {case}" in said
    assert f"workbench compare {case}" in said


def test_the_verdict_says_its_words_reasons_and_propositions(cases):
    said = words(read_page("verdict", case="evaluated"))
    assert "Inconclusive\\: not calibrated for this protocol\\." in said
    assert "badge[inconclusive]" in said
    assert "• No calibration exists for these packs, metrics and decoding." in said
    assert "The behaviour of tuned comes from base." in said
    assert "tuned is independent of base." in said
    assert "• a shared teacher" in said


def test_another_suspect_has_its_own_permalink(cases):
    said = words(read_page("verdict", case="evaluated", suspect="quantised"))
    assert "The behaviour of quantised comes from base." in said
    assert "The behaviour of tuned" not in said


def test_both_exhibits_of_the_report_are_drawn_with_caption_and_alt_text(cases):
    page = read_page("verdict", case="evaluated")
    charts = page.get("vega_lite_chart")
    assert len(charts) == 2
    assert all("tuned" in chart.proto.alt for chart in charts)
    assert all(json.loads(chart.proto.spec)["autosize"] == "pad" for chart in charts)
    assert "Read whether the suspect tuned stands apart from the controls." in words(page)


def test_scores_stand_beside_those_of_the_controls(cases):
    scores = tables(read_page("verdict", case="evaluated"))[0]
    assert scores["model"].tolist() == ["tuned", "alpha", "beta", "gamma"]
    assert scores.iloc[0].tolist() == [
        "suspect", "tuned", "0.900", "0.850 to 0.950", "+0.200", "+0.160 to +0.240", "5",
    ]  # fmt: skip


def test_a_missing_score_shows_its_reason_and_no_number(cases):
    scores = tables(read_page("verdict", case="evaluated"))[1]
    assert scores.columns.tolist() == ["role", "model", "why there is no score"]
    assert set(scores["why there is no score"]) == {"different tokenizers"}


def test_observations_are_counted_by_outcome(cases):
    counts = tables(read_page("verdict", case="recorded"))[0]
    assert counts.columns.tolist() == [
        "run", "answered", "empty", "refused", "truncated", "failed", "total",
    ]  # fmt: skip
    assert counts[counts["run"] == "reference-base"].iloc[0].tolist() == [
        "reference-base", 8, 0, 0, 0, 0, 8,
    ]  # fmt: skip


def test_custody_shows_digests_heads_and_how_to_verify(cases):
    page = read_page("verdict", case="evaluated")
    assert "workbench verify evaluated" in words(page)
    *_, digests, heads = tables(page)
    assert digests["what"].tolist() == ["plan", "comparison", "sentence encoder", "embeddings"]
    assert "reference-base" in heads["run"].tolist()
    assert all(head.startswith("sha256:") for head in heads.iloc[:, 1])


# --- opinions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ANSWERED)
def test_each_question_has_its_status_its_words_and_its_reasons(answered, case):
    said = words(read_page("verdict", case=case))
    for question, kind in zip(QUESTIONS, ANSWERED[case], strict=True):
        opinion = opinions.KINDS[kind](question)
        assert escaped(QUESTION_WORDS[question]) in said
        assert f"badge[{opinion.status}]" in said
        assert escaped(opinion.wording) in said
        assert all(
            f"• {reason}" in said for reason in opinion.reasons if "not tested" not in reason
        )


def test_a_weighed_question_shows_its_ladder_and_the_table_behind_it(answered):
    page = read_page("verdict", case="answered")
    assert len(page.get("vega_lite_chart")) == 4
    weighed = tables(page)[0]
    assert weighed.iloc[1].tolist()[:4] == [
        "the two models only share a base model", "2.8", "1.3 to 3.0", "weak support",
    ]  # fmt: skip
    assert weighed.iloc[1].tolist()[4:] == ["1/7.9 to 3.0", "9", "—"]
    assert weighed.iloc[2].tolist()[1:-1] == ["—"] * 5
    assert weighed.iloc[2, -1].startswith("not tested: the calibration holds no models that share")


def test_error_rates_choices_and_conditions_follow(answered):
    _, lattice, gates, errors, *_ = tables(read_page("verdict", case="answered"))
    assert errors.iloc[0].tolist()[:6] == [
        "unrelated models", "weak support", "no", "0 of 741", "0 of 9", "28 %",
    ]  # fmt: skip
    assert lattice["whole panel"].tolist() == ["4.2", "5.9", "2.6", "2.8", "4.0", "1.8"]
    assert gates["Met"].tolist() == ["yes", "yes"]


def test_a_condition_that_was_not_met_is_shown_without_any_likelihood_ratio(answered):
    page = read_page("verdict", case="explained")
    assert "• The panel holds 3 independent families" in words(page)
    assert len(page.get("vega_lite_chart")) == 3


def test_untested_alternatives_the_general_reasons_and_the_scale_are_shown(answered):
    page = read_page("verdict", case="answered")
    said = words(page)
    assert "• tuned and base learned from the same teacher. Not tested:" in said
    assert "• The control panel holds 3 independent families; with fewer than 20" in said
    scale = next(grid for grid in tables(page) if "In words" in grid)
    assert scale["In words"].tolist()[-3:] == [
        "strong support", "very strong support", "extremely strong support",
    ]  # fmt: skip


def test_every_status_has_its_colour():
    assert set(STATUS_COLOURS) == set(get_args(Status))


def test_the_verdict_leads_to_the_probes_that_set_the_suspect_apart(cases):
    page = read_page("verdict", case="evaluated")
    links = [link for link in page.page_link if "probe=" in link.proto.query_string]
    assert len(links) == 3
    assert "closer to the reference than every control at 5 probes" in words(page)
