"""Three files → one row per labelled pair, and how each metric does alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.errors import EvaluationError
from workbench.evaluate.alone import score_alone
from workbench.evaluate.material import ONE_SOURCE
from workbench.evaluate.opinions import with_opinions
from workbench.evaluate.protocols import Fused, Protocols, protocols_of
from workbench.evidence.weighing import Calibration
from workbench.questions.further import ByProbe, with_further
from workbench.questions.kin import Kin, declared_kin
from workbench.questions.likeness import measure
from workbench.questions.measures import Measure
from workbench.questions.score import Scored, Scorer
from workbench.questions.singles import single_scores
from workbench.questions.source import Source
from workbench.records import QUESTIONS

NO_SCORE = ("score", "low", "high", "p", "raw", "panel_low", "panel_high")
"""Columns of a question that hold numbers or nothing."""

Embed = Callable[[Source], Mapping[str, NDArray[np.float32]]]
Further = Callable[[Source, Kin], Mapping[str, ByProbe]]
Stated = Callable[[Fused], Protocols]
Report = Callable[[str], None]


SPOKEN = 200
"""Pairs between two lines of progress: each takes a part of a second where it is scored alone."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What came of a file of pairs."""

    table: pd.DataFrame
    """The file's own columns, then the scores; one row per pair in the file's order."""
    singles: pd.DataFrame
    """One row per pair with a score, in the order of `table` by source; columns `metric form`."""
    metrics: tuple[Measure, ...]
    """Metrics that some source could compute."""
    protocols: Mapping[str, Protocols]
    """Source → question → how its scores were made."""


def evaluate(  # noqa: PLR0913 - everything that scores rest on
    sources: list[Source],
    pairs: pd.DataFrame,
    models: pd.DataFrame,
    *,
    embed: Embed | None = None,
    embedder: str | None = None,
    further: Further | None = None,
    stated: Stated | None = None,
    calibrations: Sequence[Calibration] = (),
    controls: int | None = None,
    report: Report = lambda _: None,
) -> Evaluated:
    """Score every pair from the answers of its source.

    Labels are carried through and never read: a score depends on answers and declared lineage only.

    Args:
        sources: Recorded answers, as from `read_sources`.
        pairs: `reference`, `suspect`, `source` where there are several, and any further columns.
        models: Declared lineage, as `declared_kin` takes it.
        embed: Gives the embedding of every text of a source; None leaves that metric out.
        embedder: Revision of what `embed` embeds with.
        further: Gives values of metrics on distributions of a source; None: scores are those of texts.
        stated: Says how scores are made from the metrics fused; None: from files of answers.
        calibrations: Those at hand; a pair's likelihood ratio is of the one of its source's protocol.
        controls: Score each pair as a case of so many controls would, see `score_alone`; single
            metrics stay those of the whole source. None: beside everybody in the source.
        report: Called with a line whenever something begins.

    Returns:
        Scores, what they are worth, and single metrics.

    Raises:
        EvaluationError: If a pair names a source of which there are no answers, or a pair names none
            and there are several.
    """
    named = _sources_of(sources, pairs)
    rows: dict[int, dict[str, object]] = {}
    singles: list[pd.DataFrame] = []
    metrics: dict[str, Measure] = {}
    protocols: dict[str, Protocols] = {}
    for source in sources:
        here = pairs.index[named == source.name]
        if not len(here):
            continue
        report(f"{source.name}: {len(source.models)} models, {len(source.prompts)} prompts")
        embedded = embed(source) if embed else None
        scorer = _scorer(source, declared_kin(models, source.models), embedded, further, report)
        score = scorer.score
        if controls is not None:
            make = partial(_scorer, rows=embedded, further=further)
            score = partial(score_alone, source, scorer, make, controls)
        report(f"{source.name}: scoring {len(here)} pairs")
        metrics |= {metric.id: metric for metric in scorer.used}
        fused = {question: scorer.metrics(question) for question in QUESTIONS}
        protocols[source.name] = stated(fused) if stated else protocols_of(source, fused, embedder)
        scored = {}
        for number, i in enumerate(here):
            if number and number % SPOKEN == 0:
                report(f"  {number} of {len(here)} pairs")
            scored[i] = _score(score, source, pairs.loc[i])
        missing = _missing(source)
        rows |= {i: _row(source, one) | _absent(missing, pairs.loc[i]) for i, one in scored.items()}
        singles.append(_singles(scorer, source, pairs, [i for i in here if scored[i].questions]))
    found = pd.DataFrame([rows[i] for i in pairs.index], index=pairs.index)
    found = pd.concat([found, declared_of(pairs, models)], axis=1)
    kept = pairs.drop(columns=[column for column in found if column in pairs])
    joined = pd.concat(singles) if singles else pd.DataFrame()
    table = with_opinions(pd.concat([kept, found], axis=1), protocols, calibrations)
    return Evaluated(table, joined, tuple(metrics.values()), protocols)


def _sources_of(sources: list[Source], pairs: pd.DataFrame) -> pd.Series:
    known = [source.name for source in sources]
    if "source" not in pairs:
        if len(sources) > 1:
            raise EvaluationError(
                f"The answers come from {len(sources)} sources and the pairs name none.",
                fix="Add a column `source` to the file of pairs.",
            )
        return pd.Series(known[0], index=pairs.index)
    named = pairs["source"].fillna(ONE_SOURCE).astype(str)
    strange = sorted(set(named) - set(known))
    if strange:
        raise EvaluationError(
            f"There are no answers of source {', '.join(strange)}.",
            fix=f"Name one of {', '.join(known)}, or add its answers.",
        )
    return named


def _scorer(
    source: Source,
    kin: Kin,
    rows: Mapping[str, NDArray[np.float32]] | None,
    further: Further | None,
    report: Report = lambda _: None,
) -> Scorer:
    likeness = measure(source, rows, report)
    if further is None:
        return Scorer(source.name, likeness, kin)
    values = further(source, kin)
    return Scorer(source.name, with_further(source, likeness, values), kin, "logits")


def _score(score: Callable[[int, int], Scored], source: Source, pair: "pd.Series[str]") -> Scored:
    absent = [pair[side] for side in ("reference", "suspect") if pair[side] not in source.models]
    if absent:
        return Scored(0, (), reason=f"there is no answer of {' and '.join(absent)} in this source")
    place = [source.models.index(pair[side]) for side in ("reference", "suspect")]
    return score(*place)


def _row(source: Source, scored: Scored) -> dict[str, object]:
    row: dict[str, object] = {
        "source": source.name,
        "prompts": scored.prompts,
        "prompts_left_out": len(source.prompts) - scored.prompts,
        "controls": len(scored.controls),
        "panel": "|".join(source.models[i] for i in scored.controls),
    }
    for question in QUESTIONS:
        one = scored.questions.get(question)
        for name in NO_SCORE:
            row[f"{question}_{name}"] = getattr(one, name) if one else None
        row[f"{question}_reason"] = scored.why_not(question)
    return row


def _missing(source: Source) -> dict[str, float]:
    """Share of the source's prompts that a model did not answer, 0 to 1."""
    shares = 1 - source.answered().mean(0)
    return {name: float(share) for name, share in zip(source.models, shares, strict=True)}


def _absent(missing: Mapping[str, float], pair: "pd.Series[str]") -> dict[str, object]:
    return {f"{side}_missing": missing.get(pair[side], 1.0) for side in ("reference", "suspect")}


def declared_of(pairs: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """What calibrations count by: family of either side, and the recipe of the suspect.

    A model that is not listed is a family of its own. A recipe is what the suspect was made from (base
    and teachers) beside the reference's family, so that sizes and versions of one recipe count as one.
    """
    rows = models.set_index("model_id")

    def looked_up(side: str, column: str, otherwise: pd.Series) -> pd.Series:
        known = rows[column] if column in rows else pd.Series(dtype=str)
        return pairs[side].map(known).astype(object).where(pairs[side].isin(known.index), otherwise)

    nothing = pd.Series("", index=pairs.index)
    found = pd.DataFrame(
        {f"{s}_family": looked_up(s, "family", pairs[s]) for s in ("reference", "suspect")}
    )
    base, taught = (looked_up("suspect", c, nothing) for c in ("base_model", "teachers"))
    base = base.fillna("").where(base.fillna("") != "", found["suspect_family"])
    found["recipe"] = found["reference_family"].astype(str) + " > " + base.astype(str)
    found["recipe"] += " < " + taught.fillna("").astype(str)
    return found


def _singles(scorer: Scorer, source: Source, pairs: pd.DataFrame, index: list[int]) -> pd.DataFrame:
    place = {model: i for i, model in enumerate(source.models)}
    sides = pairs.loc[index, ["reference", "suspect"]].to_numpy(dtype=str)
    chosen = [(place[reference], place[suspect]) for reference, suspect in sides]
    if not chosen:
        return pd.DataFrame(index=index)
    found = single_scores(scorer, chosen)
    columns = {f"{key} {form}": v for key, forms in found.items() for form, v in forms.items()}
    return pd.DataFrame(columns, index=index)
