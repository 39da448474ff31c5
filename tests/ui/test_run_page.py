import pytest

from tests import made
from tests.ui.conftest import open_page, read_page, words
from workbench import errand
from workbench.records import to_json


@pytest.fixture
def sent(monkeypatch):
    found = []
    monkeypatch.setattr(errand, "send", lambda place, words: found.append((place, words)))
    return found


def labels(page):
    return [button.label for button in page.button]


def press(page, label):
    (found,) = [button for button in page.button if button.label == label]
    return found.click().run()


def test_without_a_choice_it_says_where_cases_come_from(no_cases):
    assert "Choose a case above; New comparison makes one." in words(open_page("run"))


def test_progress_is_shown_for_every_model_and_pack(no_cases):
    store = made.planned_case(no_cases / "cases")
    run = made.run(store.plan(), "reference", "base")
    store.record(run.id, "run", [to_json(run)])
    probe = store.packs()[0].probes[0]
    failed = {"outcome": "failed", "note": "![x](http://evil.test)"}
    seen = [made.observation(run.id, probe, 0), made.observation(run.id, probe, 1, **failed)]
    store.record(run.id, "observation", [to_json(one) for one in seen])
    page = open_page("run", case="made")
    progress, failures = (frame.value for frame in page.dataframe)
    assert len(progress) == 5 * 2
    assert progress.iloc[0].tolist() == ["reference-base", "style/greetings", "2 of 6", 1, 2 / 6]
    assert progress.iloc[1]["recorded"] == "0 of 2"
    assert failures.iloc[0].tolist() == [
        1, 1, "![x](http://evil.test)", "style/greetings#probe-0", "reference-base",
    ]  # fmt: skip


def test_it_says_who_asked_where_the_plan_does(no_cases):
    made.planned_case(no_cases / "cases", asked_by="A court")
    said = words(open_page("run", case="made"))
    assert "Asked by: A court" in said
    assert "Done by" not in said


def test_a_recorded_case_offers_to_compare(cases, sent):
    page = open_page("run", case="recorded")
    assert "No observation failed so far." in words(page)
    press(page, "Compare")
    folder = cases / "recorded"
    assert sent == [(folder / "errands" / "compare", ("compare", str(folder), "--json"))]


def test_a_compared_case_leads_to_its_verdict(cases):
    page = read_page("run", case="evaluated")
    assert "Compare again" in labels(page)
    (link,) = page.page_link
    assert link.proto.query_string == "case=evaluated"


def test_a_comparison_under_way_shows_its_last_line(cases, monkeypatch):
    monkeypatch.setattr(errand, "is_underway", lambda place: True)
    monkeypatch.setattr(errand, "last_line", lambda place: "Embedding **answers**")
    page = open_page("run", case="recorded")
    assert "Embedding **answers**" in words(page)
    assert "Compare" not in labels(page)


def test_a_comparison_that_failed_is_explained(cases, monkeypatch):
    ended = errand.Outcome(("compare",), made.NOON, made.NOON, "It broke.", "Mend it.")
    monkeypatch.setattr(errand, "outcome", lambda place: ended)
    page = open_page("run", case="recorded")
    assert "It broke.\nMend it." in words(page)
    assert "Compare" in labels(page)


def test_limits_on_endpoints_reach_the_worker(no_cases, monkeypatch):
    from workbench import launch

    made.planned_case(no_cases / "cases")
    found = []
    monkeypatch.setattr(launch, "start_unwatched", lambda folder, limits: found.append(limits))
    page = open_page("run", case="made")
    queries, cost = page.number_input
    queries.set_value(50)
    cost.set_value(1.5).run()
    press(page, "Ask the models")
    assert found == [("--max-queries", "50", "--max-cost", "1.5")]
