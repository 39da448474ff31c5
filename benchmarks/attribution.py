"""Which candidate a suspect comes from: a set with stated coverage, against naming the nearest one.

Recorded answers with known lineage, the weights question. Each suspect is offered one candidate of each
family; neither its own family nor that of the candidate in question takes part in the calibration.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import pandas as pd

from benchmarks.lineage import DERIVED, NOT_MEASURED, UNRELATED, read_lineage
from workbench.digest import seed_from
from workbench.evaluate import evaluate, read_sources
from workbench.evidence.attribution import NONE, Derived, Unrelated, attribute

ALPHAS = (0.3, 0.2, 0.1)
HARD = ("same_base_sibling", "shared_teacher", "shared_preference_data", "distilled_from")
QUICK_PROMPTS = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair, with either model as the suspect."""

    reference: str
    suspect: str
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Examined:
    """A suspect with the candidates that were offered, and the account that is true of it."""

    suspect: str
    scores: dict[str, float]
    truth: str
    held: frozenset[str]
    """Families that take no part in the calibration."""


def measure(quick: bool) -> dict[str, object]:
    """Coverage, size and emptiness of the sets, by what is true of the suspect."""
    lineage = read_lineage()
    if lineage is None:
        return dict(NOT_MEASURED)
    answers = lineage.answers
    if quick:
        kept = sorted(answers["prompt_id"].unique())[:QUICK_PROMPTS]
        answers = answers[answers["prompt_id"].isin(kept)]
    table = evaluate(read_sources(answers, lineage.models), lineage.pairs, lineage.models).table
    return outcome(table, lineage.families())


def outcome(table: pd.DataFrame, family: dict[str, str]) -> dict[str, object]:
    """Rows of the benchmark, from a table of scored pairs."""
    pairs = list(_pairs(table))
    rows: dict[str, object] = {}
    for name, labels in {"derived": DERIVED, "independent": (), **{h: (h,) for h in HARD}}.items():
        cases = list(_cases(pairs, family, labels))
        rows[f"{name}, nearest candidate"] = _nearest(cases)
        for alpha in ALPHAS:
            rows[f"{name}, {1 - alpha:.0%} stated"] = _line(pairs, family, cases, alpha)
    return rows


def _pairs(table: pd.DataFrame) -> Iterator[Pair]:
    known = table[table["weights_score"].notna()]
    for row in known[["reference", "suspect", "label", "weights_score"]].itertuples(index=False):
        reference, suspect, label, score = row
        yield Pair(str(reference), str(suspect), str(label), float(score))
        yield Pair(str(suspect), str(reference), str(label), float(score))


def _cases(
    pairs: Sequence[Pair], family: dict[str, str], labels: Sequence[str]
) -> Iterator[Examined]:
    """One case per pair of these labels with strangers added; without labels, strangers alone."""
    strangers: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.label == UNRELATED:
            strangers.setdefault(pair.suspect, []).append(pair)
    if not labels:
        for suspect, seen in strangers.items():
            scores = _one_each(seen, family, frozenset([family[suspect]]))
            yield Examined(suspect, scores, NONE, frozenset([family[suspect]]))
        return
    for pair in (one for one in pairs if one.label in labels):
        held = frozenset([family[pair.suspect], family[pair.reference]])
        others = _one_each(strangers.get(pair.suspect, []), family, held)
        truth = pair.reference if pair.label in DERIVED else NONE
        yield Examined(pair.suspect, {pair.reference: pair.score, **others}, truth, held)


def _one_each(
    strangers: Sequence[Pair], family: dict[str, str], held: frozenset[str]
) -> dict[str, float]:
    """One random stranger of each family that is not held out."""
    found: dict[str, dict[str, float]] = {}
    for pair in strangers:
        if family[pair.reference] not in held:
            found.setdefault(family[pair.reference], {})[pair.reference] = pair.score
    chosen = {}
    for name, scores in sorted(found.items()):
        dice = np.random.default_rng(seed_from("candidate", strangers[0].suspect, name))
        reference = str(dice.choice(sorted(scores)))
        chosen[reference] = scores[reference]
    return chosen


def _nearest(cases: Sequence[Examined]) -> str:
    named = [max(case.scores, key=case.scores.__getitem__) for case in cases]
    right = sum(one == case.truth for one, case in zip(named, cases, strict=True))
    return f"right in {right} of {len(cases)}"


def _line(
    pairs: Sequence[Pair], family: dict[str, str], cases: Sequence[Examined], alpha: float
) -> str:
    sets = [_fitting(pairs, family, case, alpha) for case in cases]
    each = list(zip(cases, sets, strict=True))
    held = [case.truth in fitting for case, fitting in each]
    wrong = [set(fitting) - {case.truth, NONE} for case, fitting in each]
    return (
        f"true account in {sum(held)} of {len(cases)} sets, {_by_family(cases, held, family)}; "
        f"mean size {fmean(map(len, sets)):.2f} of {fmean(len(c.scores) + 1 for c in cases):.2f}; "
        f"the true account alone {sum(fitting == (case.truth,) for case, fitting in each)}, "
        f"a wrong candidate in {sum(map(bool, wrong))}, "
        f"none of these left out {sum(NONE not in fitting for fitting in sets)}, "
        f"empty {sum(not fitting for fitting in sets)}"
    )


def _by_family(cases: Sequence[Examined], held: Sequence[bool], family: dict[str, str]) -> str:
    """Mean over the suspects' families of the share within each."""
    shares: dict[str, list[bool]] = {}
    for case, one in zip(cases, held, strict=True):
        shares.setdefault(family[case.suspect], []).append(one)
    return f"{fmean(map(fmean, shares.values())):.0%} where {len(shares)} families weigh the same"


def _fitting(
    pairs: Sequence[Pair], family: dict[str, str], case: Examined, alpha: float
) -> tuple[str, ...]:
    others = [
        pair for pair in pairs if not {family[pair.reference], family[pair.suspect]} & case.held
    ]
    derived = [Derived(p.score, family[p.reference]) for p in others if p.label in DERIVED]
    unrelated = [
        Unrelated(p.score, p.suspect, family[p.suspect], family[p.reference])
        for p in others
        if p.label == UNRELATED
    ]
    return attribute(case.scores, derived, unrelated, alpha=alpha).fitting
