"""The report's blocks on a page: the same words, tables and figures, nothing in them rendered."""

from collections.abc import Iterable

import streamlit as st

from workbench.report.blocks import (
    Block,
    Command,
    Figure,
    Heading,
    KeyValues,
    Paragraph,
    Points,
    Table,
)
from workbench.report.wording import plain
from workbench.ui import tables, widgets


def show(blocks: Iterable[Block]) -> None:
    """Show blocks in their order."""
    for block in blocks:
        _show(block)


def _show(block: Block) -> None:
    match block:
        case Heading(words=words) | Paragraph(words=words, weight="answer"):
            st.subheader(widgets.escaped(plain(words)), anchor=False)
        case Paragraph(words=words):
            widgets.plain(plain(words))
        case Points(items=items):
            for item in items:
                widgets.plain(f"• {plain(item)}")
        case KeyValues(rows=rows):
            widgets.plain("\n".join(f"{plain(key)}: {plain(value)}" for key, value in rows))
        case Table(caption=caption):
            widgets.plain(plain(caption))
            widgets.table(tables.report_rows(block), alt=plain(caption))
        case Figure(exhibit=exhibit):
            widgets.exhibit(exhibit)
        case Command(text=text):
            widgets.command(text)
