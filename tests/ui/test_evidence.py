import pytest

from tests import made
from tests.ui.conftest import open_page, read_page, words
from workbench.store.journal import Journal
from workbench.store.notes import notes

TOKENS = "continuation/openings#probe-0"
GREETING = "style/greetings#probe-1"


def test_a_planned_case_shows_its_prompts_before_anything_is_asked(cases):
    said = words(read_page("evidence", case="planned"))
    assert "Write greeting number 0." in said
    assert "This probe was not put to any model yet." in said


def test_a_weak_pack_says_that_it_never_counts(cases):
    said = words(read_page("evidence", case="weak"))
    assert "Shown, never counted in any score. Learnt from many places." in said
    assert "never counted" not in words(read_page("evidence", case="planned"))


def test_a_permalink_opens_one_probe_with_every_model_side_by_side(cases):
    page = read_page("evidence", case="recorded", probe=GREETING)
    said = words(page)
    assert "Write greeting number 1." in said
    for model in ("base", "tuned", "alpha", "beta", "gamma"):
        assert f"{model} says {GREETING} 0" in said
        assert f"{model} says {GREETING} 1" in said


def test_the_case_and_suspect_are_carried_from_page_to_page(cases):
    page = open_page("verdict", case="evaluated", suspect="quantised")
    del page.query_params["case"], page.query_params["suspect"]
    page.switch_page("workbench/ui/pages/evidence.py").run()
    assert page.query_params["case"] == "evaluated"
    assert page.get_by_key("suspect-box").value == "quantised"


def test_the_address_bar_always_names_the_probe(cases):
    page = read_page("evidence", case="recorded")
    assert page.query_params["case"] == "recorded"
    assert page.query_params["probe"] == "style/greetings#probe-0"


def test_next_and_previous_walk_through_the_probes(cases):
    page = open_page("evidence", case="recorded", probe="style/greetings#probe-0")
    assert button(page, "Previous").disabled
    button(page, "Next").click().run()
    assert page.query_params["probe"] == GREETING
    assert "Write greeting number 1." in words(page)
    button(page, "Previous").click().run()
    assert page.query_params["probe"] == "style/greetings#probe-0"


def test_the_pack_filter_keeps_one_pack(cases):
    page = read_page("evidence", case="recorded", pack="continuation/openings")
    assert page.get_by_key("probe-box").options == [TOKENS, "continuation/openings#probe-1"]


def test_the_search_finds_prompts_and_answers_in_any_case(cases):
    prompts = read_page("evidence", case="recorded", words="GREETING NUMBER 2")
    assert prompts.get_by_key("probe-box").options == ["style/greetings#probe-2"]
    answers = read_page("evidence", case="recorded", words="Gamma says style/greetings#probe-1")
    assert answers.get_by_key("probe-box").options == [GREETING]


def test_filters_that_nothing_fits_say_so(cases):
    page = read_page("evidence", case="recorded", words="no such words")
    assert page.info[0].value.startswith("No probe fits these filters")


def test_a_probe_that_the_filters_hide_is_named_as_hidden(cases):
    page = read_page("evidence", case="recorded", probe=TOKENS, pack="style/greetings")
    assert "not among these" in words(page)
    assert page.query_params["probe"] == "style/greetings#probe-0"


def test_the_list_shows_the_suspect_beside_the_nearest_control(cases):
    listed = read_page("evidence", case="evaluated").dataframe[0].value
    assert listed.columns.tolist() == [
        "probe", "suspect's value", "nearest control's", "suspect closest", "prompt",
    ]  # fmt: skip
    assert listed["suspect's value"][1] == 0.91
    assert listed["nearest control's"][1] == 0.55
    assert listed["suspect closest"].all()


def test_next_token_probes_are_drawn_with_alt_text(cases):
    page = read_page("evidence", case="evaluated", probe=TOKENS)
    (chart,) = page.get("plotly_chart")
    assert chart.proto.alt.startswith("Probabilities of the next tokens")
    for part in ("reference base", "suspect tuned", "control alpha", "␣the", "⏎"):
        assert part.encode("unicode_escape").decode() in chart.proto.spec


def test_metrics_at_a_probe_have_a_row_for_each_model(cases):
    values = read_page("evidence", case="evaluated", probe=GREETING).dataframe[-1].value
    assert values.columns.tolist() == ["model", "Paired embedding similarity (higher is closer)"]
    assert values["model"].tolist() == ["tuned", "alpha", "beta", "gamma"]
    assert values.iloc[0, 1] == 0.91


def test_many_controls_are_drawn_a_page_at_a_time(cases):
    page = open_page("evidence", case="wide", probe=GREETING)
    assert "control-5 says" in words(page)
    assert "control-6 says" not in words(page)
    page.get_by_key("controls-page").set_value(2).run()
    assert "control-6 says" in words(page)
    assert "control-5 says" not in words(page)


def button(page, label):
    return next(item for item in page.button if item.label == label)


def test_two_answers_are_told_apart_word_by_word(cases):
    (shown,) = [block for block in read_page("evidence", case="recorded", probe=GREETING).code
                if block.language == "diff"]  # fmt: skip
    assert shown.value.splitlines() == ["- base", "+ tuned", f"=  says {GREETING} 0"]


def test_phrases_are_listed_with_how_many_controls_wrote_them(cases):
    (phrases,) = [
        grid.value
        for grid in read_page("evidence", case="recorded", probe=GREETING).dataframe
        if "phrase" in grid.value
    ]
    assert phrases.values.tolist() == [
        ["says style greetings probe 1 0", 6, "3 of 3"],
        ["says style greetings probe 1 1", 6, "3 of 3"],
    ]


def test_families_and_outcomes_narrow_the_list(cases):
    page = read_page("evidence", case="recorded", family="continuation")
    assert page.get_by_key("probe-box").options == [TOKENS, "continuation/openings#probe-1"]
    page = read_page("evidence", case="recorded", outcome="refused")
    assert page.info[0].value.startswith("No probe fits these filters")


@pytest.fixture
def own_case(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    return made.evaluated_case(tmp_path, "own")


def test_a_star_and_a_note_are_kept_in_the_case_and_found_again(own_case):
    page = open_page("evidence", case="own", probe=GREETING)
    page.get_by_key(f"note-{GREETING}").set_value("*Odd* joke.")
    button(page, "Keep the note").click().run()
    button(page, "Star this probe").click().run()
    kept = notes(own_case)[GREETING]
    assert (kept.text, kept.starred) == ("*Odd* joke.", True)
    assert button(page, "Take the star away")
    found = open_page("evidence", case="own", noted="true")
    assert found.get_by_key("probe-box").options == [GREETING]
    assert found.dataframe[0].value["star and note"].tolist() == ["★ *Odd* joke."]


def test_a_note_that_cannot_be_kept_says_why(own_case):
    page = open_page("evidence", case="own", probe=GREETING)
    with Journal(own_case.journal_path("case")):
        button(page, "Star this probe").click().run()
    assert "Another process is recording into journal case." in words(page)
    assert notes(own_case) == {}


def test_a_link_names_the_metric_by_which_the_list_is_ordered(cases):
    title = "Paired embedding similarity"
    page = open_page("evidence", case="evaluated", furthest="true", metric=title)
    assert page.get_by_key("metric").value == "paired-embedding"
    assert page.get_by_key("furthest").value is True


def test_what_was_asked_at_another_temperature_can_be_read_and_says_that_it_never_counts(no_cases):
    made.planned_case(no_cases / "cases", other_temperature=0.3)
    page = read_page("evidence", case="made", probe="style/greetings~0.3#probe-1")
    said = words(page)
    assert "Write greeting number 1." in said
    assert "Asked once more, at temperature 0.3" in said
    assert page.get_by_key("probe-box").options[-1] == "style/greetings~0.3#probe-2"
    assert "Asked once more" not in words(read_page("evidence", case="made", probe=GREETING))
