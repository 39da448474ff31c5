"""What the pages ask of a case: small read-only queries, each a short-lived connection of its own."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from workbench.records import Comparison, EvidenceLine, Outcome, Pack, Served
from workbench.store.case import CaseStore
from workbench.store.database import connected


@contextmanager
def held_open(store: CaseStore) -> Iterator[None]:
    """Keep the tables open while a page asks many things; opening takes longer than asking.

    Whoever wants to write them waits meanwhile, so nothing is written in here, and nothing is drawn
    that takes long.
    """
    with connected(store.database):
        yield


@dataclass(frozen=True, slots=True)
class ProbeQuery:
    """Which probes to list."""

    pack: str | None = None
    """Pack id; None for every pack."""
    words: str = ""
    """Words that the prompt or an answer holds, in any case; empty for any."""
    closer: bool = False
    """Only where the suspect is closer to the reference than every control."""
    family: str | None = None
    """First part of a pack's id; None for every family."""
    outcome: Outcome | None = None
    """What some observation came to; None for any."""
    among: Collection[str] | None = None
    """Addresses to keep to; None for all."""
    furthest: bool = False
    """Whether those stand first whose suspect lies furthest beyond the nearest control."""


def find_probes(
    store: CaseStore,
    query: ProbeQuery,
    comparison: Comparison | None = None,
    line: EvidenceLine | None = None,
    packs: Sequence[Pack] = (),
) -> pd.DataFrame:
    """List the probes that fit a query, in the order of the packs or by their margin.

    Args:
        store: The case.
        query: Which probes to keep.
        comparison: Where the values come from; None leaves them empty.
        line: The metric of the values, one of the comparison's.
        packs: Whose probes to list, in their order; the planned ones if left out.

    Returns:
        Columns probe_address, pack, prompt, suspect and nearest_control (the metric's values, NaN
        where it has none), margin (how far the suspect lies beyond that control, positive where it is
        closer to the reference), closer (whether the suspect is closer than every control).
    """
    found = _planned(packs or store.packs(), query)
    if query.words:
        answered = _probes_holding(store, query.words)
        in_prompt = found["prompt"].str.casefold().str.contains(query.words.casefold(), regex=False)
        found = found[in_prompt | found["probe_address"].isin(answered)]
    if query.outcome is not None:
        found = found[found["probe_address"].isin(_probes_with(store, query.outcome))]
    found = found.merge(_nearest(store, comparison, line), on="probe_address", how="left")
    found["closer"] = found["closer"].eq(other=True)
    if query.closer:
        found = found[found["closer"]]
    if query.furthest:
        found = found.sort_values("margin", ascending=False, kind="stable", na_position="last")
    return found.reset_index(drop=True)


def probe_values(store: CaseStore, comparison: Comparison, probe_address: str) -> pd.DataFrame:
    """Every metric's value at one probe: columns metric, role, model, value."""
    with connected(store.database) as connection:
        return connection.execute(
            "SELECT metric, role, model, value FROM probe_value "
            "WHERE comparison_digest = ? AND probe_address = ? ORDER BY ALL",
            [comparison.digest, probe_address],
        ).df()


def served(store: CaseStore) -> dict[str, tuple[Served, ...]]:
    """What answered at each endpoint: run → names and fingerprints, the first to answer first.

    Runs of weights on this machine are left out, and so are questions that nothing answered.
    """
    with connected(store.database) as connection:
        rows = connection.execute(
            "SELECT run_id, answered_as, system_fingerprint, count(*) FROM observation "
            "WHERE raw_digest IS NOT NULL AND outcome <> 'failed' "
            "GROUP BY ALL ORDER BY run_id, min(seq)"
        ).fetchall()
    found: dict[str, tuple[Served, ...]] = {}
    for run_id, *fields in rows:
        found[run_id] = (*found.get(run_id, ()), Served(*fields))
    return found


def _planned(packs: Sequence[Pack], query: ProbeQuery) -> pd.DataFrame:
    rows = [
        (probe.address, pack.id, probe.prompt)
        for pack in packs
        for probe in pack.probes
        if query.pack in (None, pack.id) and query.family in (None, pack.family)
        if query.among is None or probe.address in query.among
    ]
    return pd.DataFrame(rows, columns=["probe_address", "pack", "prompt"], dtype="str")


def _probes_holding(store: CaseStore, words: str) -> list[str]:
    with connected(store.database) as connection:
        rows = connection.execute(
            "SELECT DISTINCT probe_address FROM observation "
            "WHERE contains(lower(text), lower($words)) OR contains(lower(note), lower($words))",
            {"words": words},
        ).fetchall()
    return [address for (address,) in rows]


def _probes_with(store: CaseStore, outcome: Outcome) -> list[str]:
    with connected(store.database) as connection:
        rows = connection.execute(
            "SELECT DISTINCT probe_address FROM observation WHERE outcome = ?", [outcome]
        ).fetchall()
    return [address for (address,) in rows]


def _nearest(
    store: CaseStore, comparison: Comparison | None, line: EvidenceLine | None
) -> pd.DataFrame:
    """Per probe the suspect's value and that of the control nearest to the reference."""
    with connected(store.database) as connection:
        return connection.execute(
            "SELECT probe_address, suspect, nearest_control, margin, margin > 0 AS closer FROM ("
            "SELECT *, CASE WHEN $similar THEN suspect - nearest_control "
            "ELSE nearest_control - suspect END AS margin FROM ("
            "SELECT probe_address, max(value) FILTER (role = 'suspect') AS suspect, "
            "CASE WHEN $similar THEN max(value) FILTER (role = 'control') "
            "ELSE min(value) FILTER (role = 'control') END AS nearest_control "
            "FROM probe_value WHERE comparison_digest = $digest AND metric = $metric "
            "GROUP BY probe_address))",
            {
                "digest": comparison.digest if comparison else "",
                "metric": line.metric if line else "",
                "similar": line is None or line.direction == "similarity",
            },
        ).df()
