"""Nothing that a model, a pack or a case file wrote is ever read as Markdown."""

import ast
import re
from pathlib import Path

import pytest

from tests import made
from tests.ui.conftest import HOSTILE_NAME, PAGES, read_page, words
from workbench.ui.figures import next_token_figure
from workbench.ui.widgets import escaped, named
from workbench.visible import visible, visible_line

UI = Path(__file__).parents[2] / "workbench" / "ui"
READ_AS_MARKDOWN = (
    "title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success",
)  # fmt: skip
LABELLED = (
    "selectbox", "multiselect", "text_area", "text_input", "number_input", "toggle", "button",
    "expander", "page_link", "pagination",
)  # fmt: skip
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


def read_as_markdown(page):
    """Every text of a page that the browser runs through Markdown, code spans taken out."""
    found = [element.value for kind in READ_AS_MARKDOWN for element in page.get(kind)]
    found += [getattr(element, "label", "") for kind in LABELLED for element in page.get(kind)]
    return [CODE_SPAN.sub("", str(text)) for text in found]


@pytest.mark.parametrize("page", PAGES)
def test_hostile_text_reaches_no_markdown(cases, page):
    opened = read_page(page, case="hostile")
    assert_no_markdown(opened)


def test_hostile_names_in_opinions_reach_no_markdown(answered):
    assert_no_markdown(read_page("verdict", case="answered-hostile"))


def assert_no_markdown(opened):
    for text in read_as_markdown(opened):
        for fragment in ("![x]", "<script>", "javascript:", "a^2$", "app.png", "\u202e", "\x00"):
            assert fragment not in text
        assert ":red[" not in text.replace("\\:", "")


def test_hostile_answers_are_shown_verbatim_and_visible(cases):
    page = read_page("evidence", case="hostile")
    assert visible(made.HOSTILE) in [block.value for block in page.code]
    assert "⟨U+202E⟩evil⟨U+0000⟩" in words(page)
    assert "\u202e" not in words(page)


def test_a_hostile_model_name_is_shown_as_it_stands(cases):
    page = read_page("verdict", case="hostile")
    assert visible_line(HOSTILE_NAME) in page.dataframe[0].value["model"].tolist()


def test_hostile_parties_are_shown_as_they_stand(cases):
    said = words(read_page("run", case="hostile"))
    assert f"Asked by: {visible(HOSTILE_NAME)}" in said
    assert f"Done by: {visible(made.HOSTILE)}" in said


def test_a_name_stays_inside_its_code_span():
    assert named("base") == "`base`"
    assert named("a`b``c") == "``` a`b``c ```"
    assert named("a\n# b\u202e") == "`a⏎# b⟨U+202E⟩`"
    assert named("") == "` `"


def test_a_heading_takes_every_markdown_character_literally():
    assert escaped("a*b* :red[x] $y$") == r"a\*b\* \:red\[x\] \$y\$"


@pytest.mark.parametrize(
    "text", ["see http://x.test", "www.x.test", "a@x.test", ":smile:", "a -> b"]
)
def test_what_escapes_do_not_stop_becomes_a_code_span(text):
    assert escaped(text) == f"`{text}`"


def test_a_token_is_no_markup_in_a_plotly_label():
    tokens = made_tokens(["<a href='http://x.test'>x</a>", "", "$y$"])
    figure = next_token_figure(tokens, [("reference", "<b>base</b>")], 0)
    assert figure.data[0].name == "reference &lt;b&gt;base&lt;/b&gt;"
    assert set(figure.data[0].x) == {
        "&lt;a␣href='http://x.test'&gt;x&lt;/a&gt;", "⟨empty⟩", "$y$",
    }  # fmt: skip


def made_tokens(tokens):
    import pandas as pd

    row = ("reference", "<b>base</b>", 0, tokens, [-1.0 - n for n in range(len(tokens))])
    return pd.DataFrame([row], columns=["role", "model", "position", "tokens", "logprobs"])


# --- the source of the pages ---------------------------------------------------------------------

MARKDOWN_CALLS = {
    "title", "header", "subheader", "caption", "info", "warning", "error", "success", "badge",
    "button", "expander", "toggle", "text_input", "selectbox", "select_slider", "page_link",
    "multiselect", "number_input", "checkbox", "file_uploader", "form_submit_button", "tabs",
    "download_button", "spinner", "radio", "pills", "segmented_control", "text_area",
}  # fmt: skip
REFUSED_CALLS = {
    "write", "markdown", "html", "iframe", "toast", "metric", "table", "exception", "help", "json",
    "latex", "mermaid_chart", "graphviz_chart", "image", "chat_message", "status", "write_stream",
}  # fmt: skip
SAFE_FUNCTIONS = {"len", "counted", "escaped", "named"}
CLOSED_WORDS = {
    ("case_lines.py", "badge"), ("probing.py", "button"), ("address.py", "selectbox"),
    ("choices.py", "selectbox"),
    ("errands.py", "button"), ("planning.py", "multiselect"), ("widgets.py", "download_button"),
    ("case_lines.py", "page_link"),
}  # fmt: skip
"""Calls whose variable label comes from a fixed list, checked where it is looked up."""
DRAWN_HERE = {("widgets.py", "image")}
"""Calls that could show somebody else's content and are given this program's own."""


def calls_of_streamlit():
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield path, node, node.func.attr, ast.unparse(node.func.value)


def is_safe(node):  # noqa: PLR0911 - one line for each kind of node
    """Whether an argument can hold only the program's own words, numbers and escaped text."""
    match node:
        case ast.JoinedStr(values=values):
            return all(is_safe(value) for value in values)
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=spec)])):
            return spec[-1] in "f,"  # a number, or an exception
        case ast.FormattedValue(value=ast.Attribute(attr="number")):
            return True
        case ast.FormattedValue(value=value):
            return is_safe(value)
        case ast.IfExp(body=body, orelse=otherwise):
            return is_safe(body) and is_safe(otherwise)
        case ast.List(elts=elements):
            return all(is_safe(element) for element in elements)
        case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right):
            return any(isinstance(part, ast.Constant | ast.Call) for part in (left, right))
    return (
        isinstance(node, ast.Constant)
        or (isinstance(node, ast.Name) and node.id.isupper())
        or (isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in SAFE_FUNCTIONS)
    )


def test_no_page_gives_a_variable_text_to_markdown():
    wrong = [
        f"{path.name}:{node.lineno} {call}"
        for path, node, call, _ in calls_of_streamlit()
        if call in MARKDOWN_CALLS and (path.name, call) not in CLOSED_WORDS
        if node.args and not is_safe(node.args[0])
    ]
    assert wrong == []


def test_no_page_uses_a_call_that_renders_more_than_text():
    wrong = [
        f"{path.name}:{node.lineno} {call}"
        for path, node, call, owner in calls_of_streamlit()
        if owner == "st" and call in REFUSED_CALLS and (path.name, call) not in DRAWN_HERE
    ]
    assert wrong == []


def test_no_page_allows_html():
    for path in UI.rglob("*.py"):
        assert "unsafe_allow" not in path.read_text()
