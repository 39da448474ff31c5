"""Uncertainty from the choice of probes."""

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError

ROUNDS = 2000


def mean_with_interval(
    values: Tensor, *, seed: int, rounds: int = ROUNDS
) -> tuple[float, float, float]:
    """Mean over probes with a 95 % bootstrap interval.

    It covers the choice of probes only: not the choice of controls, and not the models' own chance.

    Args:
        values: One value per probe, shape (n,), floating point.
        seed: Makes the interval repeatable.
        rounds: Bootstrap rounds.

    Returns:
        Mean, lower and upper limit, in the values' own unit.

    Raises:
        NotEnoughEvidenceError: If there are fewer than 2 probes.

    Source: Percentile bootstrap, Efron & Tibshirani (1993), "An introduction to the bootstrap",
        chapter 13.
    """
    n = len(values)
    if n < 2:
        raise NotEnoughEvidenceError("an interval over probes", got=n, need=2)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(n, (rounds, n), generator=generator)
    means = values.double().cpu()[drawn].mean(1)
    limits = torch.quantile(means, torch.tensor([0.025, 0.975], dtype=torch.float64))
    return float(values.double().mean()), float(limits[0]), float(limits[1])
