"""Two runs, one metric → one value per probe."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations, permutations

from workbench.compare.material import Material
from workbench.compare.shown import Shown, why_no_bytes
from workbench.compare.tables import MIN_PROBES, Table, Values
from workbench.errors import NotEnoughEvidenceError
from workbench.metrics import Metric
from workbench.records import NoScore, Pack

SPOKEN = 10
"""Probes between two lines of progress, where each is read from files."""


def counted_probes(packs: Sequence[Pack], metric: Metric) -> frozenset[str]:
    """Addresses of the probes a metric counts: of packs that are not weak and meant for it."""
    return frozenset(
        probe.address
        for pack in packs
        if pack.weak is None and (not pack.metrics or metric.id in pack.metrics)
        for probe in pack.probes
    )


def tables(
    packs: Sequence[Pack],
    metrics: Sequence[Metric],
    materials: Sequence[Material],
    shown: Shown,
    say: Callable[[str], None],
) -> dict[str, Table]:
    """Compare every two runs at every probe that counts and both answered.

    Args:
        packs: What was asked.
        metrics: Which metrics.
        materials: What the runs gave.
        shown: Reads their distributions and likelihoods.
        say: Called with a line of progress.

    Returns:
        Metric id → ordered pair of runs → values, or why there are none. Metrics that compare a pair
        within a panel are left out: see `beside.py`.

    Raises:
        CustodyError: If a file of the record is missing or was changed.
    """
    counted = {metric.id: counted_probes(packs, metric) for metric in metrics}
    say("Comparing what was shown of next tokens and passages")
    distributions = _taking(metrics, "tokens", "bytes")
    found = _shown(shown.next_tokens, distributions, materials, counted, say)
    found |= _shown(shown.passage, _taking(metrics, "passages"), materials, counted, say)
    for metric in _taking(metrics, "readings", "readings back"):
        say(metric.title)
        found[metric.id] = _read(shown, metric, materials, counted[metric.id])
    for metric in _taking(metrics, "texts", "embeddings"):
        say(metric.title)
        found[metric.id] = _given(metric, materials, counted[metric.id])
    return found


def _taking(metrics: Sequence[Metric], *material: str) -> list[Metric]:
    return [metric for metric in metrics if metric.material in material]


def _given(metric: Metric, materials: Sequence[Material], counted: Collection[str]) -> Table:
    """Compare answers, or their embeddings."""
    sides: dict[str, Mapping[str, object]] = {
        item.run.id: item.texts if metric.material == "texts" else item.embeddings
        for item in materials
    }

    def values(first: Material, second: Material) -> Values:
        one, other = sides[first.run.id], sides[second.run.id]
        shared = [probe for probe in one if probe in other and probe in counted]
        return _each(metric, ((probe, (one[probe], other[probe])) for probe in shared))

    return _table(metric, materials, values)


def _shown(
    read: Callable[[Material, str], object | None],
    metrics: Sequence[Metric],
    materials: Sequence[Material],
    counted: Mapping[str, Collection[str]],
    say: Callable[[str], None],
) -> dict[str, Table]:
    """Compare distributions or likelihoods by several metrics, each file being read once."""
    found = {metric.id: _begun(metric, materials) for metric in metrics}
    probes = sorted({probe for metric in metrics for probe in counted[metric.id]})
    for number, probe in enumerate(probes):
        if number and number % SPOKEN == 0:
            say(f"  {number} of {len(probes)} probes")
        sides = {item.run.id: side for item in materials if (side := read(item, probe)) is not None}
        for metric in metrics:
            if probe in counted[metric.id]:
                _add(metric, found[metric.id], probe, sides)
    for metric in metrics:
        table = found[metric.id]
        table |= {
            pair: values if isinstance(values, NoScore) else _enough(metric, values)
            for pair, values in table.items()
        }
    return found


def _begun(metric: Metric, materials: Sequence[Material]) -> Table:
    """An empty table; the two orders of a pair share one set of values, or one reason."""
    table: Table = {}
    for one, other in combinations(materials, 2):
        why = _why_not(metric, one, other)
        values: Values | NoScore = NoScore(metric.id, why) if why else {}
        table[one.run.id, other.run.id] = table[other.run.id, one.run.id] = values
    return table


def _add(metric: Metric, table: Table, probe: str, sides: Mapping[str, object]) -> None:
    names = list(sides)
    open_pairs = [
        (i, j)
        for i, j in combinations(range(len(names)), 2)
        if not isinstance(table[names[i], names[j]], NoScore)
    ]
    measured = metric.measure_pairs(list(sides.values()), open_pairs)
    for (i, j), value in zip(open_pairs, measured, strict=True):
        values = table[names[i], names[j]]
        if value is not None and not isinstance(values, NoScore):
            values[probe] = value  # less than the metric needs: left out, and counted


def _read(
    shown: Shown, metric: Metric, materials: Sequence[Material], counted: Collection[str]
) -> Table:
    """How likely one of two finds the other's answers."""
    back = metric.material == "readings back"

    def values(first: Material, second: Material) -> Values:
        author, reader = (second, first) if back else (first, second)
        answered = [probe for probe in author.answers if probe in counted]
        read = ((probe, (shown.answers(author, reader, probe),)) for probe in answered)
        return _each(metric, read)

    return {
        (one.run.id, other.run.id): _enough(metric, values(one, other))
        for one, other in permutations(materials, 2)
    }


def _table(
    metric: Metric,
    materials: Sequence[Material],
    values: Callable[[Material, Material], Values],
) -> Table:
    """A symmetric measure of every two runs, computed once and held in both orders."""
    table: Table = {}
    for one, other in combinations(materials, 2):
        found = _enough(metric, values(one, other))
        table[one.run.id, other.run.id] = table[other.run.id, one.run.id] = found
    return table


def _each(metric: Metric, sides: Iterable[tuple[str, tuple[object, ...]]]) -> Values:
    values: Values = {}
    for probe, material in sides:
        try:
            values[probe] = metric.measure(*material)
        except NotEnoughEvidenceError:
            continue  # less than the metric needs: this probe is left out and counted
    return values


def _enough(metric: Metric, values: Values) -> Values | NoScore:
    if len(values) < MIN_PROBES:
        return NoScore(metric.id, f"only {len(values)} probes were usable on both sides")
    return values


def _why_not(metric: Metric, first: Material, second: Material) -> str:
    """Why a metric on distributions cannot compare two runs at any probe; empty if it can."""
    match metric.material:
        case "tokens":
            return _why_no_tokens(first, second)
        case "bytes":
            return why_no_bytes(first) or why_no_bytes(second)
        case _:
            return ""


def _why_no_tokens(first: Material, second: Material) -> str:
    for side in (first, second):
        if not side.tensors and side.run.capabilities.endpoint is not None:
            return f"{side.run.model} is an endpoint and shows no whole distributions"
    if not (first.tensors and second.tensors):
        return "no token distributions were observed"
    if first.run.tokenizer_digest is None or second.run.tokenizer_digest is None:
        return "a tokenizer is unknown"
    if first.run.tokenizer_digest != second.run.tokenizer_digest:
        return "different tokenizers"
    return ""
