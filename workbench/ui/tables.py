"""Rows for the pages' tables: a record in, words and numbers out; nothing is drawn here."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pandas as pd

from workbench.records import AnyScore, Comparison, EvidenceLine, Outcome, Score
from workbench.report.blocks import Table
from workbench.report.numbers import decimals_for, interval, number
from workbench.report.wording import plain

ABSENT = "—"
NOT_COMPUTED = "not computed"


def score_rows(line: EvidenceLine) -> pd.DataFrame:
    """One row for each model, the suspect first; a missing score shows its reason.

    Columns that hold nothing for any model are left out.
    """
    pairs = (line.suspect, *line.controls)
    decimals = decimals_for(score for pair in pairs for score in (pair.raw, pair.centred))
    rows = pd.DataFrame(
        [
            {
                "role": pair.role,
                "model": pair.model,
                f"raw ({line.unit})" if line.unit else "raw": _value(pair.raw, decimals),
                "95 % interval": _interval(pair.raw, decimals),
                "centred": _value(pair.centred, decimals, signed=True),
                "95 % interval, centred": _interval(pair.centred, decimals, signed=True),
                "probes": str(pair.raw.n) if isinstance(pair.raw, Score) else ABSENT,
                "why there is no score": _reasons(pair.raw, pair.centred),
            }
            for pair in pairs
        ]
    )
    return rows.loc[:, ~rows.isin([ABSENT, NOT_COMPUTED]).all()]


def report_rows(table: Table) -> pd.DataFrame:
    """A table of the report; what a short row says in place of numbers has a column of its own."""
    titles = _told_apart([plain(column.title) for column in table.columns])
    rows, notes = [], []
    for row in table.rows:
        cells = [plain(cell) for cell in row]
        missing = len(titles) - len(cells)
        notes.append(cells.pop() if missing else ABSENT)
        rows.append([*cells, *[ABSENT] * (len(titles) - len(cells))])
    shown = pd.DataFrame(rows, columns=titles)
    return shown.assign(note=notes) if set(notes) != {ABSENT} else shown


def _told_apart(titles: Sequence[str]) -> list[str]:
    """Titles of columns of which none comes twice; those that did say what they stand behind."""
    return [
        f"{title} ({titles[at - 1]})" if at and titles.count(title) > 1 else title
        for at, title in enumerate(titles)
    ]


def standing(line: EvidenceLine) -> str:
    """Where the suspect stands among the controls, in a few words."""
    if line.above_every_control is None:
        return "not ranked"
    return f"{'above' if line.above_every_control else 'not above'} every control"


def rank_sentence(line: EvidenceLine) -> str:
    """Where the suspect stands among the controls, in a sentence."""
    if line.rank_p is None:
        return "The suspect was not ranked among the controls by this metric."
    above = "is" if line.above_every_control else "is not"
    return (
        f"The suspect {above} closer to the reference than every control "
        f"({len(line.controls)} controls, rank p = {line.rank_p:.3f})."
    )


def outcome_rows(counts: pd.DataFrame) -> pd.DataFrame:
    """Observations by run and outcome.

    Args:
        counts: Columns run_id, outcome, n.

    Returns:
        One row for each run: run, one column for each outcome, total.
    """
    wide = counts.pivot_table(index="run_id", columns="outcome", values="n", fill_value=0)
    wide = wide.reindex(columns=get_args(Outcome), fill_value=0).astype(int)
    wide["total"] = wide.sum(axis="columns")
    return wide.rename_axis("run").rename_axis(None, axis="columns").reset_index()


def check_rows(checks: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """What a verification checked: check, outcome, what was compared, what differs or is open."""
    return pd.DataFrame(
        [
            (
                check["title"],
                _outcome(check),
                check["detail"],
                " ".join([*check["problems"], *check.get("unchecked", ())]) or ABSENT,
            )
            for check in checks
        ],
        columns=["check", "outcome", "compared", "what differs"],
    )


def _outcome(check: Mapping[str, Any]) -> str:
    if not check["passed"]:
        return "different"
    return "in part" if check.get("unchecked") else "same"


def head_rows(comparison: Comparison) -> pd.DataFrame:
    """The last record's digest of every journal that the comparison read."""
    return pd.DataFrame(
        sorted(comparison.run_heads.items()), columns=["run", "digest of its last record"]
    )


def digest_rows(comparison: Comparison) -> pd.DataFrame:
    """What identifies this comparison and everything it was made from."""
    return pd.DataFrame(
        [
            ("plan", comparison.plan_digest),
            ("comparison", comparison.digest),
            ("sentence encoder", comparison.embedder),
            ("embeddings", comparison.embedding_digest),
        ],
        columns=["what", "digest"],
    )


def _value(score: AnyScore, decimals: int, *, signed: bool = False) -> str:
    if isinstance(score, Score):
        return number(score.value, decimals, signed=signed)
    return NOT_COMPUTED


def _interval(score: AnyScore, decimals: int, *, signed: bool = False) -> str:
    return interval(score, decimals, signed=signed) if isinstance(score, Score) else ABSENT


def _reasons(*scores: AnyScore) -> str:
    reasons = [score.reason for score in scores if not isinstance(score, Score)]
    return "; ".join(dict.fromkeys(reasons)) or ABSENT
