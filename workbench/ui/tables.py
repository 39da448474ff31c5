"""Rows for the pages' tables: a record in, words and numbers out; nothing is drawn here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import pandas as pd

from workbench.records import AnyScore, Comparison, EvidenceLine, Note, Outcome, Score
from workbench.report.blocks import Table
from workbench.report.numbers import decimals_for, interval, number
from workbench.report.wording import plain
from workbench.wordwise import Phrase

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
    titles = [plain(column.title) for column in table.columns]
    rows, notes = [], []
    for row in table.rows:
        cells = [plain(cell) for cell in row]
        missing = len(titles) - len(cells)
        notes.append(cells.pop() if missing else ABSENT)
        rows.append([*cells, *[ABSENT] * (len(titles) - len(cells))])
    shown = pd.DataFrame(rows, columns=titles)
    return shown.assign(note=notes) if set(notes) != {ABSENT} else shown


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


def probe_rows(found: pd.DataFrame, noted: Mapping[str, Note]) -> pd.DataFrame:
    """The list of probes with the headings a reader sees.

    Args:
        found: As `find_probes` gives it.
        noted: Stars and notes by probe; their column stands only where there are some.
    """
    names = {
        "probe_address": "probe",
        "suspect": "suspect's value",
        "nearest_control": "nearest control's",
        "closer": "suspect closest",
    }
    shown = found.rename(columns=names)[[*names.values(), "prompt"]]
    if not shown["suspect's value"].notna().any():
        shown = shown[["probe", "prompt"]]
    marks = [_mark(noted.get(address)) for address in shown["probe"]]
    return shown.assign(**{"star and note": marks}) if any(marks) else shown


def _mark(note: Note | None) -> str:
    return f"{'★ ' if note.starred else ''}{note.text}".strip() if note else ""


def phrase_rows(found: Sequence[Phrase], controls: int) -> pd.DataFrame:
    """Phrases that two models share, one row each, beside how many controls wrote them too."""
    return pd.DataFrame(
        [(phrase.text, phrase.words, f"{phrase.others} of {controls}") for phrase in found],
        columns=["phrase", "words", "controls that wrote it too"],
    )


def value_rows(values: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Metrics at one probe: a row for each model, suspect first, a column for each metric.

    Args:
        values: Columns metric, role, model, value.
        comparison: Where they come from; gives the order and the titles.
    """
    wide = values.pivot_table(index="model", columns="metric", values="value")
    wide = wide.reindex([comparison.suspect, *comparison.controls])
    headings = {
        line.metric: f"{line.title} ({_closer_means(line)} is closer)"
        for line in comparison.lines
        if line.metric in wide.columns
    }
    wide = wide[list(headings)].rename(columns=headings)
    return wide.rename_axis("model").rename_axis(None, axis="columns").reset_index()


def asked_rows(answers: pd.DataFrame) -> pd.DataFrame:
    """Who was asked for distributions at one probe, and what came of it."""
    rows = answers[["role", "model", "outcome", "note"]]
    return (
        rows.fillna({"note": ABSENT}) if rows["note"].notna().any() else rows.drop(columns="note")
    )


def positions(tokens: pd.DataFrame) -> list[int]:
    """The positions along a probe where next tokens were recorded, in order."""
    return sorted(int(position) for position in tokens["position"].unique())


def repeats_together(answers: pd.DataFrame) -> Iterable[tuple[str, pd.Series]]:
    """Group one model's answers to one probe that are the same, character by character.

    Yields:
        In how many repeats it came and which, in words, and the first of them as a row.
    """
    for _, same in answers.groupby(["outcome", "text", "note"], sort=False, dropna=False):
        numbers = [str(repeat + 1) for repeat in same["repeat"]]
        words = f"repeat {numbers[0]}" if len(numbers) == 1 else f"repeats {', '.join(numbers)}"
        yield words, same.iloc[0]


def _closer_means(line: EvidenceLine) -> str:
    return "higher" if line.direction == "similarity" else "lower"


def _value(score: AnyScore, decimals: int, *, signed: bool = False) -> str:
    if isinstance(score, Score):
        return number(score.value, decimals, signed=signed)
    return NOT_COMPUTED


def _interval(score: AnyScore, decimals: int, *, signed: bool = False) -> str:
    return interval(score, decimals, signed=signed) if isinstance(score, Score) else ABSENT


def _reasons(*scores: AnyScore) -> str:
    reasons = [score.reason for score in scores if not isinstance(score, Score)]
    return "; ".join(dict.fromkeys(reasons)) or ABSENT
