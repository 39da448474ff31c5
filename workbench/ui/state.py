"""What the reader chose to work with: the case, the suspect, its comparison; limits, parts left out."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from workbench.paths import cases_folder, demo_folder
from workbench.records import Comparison, Plan
from workbench.store import CaseStore, CaseSummary, list_cases, open_case
from workbench.ui.address import addressed_box, carried
from workbench.ui.widgets import command
from workbench.visible import visible_line

UNFINISHED = frozenset({"planned", "recording", "running", "stalled"})
"""States of a case in which something is left to ask, or is being asked."""


def case_roots() -> tuple[Path, ...]:
    """Folders that hold case folders: the user's, then the one that comes with the program."""
    return (cases_folder(), demo_folder())


def summaries() -> list[CaseSummary]:
    """Every case in one line; where two have a name, the user's own."""
    found: dict[str, CaseSummary] = {}
    for root in case_roots():
        for summary in list_cases(root):
            found.setdefault(summary.name, summary)
    return list(found.values())


def chosen_case() -> CaseStore | None:
    """Let the reader choose a case, carried as `?case=NAME`; None while there is no choice.

    Raises:
        CaseError: If the case does not open.
    """
    folders = _case_folders()
    asked = carried("case")
    name = addressed_box("Case", "case", list(folders), None)
    if name is not None:
        return open_case(folders[name])
    if asked is not None:
        # Refused in the store's own words; a name from the address bar never becomes a path.
        return open_case(cases_folder() / Path(asked).name)
    return None


def chosen_limits() -> tuple[str, ...]:
    """Let the reader limit what endpoints may cost: options of the worker."""
    queries, cost = st.columns(2)
    with queries:
        most = st.number_input(
            "Most requests to endpoints", min_value=1, value=None, placeholder="No limit"
        )
    with cost:
        money = st.number_input(
            "Most money for endpoints", min_value=0.0, value=None, placeholder="No limit"
        )
    limits = {"--max-queries": most, "--max-cost": money}
    return tuple(word for key, n in limits.items() if n is not None for word in (key, repr(n)))


def left_out(sections: Sequence[str], exhibits: Sequence[int]) -> tuple[list[str], list[int]]:
    """Let the reader leave parts of a report out, carried as `?without=…`."""
    one, other = st.columns(2)
    with one:
        titles = st.multiselect(
            "Sections to leave out",
            sections,
            format_func=visible_line,
            placeholder="None",
            key="without",
            bind="query-params",
        )
    with other:
        numbers = st.multiselect(
            "Exhibits to leave out",
            exhibits,
            placeholder="None",
            key="without-exhibits",
            bind="query-params",
        )
    return titles, numbers


def opened_case() -> tuple[CaseStore, str] | None:
    """Let the reader choose a case and a suspect; None, with what to do next, while there is none.

    Raises:
        CaseError: If the case does not open.
    """
    choice, other = st.columns(2)
    with choice:
        store = chosen_case()
    if store is None:
        st.info("Choose a case above; the Cases page lists them with their state.")
        return None
    with other:
        return store, chosen_suspect(store.plan())


def compared_case() -> tuple[CaseStore, str, Comparison] | None:
    """The same, with the latest comparison; None, with the command to make one, without it.

    Raises:
        CaseError: If the case does not open.
    """
    opened = opened_case()
    if opened is None:
        return None
    store, suspect = opened
    comparison = comparison_of(store, suspect)
    if comparison is None:
        st.info("This suspect was not compared yet, so no answer was embedded.")
        command("workbench", "run", store.name)
        command("workbench", "compare", store.name)
        return None
    return store, suspect, comparison


def chosen_suspect(plan: Plan) -> str:
    """Let the reader choose among several suspects, carried as `?suspect=NAME`."""
    first = plan.suspects[0]
    return addressed_box("Suspect", "suspect", plan.suspects, first) or first


def comparison_of(store: CaseStore, suspect: str) -> Comparison | None:
    """The latest comparison of a suspect, read once for as long as it is the latest; None: none."""
    digest = store.comparison_digests().get(suspect)
    return None if digest is None else _comparison(store.folder, digest)


@st.cache_resource(max_entries=4, show_spinner=False)
def _comparison(folder: Path, digest: str) -> Comparison | None:
    return CaseStore(folder).comparison(digest)


def _case_folders() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for root in case_roots():
        for path in sorted(root.glob("*/journal/case.jsonl")):
            found.setdefault(path.parent.parent.name, path.parent.parent)
    return found
