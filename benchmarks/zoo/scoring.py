"""The zoo's answers scored against its truth: one row for each labelled pair, and rates for each label.

Scores come from the program's own scoring of a recorded case, which sees what was recorded and declared
lineage; labels come from the zoo's record and are carried along unread.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from benchmarks.zoo.lineage import Pair, Truth
from benchmarks.zoo.members import Member
from benchmarks.zoo.population import WEIGHT_CHANGES
from benchmarks.zoo.record import Recorded
from workbench.digest import seed_from
from workbench.errors import CaseError
from workbench.evaluate import Evaluated
from workbench.evaluate.cases import evaluate_case
from workbench.evaluate.summary import NEGATIVE, LabelRate, rates
from workbench.records import Access
from workbench.store import CaseStore

Say = Callable[[str], None]
MOST_UNRELATED = 1500
"""Unrelated pairs that are scored, drawn by seed; every related pair is."""
MOST_ALONE = 500
"""The same where each is scored in a source of its own, which takes most of a second."""
DOSED = "distilled_from"
PRIMARY_DOSE = 0.1
"""Students of at least this dose stand for what a student is; those below are only counted."""
SCORES = ("weights_score", "outputs_score")
"""Columns that hold scores."""
CHILDREN = "children of its weights"
MADE_OF_WEIGHTS = (
    *("fine-tuned, light", "fine-tuned, heavy", "low-rank, merged", "merged"),
    *(method for method, *_ in WEIGHT_CHANGES),
)
"""Recipes whose product is what the weights question asks for beyond doubt; a model that was tuned to
talk at all, or on another's answers, is a derivative too, but a further one."""
ABOUT = {
    "weights": (CHILDREN, "same_model_variant", "fine_tune_of", "merge_of"),
    "outputs": ("distilled_from", "live_proxy"),
}
"""Question → labels that it is about; every other label is a negative, near or far."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How pairs of one kind were told from unrelated ones, by one score."""

    score: str
    """Column of the scores."""
    kind: str
    """Label, and for students the dose."""
    rate: LabelRate


def score_zoo(
    recorded: Recorded, store: CaseStore, access: Access, controls: int | None, say: Say
) -> Evaluated:
    """Score every related pair of a zoo and a sample of the unrelated ones.

    Args:
        recorded: The zoo.
        store: Its case, run to the end.
        access: `text`, or `logits` for what distributions add; served members show none.
        controls: Score each pair as a case with so many controls would; None: beside the whole zoo.
        say: Receives progress in words.

    Returns:
        One row for each pair: reference, suspect, label, method, dose, families, and the scores.

    Raises:
        CaseError: If the case was not run to the end.
    """
    if store.state() != "recorded":
        raise CaseError(
            f"Case {store.name!r} was not run to the end.", fix=f"Run `workbench run {store.name}`."
        )
    members = recorded.members
    return evaluate_case(
        store,
        model_table(members),
        access=access,
        pairs=pair_table(members, MOST_UNRELATED if controls is None else MOST_ALONE),
        controls=controls,
        report=say,
    )


def model_table(members: Sequence[Member]) -> pd.DataFrame:
    """Declared lineage in the columns that the rule on controls reads; roots represent families."""
    family = {member.name: member.family for member in members}
    rows = []
    for member in members:
        taught = [parent.name for parent in member.parents if family[parent.name] != member.family]
        rows.append(
            {
                "model_id": member.name,
                "family": member.family,
                "base_model": member.family,
                "vendor": member.family,
                "teachers": "|".join(f"{family[name]}:{name}" for name in taught),
                "release_date": f"{min(len(member.parents), 1):04d}",
            }
        )
    return pd.DataFrame(rows)


def pair_table(members: Sequence[Member], unrelated: int = MOST_UNRELATED) -> pd.DataFrame:
    """Labelled pairs as rows, each once: a score has no direction.

    Args:
        members: The zoo, parents first.
        unrelated: Most unrelated pairs to keep.
    """
    pairs = {frozenset((pair.reference, pair.suspect)): pair for pair in Truth(members).pairs()}
    near = [pair for pair in pairs.values() if pair.label != NEGATIVE]
    far = sorted(
        (pair for pair in pairs.values() if pair.label == NEGATIVE),
        key=lambda pair: seed_from("pair", *sorted((pair.reference, pair.suspect))),
    )
    return pd.DataFrame([_row(pair) for pair in (*near, *far[:unrelated])])


def _row(pair: Pair) -> dict[str, object]:
    return {
        "reference": pair.reference,
        "suspect": pair.suspect,
        "label": pair.label,
        "method": pair.method,
        "dose": pair.dose,
        "steps": pair.steps,
        "primary": int(pair.label == DOSED and (pair.dose or 0.0) >= PRIMARY_DOSE),
    }


def rate_all(scores: pd.DataFrame, columns: Iterable[str]) -> list[Rate]:
    """How each label, each dose and each recipe is told from unrelated pairs, by each score.

    Args:
        scores: As from `score_zoo`.
        columns: Those that hold scores, higher for more alike.
    """
    found = []
    for column in columns:
        usable = scores[scores[column].notna()]
        if usable.empty:  # a question that this level of access adds nothing to
            continue
        families = [
            frozenset(pair)
            for pair in zip(usable["reference_family"], usable["suspect_family"], strict=True)
        ]
        values = usable[column].to_numpy(dtype=float)
        for kinds in (_label, _child, _relation, _recipe):
            labels = usable.apply(kinds, axis=1).to_numpy(dtype=str)
            found += [Rate(column, rate.label, rate) for rate in rates(values, labels, families)]
    return list({(one.score, one.kind): one for one in found}.values())


def _label(row: "pd.Series[Any]") -> str:
    return str(row["label"])


def _child(row: "pd.Series[Any]") -> str:
    """Children of a tuned model's weights together, whatever was done to them."""
    return CHILDREN if row["steps"] == 1 and row["method"] in MADE_OF_WEIGHTS else _label(row)


def _relation(row: "pd.Series[Any]") -> str:
    """How near by descent of weights, for all recipes together."""
    return NEGATIVE if row["label"] == NEGATIVE else f"{row['label']}{_behind(row)}"


def _recipe(row: "pd.Series[Any]") -> str:
    if row["label"] == NEGATIVE:
        return NEGATIVE
    if row["label"] == DOSED:
        return f"{DOSED}: {row['method']} at {row['dose']:.1%}"
    return f"{row['label']}{_behind(row)}: {row['method']}" if row["method"] else _label(row)


def _behind(row: "pd.Series[Any]") -> str:
    """Where descent has more steps than one: a child of a child is further than a child."""
    steps = row["steps"]
    return f", {steps:.0f} steps" if pd.notna(steps) and steps > 1 else ""


def smallest_dose(found: Sequence[Rate], score: str, method: str) -> float | None:
    """Least dose whose AUC against unrelated pairs is above one half, limits included.

    Args:
        found: As from `rate_all`.
        score: Column.
        method: Recipe of the students.

    Returns:
        Share of the training texts; None if no dose is told apart.
    """
    begins = f"{DOSED}: {method} at "
    doses = {
        float(one.kind.removeprefix(begins).rstrip("%")) / 100: one.rate
        for one in found
        if one.score == score and one.kind.startswith(begins)
    }
    seen = [dose for dose, rate in doses.items() if rate.low > 0.5]
    return min(seen) if seen else None


def plain(found: Sequence[Rate]) -> list[dict[str, Any]]:
    """Rates in JSON types; what is not known is null."""
    rows = [{"score": one.score, "kind": one.kind, **asdict(one.rate)} for one in found]
    return [{k: None if v != v else v for k, v in row.items()} for row in rows]  # noqa: PLR0124


def as_markdown(found: Sequence[Rate]) -> Iterator[str]:
    """A table of rates for each score: every label, and recipes of those it is about, marked `*`."""
    for score in dict.fromkeys(one.score for one in found):
        about = ABOUT[score.partition("_")[0]]
        yield f"\n{score}\n"
        yield "| pairs of | n | AUC against unrelated | called at 1 % |"
        yield "|---|---|---|---|"
        for one in (one for one in found if one.score == score):
            kind, _, recipe = one.kind.partition(": ")
            is_about = kind.partition(",")[0] in about
            if recipe and not is_about:
                continue
            area = _limits(one.rate.auc, one.rate.low, one.rate.high)
            called = _limits(one.rate.called, one.rate.called_low, one.rate.called_high)
            mark = " *" if is_about else ""
            yield f"| {one.kind}{mark} | {one.rate.pairs} | {area} | {called} |"
        for method in ("distilled", "distilled, own base"):
            dose = smallest_dose(found, score, method)
            told = "none" if dose is None else f"{dose:.1%}"
            yield f"\nSmallest dose told apart, {method}: {told}"


def _limits(value: float, low: float, high: float) -> str:
    return "–" if value != value else f"{value:.3f} ({low:.3f} to {high:.3f})"  # noqa: PLR0124
