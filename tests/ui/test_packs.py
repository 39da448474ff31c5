import shutil
from pathlib import Path

import pytest

from tests.made import NOON
from tests.packs.made import GOOD, put
from tests.ui.conftest import open_page, words
from tests.ui.test_hostile import assert_no_markdown
from workbench import errand
from workbench.packs import load_pack

PROBES = Path(__file__).parents[2] / "probes"
HOSTILE = "![x](http://x.test/a.png) <script>alert(1)</script> :red[x] $a^2$"


@pytest.fixture
def library(no_cases, monkeypatch):
    root = no_cases / "probes"
    monkeypatch.setenv("WORKBENCH_PROBES", str(root))
    monkeypatch.setenv("WORKBENCH_CACHE", str(no_cases / "cache"))
    put(root, GOOD.replace("Small choices", HOSTILE))
    return root


def button(page, label):
    return next(item for item in page.button if item.label == label)


def text_of(page):
    return next(item for item in page.text_area if item.label == "TOML")


def test_an_empty_folder_says_what_to_do_next(no_cases, monkeypatch):
    monkeypatch.setenv("WORKBENCH_PROBES", str(no_cases))
    assert "There is no pack yet. Begin one above" in words(open_page("packs"))


def test_a_pack_is_shown_with_its_reasons_and_probes(library):
    page = open_page("packs")
    about, probes = (grid.value for grid in page.dataframe)
    assert about.iloc[0].tolist() == ["asks", "generate, chat"]
    assert "Choices that nothing calls for are habits, and habits are inherited." in words(page)
    assert probes["prompt"].tolist() == ["Which season do you like?", "Name a bird that sings."]
    assert "No panel was asked this version yet" in words(page)
    assert "workbench packs try style/made --model NAME" in words(page)
    assert page.query_params["open-pack"] == "style/made"


def test_a_hostile_title_is_no_markdown(library):
    assert_no_markdown(open_page("packs"))


def test_what_a_weighed_pack_separated_is_listed(no_cases, monkeypatch):
    root = no_cases / "probes"
    (root / ".weights" / "style").mkdir(parents=True)
    (root / "style").mkdir()
    shutil.copy(PROBES / "style/naming.toml", root / "style")
    shutil.copy(PROBES / ".weights/style/naming.json", root / ".weights/style")
    monkeypatch.setenv("WORKBENCH_PROBES", str(root))
    page = open_page("packs")
    said = words(page)
    assert "independent models: mean gap" in said
    assert "controls below" in page.dataframe[-1].value


def test_the_checker_speaks_beside_the_line(library):
    page = open_page("packs")
    text_of(page).set_value(GOOD.replace("temperature = 0.8", "temperature = 9.0"))
    button(page, "Check").click().run()
    row = page.dataframe[-1].value.iloc[0]
    assert row["line"] == "12"
    assert row["what it says"] == "temperature = 9.0"
    assert "temperature" in row["what is wrong"]


def test_a_good_text_is_said_to_be_good(library):
    page = open_page("packs")
    button(page, "Check").click().run()
    assert page.success[0].value == "The checker has nothing against it: 2 probes."


def test_saving_changed_content_asks_for_a_new_version_and_keeps_the_old(library):
    page = open_page("packs")
    changed = GOOD.replace("Name a bird", "Name an animal")
    text_of(page).set_value(changed)
    button(page, "Save").click().run()
    assert "raise version to 2" in words(page)
    text_of(page).set_value(changed.replace("version = 1", "version = 2"))
    button(page, "Save").click().run()
    assert page.success[0].value.startswith("Saved.")
    assert load_pack(library / "style/made.toml", library).version == 2
    assert (library / ".earlier/style/made-1.toml").exists()


def test_a_copy_is_a_draft_until_it_is_saved(library):
    page = open_page("packs")
    page.get_by_key("new-family").set_value("code")
    page.get_by_key("new-name").set_value("second")
    button(page, "Begin with a copy of the pack shown").click().run()
    assert page.query_params["open-pack"] == "code/second"
    assert "Not saved yet" in words(page)
    assert not (library / "code").exists()
    button(page, "Save").click().run()
    assert "repeats the prompt" in words(page)
    different = GOOD.replace("Which season do you like?", "Write a loop.").replace(
        "Name a bird that sings.", "Name a sorting method."
    )
    text_of(page).set_value(different)
    button(page, "Save").click().run()
    assert load_pack(library / "code/second.toml", library).id == "code/second"
    assert "Not saved yet" not in words(page)


def test_a_form_is_begun_under_a_good_name_only(library):
    page = open_page("packs")
    page.get_by_key("new-name").set_value("../etc")
    button(page, "Begin with a form to fill in").click().run()
    assert "The new pack has 1 problem" in words(page)
    page.get_by_key("new-name").set_value("fresh")
    button(page, "Begin with a form to fill in").click().run()
    assert "TODO" in text_of(page).value


def test_a_broken_pack_can_be_mended(library):
    put(library, "[pack]\n", at="style/made.toml")
    page = open_page("packs")
    assert "has" in words(page)
    assert text_of(page).value == "[pack]\n"


@pytest.fixture
def served(library, no_cases, monkeypatch):
    """One model is known, an endpoint; commands are noted and not run."""
    (no_cases / "models.toml").write_text(
        '[models.served]\ntitle = "Served"\nfamily = "served"\nbackend = "http"\n'
        'source = "https://models.example/v1"\nendpoint = { served_as = "one" }\n'
    )
    found = []
    monkeypatch.setattr(errand, "send", lambda place, words: found.append(words))
    return found


TRIED = ("packs", "try", "--model=served", "--json", "--", "style/made")


def test_a_pack_is_tried_by_the_command(served):
    button(open_page("packs"), "Try this pack").click().run()
    assert served == [TRIED]


def test_what_came_back_is_shown_as_text(served, monkeypatch):
    ended = errand.Outcome(TRIED, NOON, NOON)
    monkeypatch.setattr(errand, "outcome", lambda place: ended)
    said = [
        {"probe": "style/made#season", "outcome": "answered", "text": HOSTILE, "note": None, "top": []},
        {"probe": "style/made#bird", "outcome": "answered", "text": None, "note": None,
         "top": [[" a", -0.1], [" b", -3.0]]},
    ]  # fmt: skip
    monkeypatch.setattr(errand, "said", lambda place: said)
    page = open_page("packs")
    rows = page.dataframe[-1].value
    assert rows.iloc[0, 2] == HOSTILE
    assert rows.iloc[1, 2].endswith("b 0.05")
    assert_no_markdown(page)


def test_answers_of_another_pack_or_model_are_not_shown(served, monkeypatch):
    ended = errand.Outcome((*TRIED[:-1], "style/other"), NOON, NOON)
    monkeypatch.setattr(errand, "outcome", lambda place: ended)
    assert len(open_page("packs").dataframe) == 2


def test_without_a_model_on_this_machine_the_page_says_where_one_comes_from(library, no_cases):
    (no_cases / "models.toml").write_text(
        '[models.away]\ntitle = "Away"\nfamily = "away"\nbackend = "local"\n'
        'source = "folder:nowhere"\nformat = "safetensors"\n'
    )
    assert "No model is on this machine yet." in words(open_page("packs"))
