"""How far answers of every two models lie apart, and a tree that illustrates it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import average
from scipy.spatial.distance import squareform

from workbench.digest import seed_from
from workbench.errors import CaseError
from workbench.explore.answers import key_of, some_answers
from workbench.records import Comparison, Join, Lineage
from workbench.store import CaseStore
from workbench.store.derived import view
from workbench.store.embeddings import Placed

WAY = "lineage 1"
DRAWS = 500
FEWEST_PROBES = 2
FEWEST_MODELS = 3

Floats = NDArray[np.float64]
Leaves = frozenset[int]


def lineage_of(store: CaseStore, comparison: Comparison) -> Lineage:
    """Measure every two models of a case; computed once and kept in the case folder.

    Args:
        store: The case.
        comparison: One of its comparisons; names the encoder.

    Raises:
        CaseError: If fewer than three models have answers to compare.
    """
    return view(
        store.folder,
        "lineage.json",
        key_of(comparison, WAY),
        Lineage,
        lambda: measured(some_answers(store, comparison)),
    )


def measured(found: Placed) -> Lineage:
    """Distances and tree of some embedded answers.

    At one probe the distance of two models is within + within − 2 · between, each a mean cosine of
    answers: the squared maximum mean discrepancy of a linear kernel, 0 in expectation where both
    answer alike. A model with one answer to a probe is taken to repeat it. Distances are means over
    the probes that both answered. The tree joins the nearest two groups by their mean distance, and
    the support of a join is the share of `DRAWS` sets of probes, drawn with replacement, whose tree
    holds the same group.

    Raises:
        CaseError: If fewer than three models have answers to compare.

    Source: Gretton et al. (2012), JMLR 13, eq. 3 (distance); Sokal & Michener (1958), University of
        Kansas Science Bulletin 38 (average linkage); Felsenstein (1985), Evolution 39(4) (support).
    """
    runs = tuple(dict.fromkeys(sorted(found.runs)))
    values, known = _by_probe(found, runs)
    kept = _comparable(known)
    if len(kept) < FEWEST_MODELS:
        raise CaseError(
            f"Only {len(kept)} models have answers to the same probes.",
            fix="A tree takes three: add controls, or ask the models that are missing.",
        )
    values, known = values[:, kept][:, :, kept], known[:, kept][:, :, kept]
    distances = _mean(np.ones((1, len(values))), values, known)[0]
    return Lineage(
        runs=tuple(runs[i] for i in kept),
        distances=tuple(tuple(round(float(v), 6) + 0.0 for v in row) for row in distances),
        probes=int(known.any((1, 2)).sum()),
        joins=_tree(distances, values, known),
        left_out=tuple(run for i, run in enumerate(runs) if i not in set(kept)),
    )


def _by_probe(found: Placed, runs: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
    """Distance of every two runs at each probe, shape (probes, runs, runs), and where there is one."""
    probes, at = np.unique(np.array(found.probes), return_inverse=True)
    who = np.array([runs.index(run) for run in found.runs])
    cell = at * len(runs) + who
    counts = np.bincount(cell, minlength=len(probes) * len(runs)).astype(np.float64)
    sums = np.zeros((len(counts), found.vectors.shape[1]))
    np.add.at(sums, cell, found.vectors)
    means = (sums / np.maximum(counts, 1)[:, None]).reshape(len(probes), len(runs), -1)
    counts = counts.reshape(len(probes), len(runs))
    between = means @ means.transpose(0, 2, 1)
    own = np.einsum("pii->pi", between)
    several = counts > 1
    within = np.where(several, (counts**2 * own - counts) / np.maximum(counts**2 - counts, 1), 1.0)
    values = within[:, :, None] + within[:, None, :] - 2 * between
    values[:, range(len(runs)), range(len(runs))] = 0.0
    there = counts > 0
    return values, there[:, :, None] & there[:, None, :]


def _comparable(known: NDArray[np.bool_]) -> list[int]:
    """Models that share enough probes with every other one; the worst is left out until all do."""
    kept = list(range(known.shape[1]))
    while kept:
        shared = known[:, kept][:, :, kept].sum(0)
        lacking = (shared < FEWEST_PROBES).sum(0)
        if not lacking.any():
            break
        kept.pop(int(lacking.argmax()))
    return kept


def _mean(weights: Floats, values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Weighted means over probes, at least 0; shape (draws, runs, runs).

    A draw that misses every probe that two models share takes their mean over all probes.
    """
    flat = (len(values), -1)
    held, there = np.where(known, values, 0.0).reshape(flat), known.reshape(flat).astype(np.float64)
    total, count = weights @ held, weights @ there
    whole = held.sum(0) / there.sum(0)
    means = np.where(count > 0, total / np.maximum(count, 1e-12), whole)
    found: Floats = np.maximum(means, 0.0).reshape(len(weights), *values.shape[1:])
    return found


def _tree(distances: Floats, values: Floats, known: NDArray[np.bool_]) -> tuple[Join, ...]:
    models, probes = len(distances), len(values)
    generator = np.random.default_rng(seed_from("lineage", models, probes))
    draws = generator.multinomial(probes, np.full(probes, 1 / probes), DRAWS).astype(np.float64)
    again = [set(_groups(_joined(drawn), models)) for drawn in _mean(draws, values, known)]
    links = _joined(distances)
    return tuple(
        Join(int(a), int(b), float(height), sum(group in drawn for drawn in again) / DRAWS)
        for (a, b, height, _), group in zip(links, _groups(links, models), strict=True)
    )


def _joined(distances: Floats) -> Floats:
    links: Floats = average(squareform(distances, checks=False))
    return links


def _groups(links: Floats, models: int) -> list[Leaves]:
    """Leaves below each join."""
    below: list[Leaves] = [frozenset([leaf]) for leaf in range(models)]
    for first, second, *_ in links:
        below.append(below[int(first)] | below[int(second)])
    return below[models:]
