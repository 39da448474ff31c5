import pytest

from tests import made
from tests.ui.conftest import open_page, words
from workbench import errand, launch
from workbench.errors import CaseError
from workbench.importers import IMPORTERS
from workbench.models.catalogue import load_catalogue
from workbench.outlook import Outlook, Power
from workbench.records import ErrorRate
from workbench.ui import adding, forecasts

MODELS = "".join(
    f'[models.{name}]\ntitle = "{name}"\nfamily = "{family}"\nbackend = "local"\n'
    f'source = "folder:nowhere"\nformat = "safetensors"\n'
    for name, family in [
        ("base", "base"), ("tuned", "base"), ("alpha", "alpha"), ("beta", "beta"), ("gamma", "gamma"),
    ]
)  # fmt: skip
SERVED = """
[models.served]
title = "served"
family = "served"
backend = "http"
source = "https://models.example/v1"
endpoint = { served_as = "model-1", price_in = 1.0, price_out = 2.0, currency = "EUR" }
"""
CHOSEN = {"reference": "base", "suspects": "tuned", "packs": "style/short-answers"}


@pytest.fixture
def listed(no_cases, monkeypatch):
    """Five models are known, and none of them is on this machine."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(no_cases / "cache"))
    (no_cases / "models.toml").write_text(MODELS + SERVED)
    return no_cases


@pytest.fixture
def sent(monkeypatch):
    """Commands are noted and not run."""
    found = []
    monkeypatch.setattr(errand, "complete", lambda place, words: found.append(words))
    monkeypatch.setattr(errand, "send", lambda place, words: found.append(words))
    monkeypatch.setattr(launch, "start_unwatched", found.append)
    return found


def press(page, label):
    (found,) = [button for button in page.button if button.label == label]
    return found.click().run()


def test_it_says_what_to_choose_first(listed):
    assert "Choose a reference and a suspect to see what asking them takes." in words(
        open_page("new_comparison")
    )


def test_the_address_holds_the_choice(listed):
    said = words(open_page("new_comparison", **CHOSEN, budget="40"))
    assert "alpha, beta, gamma" in said  # the controls, one of each unrelated family
    assert "questions in all, put to 5 models; 1 pack" in said


def test_what_it_takes_is_said_before_anything_is_sent(listed, sent):
    said = words(open_page("new_comparison", **CHOSEN))
    assert "Answer tokens: low unknown, expected unknown, at most" in said
    assert "Cost: none; no endpoint is asked." in said
    assert "Time, one model after the other: unknown." in said
    assert "some of these packs were never asked on this machine" in said
    assert sent == []


def test_an_endpoint_has_a_cost_with_its_currency(listed):
    page = open_page("new_comparison", **CHOSEN | {"suspects": "served"})
    assert "Cost in EUR: low unknown, expected unknown, at most" in words(page)


def test_without_a_calibration_it_says_what_the_verdict_will_be(listed):
    said = words(open_page("new_comparison", **CHOSEN))
    assert said.count("No calibration of this protocol is at hand, so the verdict can only be") == 2
    assert "With 3 controls the smallest rank p-value is 0.250." in said


def test_everything_that_keeps_it_from_being_planned_is_listed(listed):
    page = open_page("new_comparison", **CHOSEN | {"suspects": "alpha", "controls": "tuned"})
    said = words(page)
    assert "• 1 controls were named and at least 2 are needed" in said
    assert "• control tuned is of the same family as base" in said
    assert "Fix the plan only" not in [button.label for button in page.button]


def test_weights_that_are_missing_can_be_fetched_from_here(listed, sent):
    page = open_page("new_comparison", **CHOSEN)
    assert "base, tuned, alpha, beta, gamma" in words(page)
    press(page, "Fetch these weights")
    assert sent == [
        ["models", "fetch", "--json", "--", "base", "tuned", "alpha", "beta", "gamma"],
    ]  # fmt: skip


def test_fixing_the_plan_is_the_command_and_leads_to_the_run(listed, sent):
    made.planned_case(listed / "cases", "mine")  # what the command would have made
    page = open_page("new_comparison", **CHOSEN, budget="40", readings="0")
    page.get_by_key("name").set_value("mine").run()
    page = press(page, "Fix the plan only")
    assert sent == [[
        "plan", "--suspect=tuned", "--control=alpha", "--control=beta", "--control=gamma",
        "--pack=style/short-answers", "--reference=base", "--budget=40", "--part=open",
        "--readings=0", "--json", "--", "mine",
    ]]  # fmt: skip
    assert page.title[0].value == "Run"
    assert page.query_params["case"] == "mine"


def test_who_asked_and_who_does_it_go_into_the_plan(listed, sent):
    made.planned_case(listed / "cases", "mine")
    page = open_page("new_comparison", **CHOSEN)
    page.get_by_key("name").set_value("mine").run()
    page.get_by_key("asked-by").set_value(" A court ").run()
    page.get_by_key("done-by").set_value("--json <b>#let x = 1</b>\u202e").run()
    assert dict(page.query_params).keys() == CHOSEN.keys()  # names stay out of the address
    press(page, "Fix the plan only")
    assert sent[0][-5:] == [
        "--asked-by=A court", "--done-by=--json <b>#let x = 1</b>\u202e", "--json", "--", "mine",
    ]  # fmt: skip


def test_a_party_that_no_plan_can_name_is_explained_before_anything_is_sent(listed, sent):
    page = open_page("new_comparison", **CHOSEN)
    page = page.get_by_key("asked-by").set_value("a\x00b").run()
    assert "The parties cannot be named so: who asked holds the control character" in words(page)
    assert "Fix the plan only" not in [button.label for button in page.button]
    assert sent == []


def test_another_temperature_is_counted_and_goes_into_the_command(listed, sent):
    def questions(page):
        return int(words(page).split(" questions in all")[0].split()[-1].replace(",", ""))

    once = open_page("new_comparison", **CHOSEN)
    page = open_page("new_comparison", **CHOSEN)
    page.get_by_key("other-temperature").set_value(1.5).run()
    assert questions(page) == 2 * questions(once)
    assert "All figures count what is asked once more" in words(page)
    made.planned_case(listed / "cases", "mine")
    page.get_by_key("name").set_value("mine").run()
    press(page, "Fix the plan only")
    assert "--other-temperature=1.5" in sent[0]


def test_starting_at_once_starts_the_worker_of_the_new_case(listed, sent):
    made.planned_case(listed / "cases", "mine")
    page = open_page("new_comparison", **CHOSEN)
    page.get_by_key("name").set_value("mine").run()
    press(page, "Fix the plan and start asking")
    assert sent[1:] == [listed / "cases" / "mine"]


def test_a_plan_that_is_refused_is_explained_where_it_was_made(listed, monkeypatch):
    def refuse(place, words):
        raise CaseError("A case named 'mine' exists already.", fix="Choose another name.")

    monkeypatch.setattr(errand, "complete", refuse)
    page = press(open_page("new_comparison", **CHOSEN), "Fix the plan only")
    assert "A case named 'mine' exists already.\nChoose another name." in words(page)


def test_an_endpoint_can_be_added_and_named_at_once(listed):
    page = open_page("new_comparison")
    boxes = {box.label: box for box in page.text_input}
    boxes["Address, up to and including /v1"].set_value("https://models.example/v1")
    boxes["Name of the model at the endpoint"].set_value("model-2")
    next(box for box in page.text_input if box.label == "Name here" and not box.key).set_value(
        "second"
    )
    press(page, "Add the endpoint")
    assert load_catalogue()["second"].endpoint.served_as == "model-2"
    assert "second" in open_page("new_comparison").get_by_key("reference").options


def test_an_endpoint_that_does_not_fit_is_explained(listed):
    said = words(press(open_page("new_comparison"), "Add the endpoint"))
    assert "The endpoint cannot be added: its name is not made of" in said


def test_a_folder_of_weights_is_added_by_the_command(listed, sent):
    page = open_page("new_comparison")
    page.get_by_key("weights-name").set_value("mine")
    box = next(box for box in page.text_input if box.label == "Folder or hub repository")
    box.set_value("weights/mine").run()
    press(page, "Add the weights")
    assert sent == [["models", "fetch", "folder:weights/mine", "--name=mine", "--json"]]


def test_every_format_of_recorded_answers_is_offered():
    assert set(adding.FORMATS) == set(IMPORTERS)


def test_uploaded_answers_are_imported_by_the_command(listed, sent):
    page = open_page("new_comparison")
    page.get_by_key("recorded-name").set_value("paper")
    page.file_uploader[0].upload("../answers.jsonl", b"{}\n", "application/json").run()
    page = press(page, "Import the answers")
    path = adding.place("import-files") / "answers.jsonl"
    assert path.read_bytes() == b"{}\n"
    assert sent == [["import", "jsonl", "--model=paper", "--json", "--", str(path)]]


def test_power_is_told_with_its_false_positives_and_what_is_missed():
    counts = {"families_reaching": 0, "families": 9, "inconclusive": 1, "upper": 0.283}
    unrelated, tuned, merged = (
        ErrorRate(label, "weak support", events, pairs, **counts)
        for label, events, pairs in (
            ("unrelated", 2, 741), ("fine_tune_of", 9, 10), ("merge_of", 3, 4),
        )
    )  # fmt: skip
    power = Power(unrelated, (merged, tuned))
    ahead = Outlook("weights", "kept", (), "moderate support", None, power)
    _, detected, missed = forecasts.outlook_lines(ahead)
    assert detected == (
        "Weakest derivation detected, at weak support or more: fine-tuned models (9 of 10 pairs). "
        "False positives there: unrelated models (2 of 741 pairs); with 9 families that may be up "
        "to 28.3 % (95 % limit)."
    )
    assert missed == "Not detected in 80 % of its pairs: merged models (3 of 4 pairs)."
