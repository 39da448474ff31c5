"""What counts as rows of log-probabilities, and the words for what does not."""

import math

import torch
from torch import Tensor

from workbench.errors import DistributionError

TOLERANCE = {torch.float16: 1e-2, torch.bfloat16: 5e-2, torch.float32: 1e-3, torch.float64: 1e-5}
"""By how much a row's probabilities may miss a sum of 1: the rounding of log-probabilities down to
−16 in that type, twice over, and for the wide types what a careless softmax loses."""


def check_shapes(reference: Tensor, suspect: Tensor, dtype: torch.dtype) -> None:
    """Refuse two tensors that are not log-probabilities of the same positions and vocabulary.

    Args:
        reference: Should be (positions, vocab), in one of the four types of `TOLERANCE`.
        suspect: Should be alike in shape and device.
        dtype: The arithmetic asked for, which should be float32 or float64.

    Raises:
        DistributionError: If anything is not as it should be.
    """
    if dtype not in {torch.float32, torch.float64}:
        raise DistributionError(
            f"Divergences cannot be computed in {_name(dtype)}.",
            fix="Take torch.float64, or torch.float32 for scanning much.",
        )
    for side, tensor in (("reference", reference), ("suspect", suspect)):
        if tensor.dtype not in TOLERANCE:
            raise DistributionError(
                f"The log-probabilities of the {side} are of type {_name(tensor.dtype)}.",
                fix="Take float16, bfloat16, float32 or float64.",
            )
        if tensor.ndim != 2 or tensor.shape[1] == 0:
            raise DistributionError(
                f"The log-probabilities of the {side} have shape {tuple(tensor.shape)}.",
                fix="Give one row for each position: (positions, vocabulary).",
            )
    if reference.shape != suspect.shape:
        raise DistributionError(
            f"The shapes {tuple(reference.shape)} and {tuple(suspect.shape)} of the log-probabilities "
            "differ.",
            fix="Compare the same positions of models that share a vocabulary.",
        )
    if reference.device != suspect.device:
        raise DistributionError(
            f"The log-probabilities are on {reference.device} and {suspect.device}.",
            fix="Bring both to one device.",
        )


def check_masses(start: int, *sides: tuple[Tensor, torch.dtype]) -> None:
    """Refuse the first malformed row of a batch.

    Args:
        start: The position of the first row, for the message.
        sides: Of the reference and of the suspect, the sum of the probabilities of each row, shape
            (rows,), float64, and the type that the log-probabilities came in.

    Raises:
        DistributionError: If a sum is NaN, infinite, 0 or misses 1 by more than `TOLERANCE`.
    """
    wrong = torch.stack([~((mass - 1).abs() <= TOLERANCE[dtype]) for mass, dtype in sides])
    if not wrong.any():
        return
    row = int(wrong.any(0).nonzero()[0])
    side = int(wrong[:, row].nonzero()[0])
    mass, dtype = sides[side]
    raise DistributionError(
        f"Position {start + row} of the {('reference', 'suspect')[side]} {_fault(float(mass[row]))}.",
        fix=f"Give natural log-probabilities, the log-softmax of the logits; in {_name(dtype)} their "
        f"probabilities may miss a sum of 1 by {TOLERANCE[dtype]:g}.",
    )


def _fault(mass: float) -> str:
    if math.isnan(mass):
        return "holds NaN"
    if math.isinf(mass):
        return "holds +inf, or numbers too large for a log-probability"
    if mass == 0:
        return "gives no token any probability"
    return f"has probabilities that sum to {mass:.6g}"


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
