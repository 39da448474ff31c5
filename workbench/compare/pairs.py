"""One metric, two runs → one value per probe."""

from collections.abc import Collection, Mapping, Sequence

from torch import Tensor

from workbench.compare.material import Material, logprobs
from workbench.errors import NotEnoughEvidenceError
from workbench.metrics import Metric
from workbench.records import NoScore, Pack
from workbench.store import CaseStore

Values = dict[str, float]
MIN_PROBES = 5
"""Fewer give no interval worth printing."""


def counted_probes(packs: Sequence[Pack], metric: Metric) -> frozenset[str]:
    """Addresses of the probes a metric counts: of packs that are not weak and meant for it."""
    return frozenset(
        probe.address
        for pack in packs
        if pack.weak is None and (not pack.metrics or metric.id in pack.metrics)
        for probe in pack.probes
    )


def pair_values(
    store: CaseStore,
    metric: Metric,
    first: Material,
    second: Material,
    counted: Collection[str],
) -> Values | NoScore:
    """Compare two runs at every probe that counts and both answered.

    Returns:
        Probe → value in the metric's own unit and direction, or why there is none.
    """
    match metric.material:
        case "texts":
            found = _each(metric, first.texts, second.texts, counted)
        case "embeddings":
            found = _each(metric, first.embeddings, second.embeddings, counted)
        case "logprobs":
            if reason := _not_comparable(first, second):
                return NoScore(metric.id, reason)
            found = _each_distribution(store, metric, first, second, counted)
    if len(found) < MIN_PROBES:
        return NoScore(metric.id, f"only {len(found)} probes were usable on both sides")
    return found


def _each(
    metric: Metric,
    first: Mapping[str, Sequence[str] | Tensor],
    second: Mapping[str, Sequence[str] | Tensor],
    counted: Collection[str],
) -> Values:
    values: Values = {}
    for probe in first:
        if probe in second and probe in counted:
            try:
                values[probe] = metric.at_probe(first[probe], second[probe])
            except NotEnoughEvidenceError:
                continue  # fewer answers than the metric needs: this probe is left out and counted
    return values


def _not_comparable(first: Material, second: Material) -> str:
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


def _each_distribution(
    store: CaseStore,
    metric: Metric,
    first: Material,
    second: Material,
    counted: Collection[str],
) -> Values:
    values: Values = {}
    for probe, offsets in first.offsets.items():
        if second.offsets.get(probe) == offsets and probe in counted:
            values[probe] = metric.at_probe(
                logprobs(store, first, probe), logprobs(store, second, probe)
            )
    return values
