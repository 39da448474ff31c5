"""Sampling that depends on the seed of the observation and on nothing else.

A token is drawn by the exponential race: the winner is the token with the largest
`logit / temperature - log(E)`, E an independent standard exponential per token, which is exact
sampling from the softmax (Gumbel-max; Maddison et al. 2014, arXiv:1411.0030, in another spelling).
Each observation has its own generator, so its noise does not depend on its neighbours.

Logits of one row still differ by rounding when the batch is composed differently. Where the two best
scores are closer than `NEAR_TIE`, which is far above that rounding in float32, the row is computed
once more by itself and the winner is read there: then every batch size gives the same token.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

NEAR_TIE = 2e-3
"""In units of the score; rounding moves float32 scores by about 1e-5."""


def exponential_noise(dice: Sequence[np.random.Generator], size: int) -> Tensor:
    """Draw the race's noise for one step.

    Args:
        dice: One per row.
        size: Tokens in the vocabulary.

    Returns:
        Standard exponentials, shape (rows, size), float32, each row from its own dice. They are
        drawn in float64, by the ziggurat: in float32 the smallest ones would be multiples of 1e-7,
        some of them 0, and unlikely tokens would win too often.
    """
    noise = torch.empty(len(dice), size)
    drawn = np.empty(size)
    for row, own in zip(noise, dice, strict=True):
        own.standard_exponential(out=drawn)
        row.copy_(torch.from_numpy(drawn))
    return noise


def race(logits: Tensor, noise: Tensor, temperatures: Tensor) -> tuple[Tensor, Tensor]:
    """Pick the next token of every row.

    Args:
        logits: Shape (rows, vocab), float32, on the CPU; left as they are.
        noise: Standard exponentials, same shape; overwritten.
        temperatures: Shape (rows,); 0 takes the best logit.

    Returns:
        The tokens' ids, shape (rows,), and by how much each beats the next best, 0 or more; NaN
        where the best logit of a row is not finite.
    """
    greedy = (temperatures == 0)[:, None]
    heat = torch.where(greedy, 1.0, temperatures[:, None])
    scores = torch.addcdiv(noise.log_().neg_().masked_fill_(greedy, 0.0), logits, heat)
    best = torch.topk(scores, 2, dim=1)
    first, second = best.values.unbind(1)
    return best.indices[:, 0], torch.where(first.isfinite(), first - second, torch.nan)
