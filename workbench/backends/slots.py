"""The rows of a batch that is written: who sits where, and what was read so far.

Every row ends at the last column. What lies before its first token, and between parts of its prompt
that were read apart, is masked; columns that no row needs any more are cut off.
"""

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache


class Written(Protocol):
    """Whoever sits in a slot has tokens."""

    answer: list[int]


R = TypeVar("R", bound=Written)


class Slots(Generic[R]):
    """Rows with their keys, values and mask; empty at first."""

    def __init__(self, place: torch.device) -> None:
        """Take the device that keys and values are on."""
        self.rows: list[R] = []
        self.cache = DynamicCache()
        self._mask = torch.ones(0, 0, dtype=torch.long, device=place)

    def last_tokens(self) -> Tensor:
        """The newest token of every row, shape (rows, 1)."""
        return torch.tensor([row.answer[-1:] for row in self.rows])

    def lengthened(self) -> Tensor:
        """The mask, (rows, columns), once every row is one token longer."""
        self._mask = pad(self._mask, (0, 1), value=1)
        return self._mask

    def join(self, rows: Sequence[R], mask: Tensor, cache: DynamicCache) -> None:
        """Seat more rows.

        Args:
            rows: The rows, in order.
            mask: Which columns are theirs, shape (rows, columns).
            cache: Their keys and values, one column per column of the mask.
        """
        if not self.rows:
            self.rows, self._mask, self.cache = list(rows), mask, cache
            return
        width = max(self._mask.shape[1], mask.shape[1])
        self.rows = [*self.rows, *rows]
        self._mask = torch.cat([_widened(self._mask, width, 1), _widened(mask, width, 1)])
        for mine, theirs in zip(_layers(self.cache), _layers(cache), strict=True):
            for name in ("keys", "values"):
                pair = [_widened(getattr(layer, name), width, 2) for layer in (mine, theirs)]
                setattr(mine, name, torch.cat(pair))

    def keep(self, going: Sequence[int]) -> None:
        """Let all rows but some leave, and cut off the columns that nobody needs."""
        if len(going) == len(self.rows):
            return
        self.rows = [self.rows[i] for i in going]
        if not self.rows:
            self.cache = DynamicCache()
            return
        at = torch.tensor(going, device=self._mask.device)
        mask = self._mask[at]
        first = int(mask.any(0).int().argmax())
        self._mask = mask[:, first:]
        for layer in _layers(self.cache):
            layer.keys = layer.keys[at, :, first:]
            layer.values = layer.values[at, :, first:]


def _layers(cache: DynamicCache) -> list[Any]:
    return list(cache.layers)


def _widened(tensor: Tensor, width: int, dim: int) -> Tensor:
    """Put columns of zeros before the first one."""
    missing = width - tensor.shape[dim]
    return pad(tensor, (0, 0) * (tensor.dim() - 1 - dim) + (missing, 0))
