import shutil

from tests import made
from tests.ui.conftest import open_page, read_page, words


def test_an_empty_folder_says_what_to_do_next(no_cases):
    page = open_page("cases")
    said = words(page)
    assert "There is no case yet" in said
    assert "make demo" in said
    assert "workbench plan CASE --reference R --suspect S" in said
    assert str(no_cases / "cases") in said


def test_every_case_shows_its_state_and_who_is_compared(cases):
    said = words(read_page("cases"))
    assert "7 cases on this machine" in said
    for state in ("planned", "recorded", "evaluated", "unreadable"):
        assert f"badge[{state}]" in said
    assert "Reference base; 2 suspects: tuned, quantised; 3 controls" in said


def test_the_verdict_on_each_suspect_stands_in_one_line(cases):
    said = words(read_page("cases")).splitlines()
    assert "tuned: Inconclusive: not calibrated for this protocol." in said
    assert "quantised: Inconclusive: not calibrated for this protocol." in said


def test_a_case_without_verdict_says_the_next_command(cases):
    said = words(read_page("cases"))
    assert "Not all models were asked yet: workbench run planned" in said
    assert "Recorded, not compared yet: workbench compare recorded" in said


def test_a_case_of_a_newer_version_is_listed_with_its_two_sentences(cases):
    said = words(read_page("cases"))
    assert "'newer' was written by a newer version of the workbench" in said
    assert "Install that version or a later one to open it" in said


def test_a_case_links_to_its_pages(cases):
    links = read_page("cases").page_link
    assert {link.value for link in links} == {
        "New comparison", "Run", "Verdict", "Evidence", "Report",
    }  # fmt: skip
    assert "case=evaluated" in {link.proto.query_string for link in links}
    assert not any("newer" in link.proto.query_string for link in links)


def test_the_recorded_demo_is_found_with_no_case_of_ones_own(no_cases):
    made.planned_case(no_cases / "demo", "demo")
    assert "Reference base; 1 suspect: tuned; 3 controls" in words(open_page("cases"))


def test_long_lists_are_drawn_a_page_at_a_time(no_cases):
    made.planned_case(no_cases / "cases", "case-00")
    for n in range(1, 12):
        shutil.copytree(no_cases / "cases" / "case-00", no_cases / "cases" / f"case-{n:02}")
    page = open_page("cases")
    assert len(page.subheader) == 10
    page.get_by_key("cases-page").set_value(2).run()
    assert [heading.value for heading in page.subheader] == ["`case-10`", "`case-11`"]
