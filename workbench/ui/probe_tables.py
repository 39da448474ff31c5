"""Rows for the tables that list probes and show one; nothing is drawn here."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from workbench.records import Comparison, EvidenceLine, Note
from workbench.ui.tables import ABSENT
from workbench.wordwise import Phrase


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
