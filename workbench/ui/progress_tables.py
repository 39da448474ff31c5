"""How far a case has come, as rows that the Run page shows."""

from collections.abc import Sequence

import pandas as pd

from workbench.records import Pack, Plan


def progress_rows(plan: Plan, packs: Sequence[Pack], recorded: pd.DataFrame) -> pd.DataFrame:
    """How far each run is with each pack.

    Args:
        plan: Who is to be asked.
        packs: What, variants included.
        recorded: Columns run_id, pack, reading, done, failed.

    Returns:
        A row for each run and pack, then one for a run's readings, of which nobody knows beforehand
        how many there are: run, pack, recorded (in words), failed, share (0 to 1, or missing).
    """
    asked = recorded[~recorded["reading"].astype(bool)]
    counts = {
        (str(run), str(pack)): (int(done), int(failed))
        for run, pack, done, failed in zip(
            asked["run_id"], asked["pack"], asked["done"], asked["failed"], strict=True
        )
    }
    rows: list[tuple[str, str, str, int, float | None]] = []
    for role, model in plan.models:
        run = f"{role}-{model}"
        for pack in packs:
            done, failed = counts.get((run, pack.id), (0, 0))
            words = f"{done} of {pack.questions}"
            rows.append((run, pack.id, words, failed, done / pack.questions))
        read = recorded[(recorded["run_id"] == run) & recorded["reading"].astype(bool)]
        if len(read):
            done, failed = int(read["done"].sum()), int(read["failed"].sum())
            rows.append((run, "answers of the others, read", str(done), failed, None))
    return pd.DataFrame(rows, columns=["run", "pack", "recorded", "failed", "share"])


def failure_rows(failed: pd.DataFrame) -> pd.DataFrame:
    """Reasons of failed observations with the headings a reader sees."""
    names = {"n": "failed", "runs": "runs", "reason": "reason", "example": "for example at"}
    return failed.rename(columns=names)[[*names.values(), "run_id"]].rename(
        columns={"run_id": "in run"}
    )
