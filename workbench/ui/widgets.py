"""The few ways in which pages show things, and the only ways in which they show others' text.

Text from a model, a case file or a pack is hostile until shown otherwise. Pages show it with
`quoted` (a block, verbatim), `plain` (running text), `named` and `escaped` (inside the program's
own Markdown, for names and headings, never for answers) or in the cells of `table`; never with a
Streamlit call that reads Markdown. tests/ui reads the pages' source and refuses any other way.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench.errors import WorkbenchError
from workbench.report.exhibits import Exhibit
from workbench.visible import visible, visible_line
from workbench.wordwise import Stretch

PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
FOUND_AFTER_ESCAPES = re.compile(r"://|www\.|@|:[^\s:]+:|<-|->|--|[<>~]=", re.IGNORECASE)
SIDES = ("left", "top", "right", "bottom")
PADDING = 8
"""Pixels around an exhibit; Streamlit needs them named side by side."""
CUT = 1200
"""Characters of a quoted text that are shown before it is cut."""


def quoted(text: str, *, whole: bool = True) -> None:
    """Show somebody else's text verbatim in a block, nothing in it rendered.

    Args:
        text: The text, of any length and content.
        whole: Whether to show all of it, or to cut it after `CUT` characters and say so.
    """
    cut = text if whole else text[:CUT]
    st.code(visible(cut), language=None, wrap_lines=True)
    if len(cut) < len(text):
        st.caption(f"Cut here: {len(text) - len(cut):,} more characters.")


def plain(text: str) -> None:
    """Show somebody else's text as running text, nothing in it rendered."""
    st.text(visible(text), width="stretch")


def named(text: str) -> str:
    """Somebody else's word as a Markdown code span, which holds no other Markdown."""
    shown = visible_line(text)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {shown} {fence}" if longest else f"`{shown or ' '}`"


def escaped(text: str) -> str:
    """Somebody else's sentence for a heading, every Markdown character taken literally.

    Links, e-mail addresses and `:shortcodes:` are found after escapes are resolved, so a text that
    holds one becomes a code span, where nothing is looked for.
    """
    line = visible_line(text)
    return named(text) if FOUND_AFTER_ESCAPES.search(line) else PUNCTUATION.sub(r"\\\g<0>", line)


def table(rows: pd.DataFrame, alt: str) -> None:
    """Show rows as a grid of plain text cells and numbers, without their index."""
    shown = shown_cells(rows)
    st.dataframe(shown, hide_index=True, column_config=three_decimals(shown), alt=visible_line(alt))


def shares(rows: pd.DataFrame, share: str, alt: str) -> None:
    """Show rows of which one column is a share, drawn as a bar."""
    bar = st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="percent")
    st.dataframe(
        shown_cells(rows), hide_index=True, column_config={share: bar}, alt=visible_line(alt)
    )


def three_decimals(rows: pd.DataFrame) -> dict[str, Any]:
    """Column settings that show every fractional number alike."""
    numbers = rows.select_dtypes("float").columns
    return {name: st.column_config.NumberColumn(format="%.3f") for name in numbers}


def shown_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every hiding character in their texts and headings spelled out."""
    texts = {
        name: [visible_line(cell) if isinstance(cell, str) else cell for cell in rows[name]]
        for name in rows.columns
        if not pd.api.types.is_numeric_dtype(rows[name])
    }
    return rows.assign(**texts).rename(columns=visible_line)


def command(*words: str) -> None:
    """Show a command to copy."""
    st.code(shlex.join(visible_line(word) for word in words), language=None)


def problem(what: str, fix: str) -> None:
    """Show an error in its two sentences."""
    with st.container(border=True):
        st.badge("Problem", icon=":material/error:", color="red")
        plain(what)
        plain(fix)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Turn an error of this program into its two sentences; the rest of the block is left out."""
    try:
        yield
    except WorkbenchError as error:
        problem(error.what, error.fix)


def answer(repeats: str, recorded: pd.Series, *, whole: bool) -> None:
    """Show one recorded answer, or why there is none.

    Args:
        repeats: Which repeats gave it, in words.
        recorded: A row of `CaseStore.answers`.
        whole: Whether to show a long answer in full.
    """
    plain(f"{repeats} · {recorded['outcome']} · {_counted(recorded['token_count'])}")
    if isinstance(recorded["text"], str):
        quoted(recorded["text"], whole=whole)
    if isinstance(recorded["note"], str):
        plain(f"Note: {recorded['note']}")


def differences(stretches: Sequence[Stretch], phrase: int) -> None:
    """Show two texts as one, a line for each stretch, its sign before it and nothing rendered.

    Args:
        stretches: What `wordwise.differences` found.
        phrase: Words from which on a stretch of both is marked as a phrase.
    """
    signs = {"first": "-", "second": "+"}
    lines = [
        f"{signs.get(it.side, '=' if it.words >= phrase else ' ')} {visible_line(it.text)}"
        for it in stretches
    ]
    st.code("\n".join(lines), language="diff", wrap_lines=True)
    st.caption(f"− reference only, + the other only, = at least {phrase:,} words of both in a row")


def _counted(tokens: float | None) -> str:
    """Tokens in words; pandas turns a missing count into NaN."""
    return "tokens not counted" if pd.isna(tokens) else f"{int(tokens)} tokens"


def exhibit(shown: Exhibit) -> None:
    """Show a numbered figure as the report prints it, with its caption and alt text."""
    st.subheader(f"Exhibit {shown.number}: {escaped(shown.title)}", anchor=False)
    # "pad" keeps the printed size; Streamlit would fit axes and title into the plot's own height.
    spec = shown.spec | {"padding": dict.fromkeys(SIDES, PADDING), "autosize": "pad"}
    # An exhibit keeps its printed size; a narrow window scrolls it sideways.
    with st.container(horizontal=True, wrap=False):
        st.vega_lite_chart(spec=spec, theme=None, width="content", alt=visible_line(shown.alt))
    plain(shown.caption)


def picture(png: bytes, alt: str) -> None:
    """Show a picture that this program drew."""
    st.image(png, alt=visible_line(alt))


def download(label: str, icon: str, name: str, content: Callable[[], bytes]) -> None:
    """A button that makes a file when it is pressed.

    Args:
        label: Of the button, in the program's own words.
        icon: Its icon.
        name: Name of the file.
        content: Makes it.
    """
    st.download_button(
        label,
        content,
        file_name=name,
        icon=f":material/{icon}:",
        on_click="ignore",
        key=f"download-{name}",
    )


def file_name(*words: str) -> str:
    """Others' words as part of the name of a file: no separators, nothing that hides."""
    return "-".join(re.sub(r"[^A-Za-z0-9._-]+", "-", word) for word in words)


def explored(figure: go.Figure, alt: str) -> None:
    """Show a figure for exploring, without the buttons that lead elsewhere."""
    st.plotly_chart(figure, config={"displaylogo": False, "displayModeBar": False}, alt=alt)
