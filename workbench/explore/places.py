"""Answers and models in a plane: principal components of what sets answers to one probe apart."""

import numpy as np
from numpy.typing import NDArray

from workbench.explore.answers import key_of, some_answers
from workbench.records import AnswerMap, Comparison, MapPoint
from workbench.store import CaseStore
from workbench.store.derived import view
from workbench.store.embeddings import Placed

POINTS = 3000
WAY = "map 1"

Floats = NDArray[np.float64]


def map_of(store: CaseStore, comparison: Comparison) -> AnswerMap:
    """Place answers and models in a plane; computed once and kept in the case folder.

    From each embedding the mean over models of the answers to its probe is taken away, so that the
    directions show how models differ and not what was asked.

    Args:
        store: The case.
        comparison: One of its comparisons; names the encoder.

    Returns:
        Coordinates in embedding units along the first two principal components.

    Raises:
        CaseError: If no answer has an embedding.

    Source: Pearson (1901), Philosophical Magazine 2(11); each model weighs alike at each probe.
    """
    return view(
        store.folder,
        "map.json",
        key_of(comparison, WAY),
        AnswerMap,
        lambda: placed_in_plane(some_answers(store, comparison)),
    )


def placed_in_plane(found: Placed) -> AnswerMap:
    """Find the plane of some embedded answers, and their places in it."""
    apart, weights = _apart(found)
    spread = (apart * weights[:, None]).T @ apart
    strengths, axes = np.linalg.eigh(spread)
    plane = axes[:, [-1, -2]]
    # The sign of an axis is free: its largest part is made positive, so that maps can be compared.
    plane *= np.sign(plane[np.abs(plane).argmax(0), [0, 1]])
    total = float(strengths.sum())
    shares = strengths[[-1, -2]] / total if total > 0 else np.zeros(2)
    places = apart @ plane
    return AnswerMap(
        shares=(float(shares[0]), float(shares[1])),
        answers=tuple(_points(found, places)),
        models=tuple(_means(found, places, weights)),
        measured=len(found.runs),
    )


def _apart(found: Placed) -> tuple[Floats, Floats]:
    """Each answer less its probe's mean over models, and weights that add up to 1 at each probe."""
    probes = np.unique(np.array(found.probes), return_inverse=True)[1]
    cells = np.unique([f"{p} {run}" for p, run in zip(probes, found.runs, strict=True)],
                      return_inverse=True, return_counts=True)  # fmt: skip
    share = 1 / cells[2][cells[1]]  # of a model's answers to one probe each counts alike
    weights = share / np.bincount(probes, share)[probes]
    vectors = found.vectors.astype(np.float64)
    means = np.zeros((probes.max() + 1, vectors.shape[1]))
    np.add.at(means, probes, vectors * weights[:, None])
    return vectors - means[probes], weights


def _points(found: Placed, places: Floats) -> list[MapPoint]:
    """At most `POINTS` answers: first repeats first, spread over the probes."""
    order = np.lexsort((np.arange(len(places)), np.array(found.repeats)))[:POINTS]
    return [
        MapPoint(found.runs[i], found.probes[i], found.repeats[i], *_rounded(places[i]))
        for i in sorted(order)
    ]


def _means(found: Placed, places: Floats, weights: Floats) -> list[MapPoint]:
    runs = np.array(found.runs)
    return [
        MapPoint(
            str(run), "", 0, *_rounded(np.average(places[here], axis=0, weights=weights[here]))
        )
        for run in np.unique(runs)
        if (here := runs == run).any()
    ]


def _rounded(place: Floats) -> tuple[float, float]:
    return round(float(place[0]), 5) + 0.0, round(float(place[1]), 5) + 0.0
