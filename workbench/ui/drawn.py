"""Exhibits of a comparison, drawn once for as long as the server runs."""

import streamlit as st

from workbench.records import Comparison
from workbench.report.exhibits import Exhibit, exhibits

KEPT = 8
"""Comparisons whose exhibits are kept in memory; those of 5,000 probes take some megabytes."""


def exhibits_of(comparison: Comparison) -> tuple[Exhibit, ...]:
    """What `exhibits` draws of a comparison, with charts that are not to be changed."""
    return _exhibits(comparison.digest, comparison)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _exhibits(digest: str, _comparison: Comparison) -> tuple[Exhibit, ...]:  # noqa: ARG001 - the key
    return exhibits(_comparison)
