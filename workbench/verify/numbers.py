"""Every number of a case, computed again and compared with what was recorded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from workbench import calibrations
from workbench.compare import Taken, recompute
from workbench.compare.taken import DISTRIBUTIONS
from workbench.custody import Check
from workbench.embed import Embedder
from workbench.errors import CalibrationError, CustodyError, DistributionError
from workbench.metrics import METRICS, Material
from workbench.records import Comparison, to_json
from workbench.store import CaseStore

TOLERANCE = 1e-9
"""Relative; numbers computed again from the very same embeddings differ by rounding at most."""
LOOSE_TOLERANCE = 1e-3
"""Relative; where the embeddings themselves had to be computed again, on another processor say."""
QUESTION_TOLERANCE = 1e-5
"""Relative; texts are compared in float32, whose sums another processor adds in another order: scores
then moved by up to 1.2e-7 (three kinds of processor, made answers)."""


def numbers(
    store: CaseStore,
    load_embedder: Callable[[str], Embedder],
    say: Callable[[str], None],
    absent: Mapping[Material, str] | None = None,
) -> Check:
    """Compute every comparison of a case again.

    Args:
        store: The case.
        load_embedder: Opens a sentence encoder by name.
        say: Called with a line of progress.
        absent: What metrics take that is not at hand → why, as a sentence. What rests on it is taken
            as stated and named.
    """
    absent = absent or {}
    taken = Taken(frozenset(absent), {kept.suspect: kept for kept in store.comparisons()})
    try:
        used = dict.fromkeys(one for kept in store.comparisons() for one in kept.calibrations)
        known = calibrations.kept(list(used), store.calibration_folder)
        again = {item.suspect: item for item in recompute(store, load_embedder, say, known, taken)}
    except (CustodyError, DistributionError, CalibrationError) as error:
        return Check("Scores and verdicts", (error.what,), "not computed again")
    problems, count = [], 0
    for kept in store.comparisons():
        problems += _differing(kept, again[kept.suspect])
        count += numbers_in(to_json(taken.computed_part(kept)))
    detail = f"{count} numbers computed again"
    return Check("Scores and verdicts", tuple(problems), detail, _unchecked(store, absent, taken))


def _unchecked(store: CaseStore, absent: Mapping[Material, str], taken: Taken) -> tuple[str, ...]:
    """Everything that was taken as stated, by name, and why."""
    plan = store.plan()
    metrics = (metric for metric in METRICS if metric.id in plan.metrics)
    found = [
        f"{metric.title} is taken as stated. {absent[metric.material]}"
        for metric in metrics
        if metric.material in absent
    ]
    kept = store.comparisons()
    whole = {why for material, why in absent.items() if material in DISTRIBUTIONS}
    if any(one.profiles for one in kept):
        found += [f"Where passages tell most is taken as stated. {why}" for why in sorted(whole)]
    if taken.beyond_texts and any(
        one.protocol.access != "text" for item in kept for one in item.questions
    ):
        found.append(
            "Question scores that go beyond texts are taken as stated, for the same reason; "
            "opinions and verdict are computed from them."
        )
    return tuple(found)


def _differing(kept: Comparison, again: Comparison) -> list[str]:
    same_embeddings = kept.embedding_digest == again.embedding_digest
    tolerance = TOLERANCE if same_embeddings else LOOSE_TOLERANCE
    # The digest of the embeddings has its own check, with its own tolerance.
    again = replace(again, embedding_digest=kept.embedding_digest)
    one, other = to_json(kept), to_json(again)
    asked = one.pop("questions"), other.pop("questions")
    place = f"{kept.suspect}.questions"
    return [
        *differences(one, other, kept.suspect, tolerance),
        *differences(*asked, place, max(tolerance, QUESTION_TOLERANCE)),
    ]


def differences(kept: object, again: object, place: str, tolerance: float) -> Iterator[str]:
    """Sentences for every place where two JSON values differ by more than a relative tolerance."""
    if isinstance(kept, dict) and isinstance(again, dict):
        for key in sorted(kept.keys() | again.keys()):
            yield from differences(kept.get(key), again.get(key), f"{place}.{key}", tolerance)
    elif isinstance(kept, list) and isinstance(again, list) and len(kept) == len(again):
        for number, (one, other) in enumerate(zip(kept, again, strict=True)):
            yield from differences(one, other, f"{place}[{number}]", tolerance)
    elif not _same(kept, again, tolerance):
        yield f"{place} is recorded as {kept!r} and comes out as {again!r}."


def _same(kept: object, again: object, tolerance: float) -> bool:
    if isinstance(kept, float) and isinstance(again, float):
        return abs(kept - again) <= tolerance * max(1.0, abs(kept))
    return kept == again


def numbers_in(value: object) -> int:
    """How many numbers a JSON value holds."""
    if isinstance(value, dict):
        return sum(numbers_in(item) for item in value.values())
    if isinstance(value, list):
        return sum(numbers_in(item) for item in value)
    return int(isinstance(value, (int, float)) and not isinstance(value, bool))
