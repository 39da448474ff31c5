from tests.ui.conftest import open_page, read_page, words

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
