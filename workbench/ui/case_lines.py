"""How a case, its models and its verdict are named in one line: badges, words, links to their pages."""

from collections.abc import Sequence

import streamlit as st

from workbench.records import Role, Run, Status
from workbench.report.numbers import counted
from workbench.store import CaseSummary
from workbench.ui.widgets import escaped, plain
from workbench.visible import visible_line

STATE_COLOURS = {
    "planned": "gray",
    "recording": "orange",
    "running": "green",
    "stalled": "red",
    "recorded": "blue",
    "evaluated": "violet",
    "unreadable": "red",
}
STATUS_COLOURS: dict[Status, str] = {
    "evaluated": "violet",
    "inconclusive": "orange",
    "no evaluative opinion": "red",
    "not comparable": "gray",
}
ROLE_COLOURS: dict[Role, str] = {
    "reference": "blue",
    "suspect": "orange",
    "control": "gray",
    "stack": "violet",
}


def recorded_by_others(runs: Sequence[Run]) -> None:
    """Say which models were not asked here, because others recorded their answers."""
    names = list(dict.fromkeys(run.model for run in runs if run.capabilities.recorded is not None))
    if names:
        plain(f"Answers recorded by a third party, not asked here: {', '.join(names)}.")


def compared(case: CaseSummary) -> None:
    """Say who is compared in a case."""
    suspects = counted(len(case.suspects), "suspect")
    controls = counted(len(case.controls), "control")
    plain(f"Reference {case.reference}; {suspects}: {', '.join(case.suspects)}; {controls}")


def case_line(case: CaseSummary) -> None:
    """Show how far a case has come and who is compared in it."""
    state_badge(case.state)
    compared(case)


def read_only() -> None:
    """Say that nothing can be added to a case."""
    st.caption("This case is read-only: it can be looked at, verified and reported on.")


def link(page: str, icon: str, case: str) -> None:
    """Link to a page of one case."""
    st.page_link(
        f"workbench/ui/pages/{page}.py",
        icon=f":material/{icon}:",
        query_params={"case": case},
    )


def probe_link(case: str, suspect: str, address: str, metric: str) -> None:
    """Link to a probe's answers, listed by how far a metric sets the suspect apart.

    Args:
        case: Name of the case.
        suspect: The suspect.
        address: The probe.
        metric: Title of the metric, which is how the address bar names it.
    """
    carried = {"case": case, "suspect": suspect, "probe": address, "furthest": "true"}
    st.page_link(
        "workbench/ui/pages/evidence.py",
        label=escaped(address),
        icon=":material/forum:",
        query_params=carried | {"metric": visible_line(metric)},
    )


def state_badge(state: str) -> None:
    """Show how far a case has come."""
    st.badge(state, color=STATE_COLOURS[state])  # type: ignore[arg-type]


def status_badge(status: Status) -> None:
    """Show a verdict's status in its colour."""
    st.badge(status, color=STATUS_COLOURS[status])  # type: ignore[arg-type]


def role_badge(role: Role) -> None:
    """Show a model's role in its colour."""
    st.badge(role, color=ROLE_COLOURS[role])  # type: ignore[arg-type]
