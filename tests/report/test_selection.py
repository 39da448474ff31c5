from tests.report import reports
from workbench.report import contents
from workbench.report.pdf import page_pictures
from workbench.report.selection import ALWAYS, leave_out, optional_sections
from workbench.report.wording import plain

PNG = b"\x89PNG\r\n\x1a\n"


def titles(found):
    return [plain(section.title) for section in found.sections]


def cover(found):
    return {plain(key): plain(value) for key, value in found.cover.rows}


def test_answer_limits_and_integrity_cannot_be_left_out():
    whole = reports.document()
    assert set(ALWAYS) <= set(contents.TITLES.values())
    assert not set(ALWAYS) & set(optional_sections(whole))
    assert leave_out(whole, ALWAYS, ()) is whole


def test_nothing_left_out_is_the_very_same_report():
    whole = reports.document()
    assert leave_out(whole, (), ()) is whole
    assert leave_out(whole, (), [99]) is whole


def test_a_section_keeps_its_number_and_says_that_it_is_left_out():
    whole = reports.document()
    found = leave_out(whole, ["Items examined"], ())
    assert titles(found) == titles(whole)
    (block,) = reports.section(found, "items")
    assert plain(block.words) == "This section is left out of this copy."


def test_the_cover_names_what_is_missing():
    found = leave_out(reports.document(), ["Items examined"], [1])
    assert cover(found)["Left out"].startswith("section “Items examined”, exhibit 1;")


def test_an_exhibit_is_left_out_by_its_number_and_the_others_keep_theirs():
    whole = reports.document()
    assert [shown.number for shown in whole.exhibits] == [1, 2]
    assert [shown.number for shown in leave_out(whole, (), [1]).exhibits] == [2]


def test_the_records_stay_whole():
    whole = reports.document()
    assert leave_out(whole, optional_sections(whole), [1, 2]).records == whole.records


def test_every_page_becomes_a_picture():
    pages = page_pictures(reports.document(), ppi=20)
    assert len(pages) > 1
    assert all(page.startswith(PNG) for page in pages)
