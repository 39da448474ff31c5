"""Sampling that depends on the seed of the observation and on nothing else.

A token is drawn by the exponential race: the winner is the token with the largest
`logit / temperature - log(E)`, E an independent standard exponential per token, which is exact
sampling from the softmax (Gumbel-max; Maddison et al. 2014, arXiv:1411.0030, in another spelling).
Each observation has its own generator, so its noise does not depend on its neighbours.

Logits of one row still differ by rounding when the batch is composed differently. Where the two best
scores are closer than `NEAR_TIE`, which is far above that rounding in float32, the row is computed
once more by itself and the winner is read there: then every batch size gives the same token.
"""

import torch
from torch import Tensor

NEAR_TIE = 2e-3
"""In units of the score; rounding moves float32 scores by about 1e-5."""


def exponential_noise(generator: torch.Generator, size: int) -> Tensor:
    """Draw the race's noise for one step: standard exponentials, shape (size,), float32, CPU."""
    return torch.empty(size).exponential_(generator=generator)


def race(logits: Tensor, noise: Tensor, temperature: float) -> tuple[int, float]:
    """Pick the next token of one row.

    Args:
        logits: Shape (vocab,), float32, on the CPU.
        noise: Standard exponentials, shape (vocab,); unused at temperature 0.
        temperature: 0 takes the best logit.

    Returns:
        The token's id, and by how much its score beats the next best (0 or more).
    """
    scores = logits if temperature == 0 else logits / temperature - noise.log()
    best = torch.topk(scores, 2)
    return int(best.indices[0]), float(best.values[0] - best.values[1])
