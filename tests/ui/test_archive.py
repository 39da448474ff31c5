from tests import made
from tests.ui.conftest import open_page, words
from workbench.store.shelf import is_archived


def press(page, label):
    return next(item for item in page.button if item.label == label).click().run()


def test_an_archived_case_leaves_the_list_and_can_be_brought_back(no_cases):
    store = made.planned_case(no_cases / "cases", "old")
    page = press(open_page("cases"), "Archive")
    assert is_archived(store.folder)
    assert "`old`" not in words(page)
    page = open_page("cases", archived="true")
    assert "badge[archived]" in words(page)
    page = press(page, "Bring back")
    assert not is_archived(store.folder)
    assert "`old`" in words(page)


def test_a_case_that_cannot_be_marked_says_so(no_cases, monkeypatch):
    from workbench.store import shelf

    store = made.planned_case(no_cases / "cases", "old")
    monkeypatch.setattr(shelf, "MARK", "nowhere/archived")
    page = press(open_page("cases"), "Archive")
    assert "Case 'old' cannot be marked" in words(page)
    assert not is_archived(store.folder)
