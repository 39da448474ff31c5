import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import calibrated, keys, made, opinions
from tests.ui.conftest import open_page, read_page, words
from workbench import calibrations, errand
from workbench.ui import tables
from workbench.ui.widgets import file_name

CHECKS = [
    {"title": "Chain of records", "passed": True, "detail": "9 records", "problems": []},
    {"title": "Scores", "passed": False, "detail": "4 numbers", "problems": ["one differs"]},
]


@pytest.fixture
def verified(cases, monkeypatch):
    def ended(what=""):
        kept = errand.Outcome(("verify",), made.NOON, made.NOON, what, "Look." if what else "")
        monkeypatch.setattr(errand, "outcome", lambda place: kept)
        monkeypatch.setattr(errand, "said", lambda place: CHECKS)
        return open_page("report", case="evaluated")

    return ended


def test_a_case_that_was_not_compared_leads_to_its_run(cases):
    page = read_page("report", case="recorded")
    assert "There is no report yet" in words(page)
    assert "case=recorded" in {link.proto.query_string for link in page.page_link}
    assert len(page.get("download_button")) == 6  # its tables can be taken all the same


def test_a_report_can_be_taken_in_three_forms_and_every_table_in_two(cases):
    buttons = read_page("report", case="evaluated").get("download_button")
    assert [button.label for button in buttons] == [
        "PDF",
        "HTML",
        "JSON",
        *["CSV", "Parquet"] * 3,
    ]


def test_the_pages_are_shown_as_the_pdf_has_them(cases):
    page = read_page("report", case="evaluated")
    (picture,) = page.get("image")
    assert picture.proto.imgs[0].alt == "Page 1 of the report, as the PDF has it"
    assert "Page 1 of" in words(page)


def test_what_is_left_out_is_in_the_address_and_said(cases):
    page = open_page("report", case="evaluated", without="Items examined")
    assert "The cover names what is left out" in words(page)
    assert "The cover names what is left out" not in words(read_page("report", case="evaluated"))


def test_answer_limits_and_integrity_are_not_offered(cases):
    (sections, exhibits) = read_page("report", case="evaluated").multiselect
    assert sections.options == [
        "Question, scope, and who did what",
        "Items examined",
        "Propositions and background assumptions",
        "Methods",
        "Results with controls",
        "Examples",
        "Glossary and references",
        "Appendix: full tables",
    ]
    assert exhibits.options == ["1", "2"]


def signed_on_the_page(passphrase=keys.PASSPHRASE, content=None, server=""):
    page = open_page("report", case="evaluated")
    if content is not None:
        page.file_uploader(key="sign-key-0").upload("cert.p12", content, "application/x-pkcs12")
    page.text_input(key="sign-passphrase-0").input(passphrase)
    page.text_input(key="sign-server").input(server)
    (button,) = [item for item in page.button if item.label == "Sign"]
    return button.click().run()


def test_a_report_can_be_signed_on_its_page(cases):
    page = signed_on_the_page(content=keys.p12())
    assert not page.exception
    assert "Signed by Common Name: R. Okafor" in words(page)
    assert "Signed PDF" in [button.label for button in page.get("download_button")]


def test_the_page_forgets_key_and_passphrase_once_it_has_signed(cases):
    page = signed_on_the_page(content=keys.p12()).run()
    assert page.text_input(key="sign-passphrase-1").value == ""
    assert page.file_uploader(key="sign-key-1").value is None
    assert keys.PASSPHRASE not in repr(page.session_state)
    assert "Signed by Common Name: R. Okafor" in words(page)  # the report itself stays


def test_a_wrong_passphrase_is_a_problem_in_two_sentences(cases):
    page = signed_on_the_page("wrong", keys.p12())
    assert "does not open with this passphrase.\nCheck the passphrase" in words(page)
    assert "Signed PDF" not in [button.label for button in page.get("download_button")]


def test_signing_without_a_key_says_what_is_missing(cases):
    assert "There is no key to sign with." in words(signed_on_the_page())


def test_a_signed_report_is_offered_only_while_the_page_shows_the_same(cases):
    page = signed_on_the_page(content=keys.p12())
    page.multiselect[0].select("Items examined").run()
    assert "Signed PDF" not in [button.label for button in page.get("download_button")]


def test_verifying_is_the_command(cases, monkeypatch):
    sent = []
    monkeypatch.setattr(errand, "send", lambda place, words: sent.append(words))
    page = open_page("report", case="evaluated")
    (button,) = [item for item in page.button if item.label == "Verify this case"]
    button.click().run()
    assert sent == [("verify", str(cases / "evaluated"), "--json")]


def test_every_check_is_listed_with_what_differs(verified):
    page = verified("The case does not verify.")
    rows = page.dataframe[-1].value
    assert rows["outcome"].tolist() == ["same", "different"]
    assert rows["what differs"].tolist() == ["—", "one differs"]
    assert "The case does not verify.\nLook." in words(page)
    assert "Nothing differs" not in words(page)


def test_a_case_that_verifies_says_when(verified):
    assert "Nothing differs, as of 2026-03-04 12:00 UTC." in words(verified())


def test_a_hostile_name_is_no_path():
    assert file_name("case", "../../etc/passwd\u202e") == "case-..-..-etc-passwd-"
    assert json.dumps(file_name("a b", "c")) == '"a-b-c"'


def test_a_report_from_elsewhere_is_checked_by_the_command_under_a_name_of_ours(
    cases, monkeypatch, tmp_path
):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    sent = []
    monkeypatch.setattr(errand, "send", lambda place, words: sent.append(words))
    page = open_page("report")
    box = page.file_uploader(key="report-to-verify")
    box.upload("../../../outside.pdf", b"%PDF-1.7 of somebody", "application/pdf").run()
    (button,) = [item for item in page.button if item.label == "Verify this report"]
    button.click().run()
    ((verb, path, form),) = sent
    assert (verb, form) == ("verify", "--json")
    assert Path(path).read_bytes() == b"%PDF-1.7 of somebody"
    assert Path(path).is_relative_to(tmp_path / "cache" / "reports")


def test_a_check_that_left_something_open_says_so():
    check = CHECKS[0] | {"unchecked": ["Next tokens are taken as stated."]}
    (row,) = tables.check_rows([check]).to_dict("records")
    assert (row["outcome"], row["what differs"]) == ("in part", "Next tokens are taken as stated.")


def test_a_calibration_that_is_changed_after_the_page_was_seen_is_noticed(no_cases, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(no_cases / "cache"))
    calibration = calibrations.read(calibrated.keep(no_cases / "library"))
    opinion = replace(opinions.supporting(), calibration_digest=calibration.digest)
    store = made.evaluated_case(no_cases / "cases", opinions=(opinion,))
    calibrations.keep([calibration], store.calibration_folder)
    monkeypatch.setenv("WORKBENCH_CASES", str(no_cases / "cases"))
    assert "Page 1 of" in words(open_page("report", case=store.name))
    (scores,) = store.calibration_folder.glob("*/scores.csv")
    scores.write_text("label\n")
    assert "are not those its figures were made from" in words(open_page("report", case=store.name))
