"""Choices that the address bar names and every page takes along."""

from collections.abc import Sequence

import streamlit as st

from workbench.visible import visible_line

CARRIED = "carried-"
BOX = "-box"


def carried(key: str) -> str | None:
    """The choice in the address bar, else the one taken along from another page."""
    return st.query_params.get(key, st.session_state.get(CARRIED + key))


def addressed_box(label: str, key: str, options: Sequence[str], default: str | None) -> str | None:
    """A box of choices that the address bar always names and every page takes along.

    Widgets bound by Streamlit itself forget a choice that came with the address when the reader
    changes the page, and leave a default out of the address.
    """
    asked = carried(key)
    current = asked if asked in options else default
    st.session_state[key + BOX] = current
    if current is not None:
        choose(key, current)
    st.selectbox(
        label,
        options,
        index=None if default is None else 0,
        format_func=visible_line,
        placeholder="Choose one",
        key=key + BOX,
        on_change=lambda: choose(key, st.session_state[key + BOX]),
    )
    return current


def choose(key: str, value: str | None) -> None:
    """Put a choice into the address bar, and take it along from here on; None: no choice."""
    st.session_state[CARRIED + key] = value
    if value is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value
