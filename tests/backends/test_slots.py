"""Seats in a batch: what a row sees is its own, whoever comes and goes beside it."""

from dataclasses import dataclass, field

import torch
from transformers import DynamicCache

from workbench.backends.slots import Slots

CPU = torch.device("cpu")


@dataclass
class Row:
    name: int
    answer: list[int] = field(default_factory=lambda: [7])


def seated(name, length):
    """A row whose keys are its name and whose values count its columns."""
    cache = DynamicCache()
    keys = torch.full((1, 1, length, 1), float(name))
    values = torch.arange(1.0, length + 1).view(1, 1, length, 1)
    cache.update(keys, values, 0)
    return [Row(name)], torch.ones(1, length, dtype=torch.long), cache


def seen(slots):
    """Name → the columns that a row sees, as (key, value)."""
    (layer,) = slots.cache.layers
    return {
        row.name: [
            (layer.keys[i, 0, at, 0].item(), layer.values[i, 0, at, 0].item())
            for at in range(slots._mask.shape[1])
            if slots._mask[i, at]
        ]
        for i, row in enumerate(slots.rows)
    }


def columns(name, length):
    return [(float(name), float(at)) for at in range(1, length + 1)]


def filled(*lengths):
    slots = Slots(CPU)
    for name, length in enumerate(lengths, 1):
        slots.join(*seated(name, length))
    return slots


def test_a_row_sees_its_own_columns_whether_it_came_before_or_after_a_longer_one():
    assert seen(filled(3, 5, 2)) == {1: columns(1, 3), 2: columns(2, 5), 3: columns(3, 2)}


def test_every_row_ends_at_the_last_column():
    slots = filled(3, 5, 2)
    assert slots._mask[:, -1].tolist() == [1, 1, 1]
    assert slots.lengthened().sum(1).tolist() == [4, 6, 3]


def test_columns_that_nobody_needs_any_more_are_cut_off():
    slots = filled(3, 5, 2)
    slots.keep([0, 2])
    assert seen(slots) == {1: columns(1, 3), 3: columns(3, 2)}
    assert slots.cache.layers[0].keys.shape[2] == slots._mask.shape[1] == 3


def test_when_everybody_has_left_the_next_to_come_starts_afresh():
    slots = filled(3, 5)
    slots.keep([])
    slots.join(*seated(9, 2))
    assert seen(slots) == {9: columns(9, 2)}
    assert slots._mask.shape[1] == 2
