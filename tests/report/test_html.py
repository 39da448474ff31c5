import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.report import reports
from workbench.digest import digest_of_text
from workbench.report import build_document
from workbench.report.blocks import Figure, Table
from workbench.report.html import html_bytes
from workbench.report.pdf import attached_json
from workbench.report.selection import leave_out
from workbench.report.svg import svg
from workbench.report.wording import plain
from workbench.visible import visible_line

WRITE = """
import hashlib
from tests.report import reports
from workbench.report.html import html_bytes
print(hashlib.sha256(html_bytes(reports.hostile())).hexdigest())
"""
VOID = {"meta", "br", "link", "img", "hr"}
HOSTILE = (
    "</style><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    'x" onmouseover="alert(1)',
    "javascript:alert(1)",
    "a\u202egpj.exe\x00",
    "&lt;b&gt;&#x202e;",
    "<!-- --><svg onload=alert(1)>",
    "data:text/html,<script>alert(1)</script>",
)


class Reader(HTMLParser):
    """Reads a page as a browser would: elements with their attributes, and their text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.open, self.unbalanced = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, text):
        if "style" not in self.open:
            self.texts.append(text)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def read(document):
    return Reader(html_bytes(document).decode())


@pytest.fixture(scope="module")
def document():
    return build_document(*reports.answered())


@pytest.fixture(scope="module")
def page(document):
    return read(document)


@pytest.fixture(scope="module")
def hostile():
    parties = {"asked_by": reports.HOSTILE_PARTY, "done_by": HOSTILE[0]}
    return reports.document(HOSTILE[1:], HOSTILE[0], **parties)


@pytest.fixture(scope="module")
def hostile_page(hostile):
    return read(hostile)


def test_the_page_says_every_word_of_the_document(document, page):
    shown = "".join(page.texts)
    for line in reports.all_text(document).splitlines():
        assert visible_line(line) in shown


def test_every_element_is_closed_in_its_order(page, hostile_page):
    for read_page in (page, hostile_page):
        assert read_page.unbalanced == []
        assert read_page.open == []


def test_the_exhibits_stand_in_it_as_the_pdf_has_them(document):
    text = html_bytes(document).decode()
    assert len(document.exhibits) == 4
    for exhibit in document.exhibits:
        assert svg(exhibit) in text
        assert exhibit.digest in text


def test_every_exhibit_has_its_alternative_text(document, page):
    pictures = [item for item in page.all("div") if item.get("role") == "img"]
    assert [item["aria-label"] for item in pictures] == [shown.alt for shown in document.exhibits]
    assert len(page.all("svg")) == len(pictures)


def test_tables_have_a_caption_and_say_what_their_headers_head(document, page):
    tables = [
        block for section in document.sections for block in section.blocks if type(block) is Table
    ]
    assert len(page.all("caption")) == len(page.all("table")) == len(tables)
    assert {item["scope"] for item in page.all("th")} == {"col", "row"}
    columns = sum(len(table.columns) for table in tables)
    assert sum(item["scope"] == "col" for item in page.all("th")) == columns


def test_headings_go_down_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_says_its_language_and_fits_a_narrow_window(page):
    assert page.all("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all(
        "meta"
    )


def test_links_lead_only_to_the_pages_own_sections(page):
    places = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert {item["href"] for item in page.all("a")} == {f"#{place}" for place in places}


@pytest.mark.parametrize("which", ["page", "hostile_page"])
def test_nothing_in_it_runs_or_is_fetched(which, request):
    for tag, attributes in request.getfixturevalue(which).elements:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "style", "action", "data", "xlink:href"}
            assert name != "href" or value.startswith("#")
    assert "url(" not in html_bytes(reports.document()).decode()


def test_the_policy_allows_the_one_style_and_nothing_else(page):
    (policy,) = [item["content"] for item in page.all("meta") if "http-equiv" in item]
    text = html_bytes(reports.document()).decode()
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", [*HOSTILE, reports.HOSTILE_PARTY])
def test_hostile_names_are_shown_as_text(name, hostile_page):
    assert visible_line(name) in "".join(hostile_page.texts)


def test_no_character_hides_or_turns_the_text(hostile):
    text = html_bytes(hostile).decode()
    assert not set(text) & set("\u202e\x00\u2066\u200b")
    assert "a⟨U+202E⟩gpj.exe⟨U+0000⟩" in text


def test_a_name_from_right_to_left_is_kept_apart(page):
    text = html_bytes(reports.document(("عربي", "b", "c"))).decode()
    assert '<bdi class="name">عربي</bdi>' in text


def test_a_part_that_is_left_out_is_left_out_here_too(document):
    text = html_bytes(leave_out(document, ["Items examined"], [1])).decode()
    assert "This section is left out of this copy." in text
    assert svg(document.exhibits[0]) not in text


def test_it_states_the_digest_of_its_records(document, page):
    assert digest_of_text(attached_json(document)) in "".join(page.texts)


def test_an_exhibit_brings_no_name_that_another_could_bring_too(document):
    for exhibit in (
        block for s in document.sections for block in s.blocks if type(block) is Figure
    ):
        assert not re.search(
            r"\s(id|style|class)=\"(?!mark-|background|foreground|marks|role-)",
            svg(exhibit.exhibit),
        )


def test_two_processes_write_the_same_bytes(tmp_path):
    digests = reports.printed_elsewhere(WRITE, tmp_path)
    here = hashlib.sha256(html_bytes(reports.hostile())).hexdigest()
    assert digests == {f"{here}\n"}


def test_the_title_names_the_case(page, document):
    assert f"{plain(document.title)} · case made" in page.texts
