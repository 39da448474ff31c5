"""Reads given texts side by side: how likely each token is, and what else could have come there.

The tokens that all texts begin with are read once and their keys and values shared out. The rest is
padded on the right, where causal attention never looks. Texts of similar length go together. The
output layer sees only positions that are wanted, a bounded number of them at a time.

How the texts are grouped hangs on the texts alone, and so do the last bits of what is read.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from workbench.device import Device

PASS = 32
"""A pass reads all weights, which takes about as long as computing so many tokens: it is worth making
where it spares more."""
ROWS = 32
"""Most texts side by side."""
LOGITS_BYTES = 1 << 27
"""Most logits (float32) that are held at a time."""


@dataclass(slots=True)
class Text:
    """A text as tokens, and what is wanted of it."""

    ids: Sequence[int]
    first: int
    """The chances of the tokens after this position and all later ones are wanted."""
    keep: Sequence[int] = ()
    """Positions at which the whole next-token distribution is wanted, in increasing order."""
    chances: Tensor = field(init=False)
    """Natural log-probability of token `first` + 1 and of each after it, float32, on the CPU."""
    kept: list[Tensor] = field(default_factory=list)
    """One row of natural log-probabilities per position of `keep`, (vocab,), float16, on the CPU."""
    finite: bool = True

    def __post_init__(self) -> None:
        """Make room."""
        self.chances = torch.zeros(max(len(self.ids) - 1 - self.first, 0))

    @property
    def wanted(self) -> set[int]:
        """Positions at which the model's output is looked at."""
        return {*range(self.first, len(self.ids) - 1), *self.keep}

    def anew(self) -> "Text":
        """The same text, not read yet."""
        return Text(self.ids, self.first, self.keep)

    def take(self, columns: Sequence[int], logits: Tensor, totals: Tensor) -> None:
        """Take what is wanted from the output at some positions.

        Args:
            columns: The positions, increasing; those beyond the text come last.
            logits: Shape (columns, vocab), float32.
            totals: Log of the sum of exponentials of each row, shape (columns,).
        """
        at = [i for i, column in enumerate(columns) if self.first <= column < len(self.ids) - 1]
        if at:
            after = [[self.ids[columns[i] + 1]] for i in at]
            found = logits[at].gather(1, torch.tensor(after, device=logits.device))[:, 0]
            start = columns[at[0]] - self.first
            self.chances[start : start + len(at)] = (found - totals[at]).cpu()
            self.finite &= bool(totals[at].isfinite().all() and found.isfinite().all())
        for i, column in enumerate(columns):
            if column in self.keep:
                self.finite &= bool(logits[i].isfinite().all())
                self.kept.append((logits[i] - totals[i]).half().cpu())


class Reader:
    """Lets one model read texts."""

    def __init__(self, model: Any, device: Device, *, logits_bytes: int = LOGITS_BYTES) -> None:  # noqa: ANN401
        """Take the model, its device and the most logits to hold at a time."""
        self._model, self._device = model, device
        self._logits = logits_bytes // 4
        self._vocab = int(model.config.get_text_config().vocab_size)

    def read(self, texts: Sequence[Text]) -> None:
        """Read texts that were not read yet, in place."""
        head, shared = DynamicCache(), shared_tokens([text.ids for text in texts])
        if shared:
            self._read_columns([list(texts)], 0, shared, head)
        for batch in batches(texts):
            cache = copy.deepcopy(head)
            if shared:
                cache.batch_repeat_interleave(len(batch))
            stop = 1 + max(max(text.wanted, default=-1) for text in batch)
            self._read_columns([[text] for text in batch], shared, stop, cache)

    def _read_columns(
        self, groups: Sequence[Sequence[Text]], start: int, stop: int, cache: DynamicCache
    ) -> None:
        """Read some columns; each group of texts is one row, because they agree there."""
        rows = [list(group[0].ids[start:stop]) for group in groups]
        padded = torch.tensor([row + [0] * (stop - start - len(row)) for row in rows])
        wanted = sorted(set().union(*(text.wanted for group in groups for text in group)))
        wanted = [column for column in wanted if start <= column < stop]
        for columns, begin, end in self._spans(wanted, start, stop, len(groups)):
            part = padded[:, begin - start : end - start]
            logits = self._forward(part, [column - begin for column in columns], cache)
            for group, row in zip(groups, logits, strict=True):
                _share_out(group, columns, row)

    def _spans(
        self, wanted: Sequence[int], start: int, stop: int, rows: int
    ) -> Iterator[tuple[Sequence[int], int, int]]:
        """Cut columns where as many logits are wanted as are held at a time."""
        size = max(1, self._logits // (rows * self._vocab))
        for at in range(0, max(len(wanted), 1), size):
            columns = wanted[at : at + size]
            end = stop if at + size >= len(wanted) else columns[-1] + 1
            if start < end:
                yield columns, start, end
            start = end

    def _forward(self, ids: Tensor, keep: Sequence[int], cache: DynamicCache) -> Tensor:
        """Logits at some columns of every row: shape (rows, keep, vocab)."""
        place = self._device.torch_device
        output = self._model(
            input_ids=ids.to(place),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=torch.tensor(keep, device=place) if keep else 1,
        )
        logits: Tensor = output.logits
        return logits if keep else logits[:, :0]


def _share_out(group: Sequence[Text], columns: Sequence[int], logits: Tensor) -> None:
    inside = sum(column < max(len(text.ids) for text in group) for column in columns)
    if inside == 0:
        return
    exact = logits[:inside].float()
    totals = exact.logsumexp(1)
    for text in group:
        text.take(columns[:inside], exact, totals)


def shared_tokens(texts: Sequence[Sequence[int]]) -> int:
    """How many tokens all texts begin with, where it pays to read them once; else 0.

    Every text keeps a token of its own behind them.
    """
    if len(texts) < 2:
        return 0
    low, high = (
        min(map(list, texts)),
        max(map(list, texts)),
    )  # whatever these two share, all between them share
    most = min(len(text) for text in texts) - 1
    same = next((i for i in range(most) if low[i] != high[i]), most)
    return same if same * (len(texts) - 1) >= PASS else 0


def batches(texts: Sequence[Text]) -> list[list[Text]]:
    """Cut texts, shortest first, so that passes and padding together cost least.

    A pass over some rows costs `PASS` tokens and the rows' number times the longest one's tokens.
    """
    ranked = sorted(texts, key=lambda text: (len(text.ids), text.ids))
    best: list[tuple[int, int]] = [
        (0, 0)
    ]  # cost of the first so many texts, start of their last cut
    for stop in range(1, len(ranked) + 1):
        longest = len(ranked[stop - 1].ids)
        starts = range(max(0, stop - ROWS), stop)
        best.append(min((best[at][0] + PASS + (stop - at) * longest, at) for at in starts))
    cuts = [len(ranked)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    return [ranked[start:stop] for stop, start in pairwise(cuts)][::-1]
