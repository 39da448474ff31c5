"""How far the runs of a case have come, counted where they are recorded."""

import pandas as pd

from workbench.store.case import CaseStore
from workbench.store.database import connected

KINDS_OF_FAILURE = 20


def recorded_by_pack(store: CaseStore) -> pd.DataFrame:
    """Count what is recorded of each run and pack.

    Returns:
        Columns run_id, pack, reading (whether these are readings of each other's answers), done,
        failed; a row for each combination that has observations.
    """
    with connected(store.database) as connection:
        return connection.execute(
            "SELECT run_id, split_part(probe_address, '#', 1) AS pack, "
            "contains(probe_address, '@') AS reading, count(*)::INTEGER AS done, "
            "(count(*) FILTER (outcome = 'failed'))::INTEGER AS failed "
            "FROM observation GROUP BY ALL ORDER BY ALL"
        ).df()


def failures(store: CaseStore) -> pd.DataFrame:
    """Count failed observations by reason.

    Returns:
        Columns reason, n, runs (how many have it), example (address of one of its probes), run_id
        (where that was); the most frequent `KINDS_OF_FAILURE` reasons, most frequent first.
    """
    with connected(store.database) as connection:
        return connection.execute(
            "SELECT coalesce(note, 'no reason given') AS reason, count(*)::INTEGER AS n, "
            "count(DISTINCT run_id)::INTEGER AS runs, "
            "arg_min(probe_address, (run_id, seq)) AS example, "
            "arg_min(run_id, (run_id, seq)) AS run_id FROM observation "
            "WHERE outcome = 'failed' GROUP BY reason ORDER BY n DESC, reason LIMIT $most",
            {"most": KINDS_OF_FAILURE},
        ).df()
