import numpy as np
import pytest

from workbench.explore.places import placed_in_plane
from workbench.store.embeddings import Placed


def placed(rows):
    """(run, probe, repeat, vector) → embedded answers."""
    runs, probes, repeats, vectors = zip(*rows, strict=True)
    return Placed(runs, probes, repeats, np.array(vectors, dtype=np.float32))


def test_what_was_asked_moves_no_model():
    """Two models, always 0.2 apart along the first axis, at probes far apart along the third."""
    rows = [
        (run, f"p{n}", 0, (side, 0.0, 10.0 * n))
        for n in range(4)
        for run, side in (("a", 0.1), ("b", -0.1))
    ]
    found = placed_in_plane(placed(rows))
    assert found.shares[0] == pytest.approx(1.0)
    assert [(model.run_id, model.x) for model in found.models] == [("a", 0.1), ("b", -0.1)]
    assert {round(point.x, 5) for point in found.answers} == {0.1, -0.1}
    assert found.measured == 8


def test_many_answers_of_one_model_move_no_probe_more_than_one_answer_would():
    rows = [("a", "p", n, (1.0, 0.0)) for n in range(9)] + [("b", "p", 0, (0.0, 0.0))]
    found = placed_in_plane(placed(rows))
    assert [model.x for model in found.models] == [0.5, -0.5]


def test_answers_that_are_all_alike_lie_in_one_place():
    found = placed_in_plane(placed([("a", "p", 0, (1.0, 0.0)), ("b", "p", 0, (1.0, 0.0))]))
    assert found.shares == (0.0, 0.0)
    assert {(point.x, point.y) for point in found.answers} == {(0.0, 0.0)}
