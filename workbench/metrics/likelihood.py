"""How likely models find given texts: passages, and each other's answers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.divergences import Bounded
from workbench.metrics.next_bytes import bits_per_byte


@dataclass(frozen=True, slots=True)
class Read:
    """One text as one model finds it likely."""

    token_logprobs: Tensor
    """Natural log-probability of each token given all before it, shape (tokens,)."""
    token_ends: Tensor
    """Bytes of the text before the end of each token, shape (tokens,), not decreasing."""

    @property
    def bits(self) -> float:
        """Bits per byte over all of the text that was read; lower is likelier.

        Raises:
            NotEnoughEvidenceError: If there is no token, no byte, or a token that cannot come.
        """
        return bits_per_byte(self.token_logprobs, int(self.token_ends[-1]))


def passage_distance(first: Read, second: Read) -> Bounded:
    """How far two models' surprise at one passage lies apart.

    Args:
        first: The passage read by one model.
        second: The same read by the other; its tokenizer may be another.

    Returns:
        |difference| in bits per byte over the stretch between the first and the last place at which
        both tokenizers end a token, 0 or more; a distance. Symmetric.

    Raises:
        NotEnoughEvidenceError: If they share fewer than two such places.

    Source: Bits per byte as a measure that needs no common tokenizer: Gao et al. (2020), "The Pile",
        arXiv:2101.00027.
    """
    (value,) = passage_distances((first, second), [(0, 1)])
    if value is None:
        raise NotEnoughEvidenceError("passage-likelihood", got=1, need=2)
    return value


def passage_distances(
    sides: Sequence[Read], pairs: Sequence[tuple[int, int]]
) -> list[Bounded | None]:
    """`passage_distance` of many pairs at one passage.

    Args:
        sides: The passage as models read it.
        pairs: Which of them to compare.

    Returns:
        As `passage_distance`, in the order of the pairs; None where it cannot be computed.
    """
    ends = [tuple(read.token_ends.tolist()) for read in sides]
    spans: dict[tuple[tuple[int, ...], tuple[int, ...]], _Span | None] = {}
    bits: dict[tuple[int, _Span], float | None] = {}
    found: list[Bounded | None] = []
    for i, j in pairs:
        cut = ends[i], ends[j]
        if cut not in spans:
            spans[cut] = _shared_span(*cut)
        span = spans[cut]
        if span is None:
            found.append(None)
            continue
        for side in (i, j):
            if (side, span) not in bits:
                bits[side, span] = _if_finite(sides[side], span)
        one, other = bits[i, span], bits[j, span]
        found.append(None if one is None or other is None else Bounded.exact(abs(one - other)))
    return found


_Span = tuple[int, int]
"""First and last place, in bytes, at which two tokenizers both end a token."""


def _shared_span(first: Sequence[int], second: Sequence[int]) -> _Span | None:
    shared = set(first) & set(second)
    return (min(shared), max(shared)) if len(shared) > 1 else None


def _if_finite(read: Read, span: _Span) -> float | None:
    try:
        return _between(read, *span)
    except NotEnoughEvidenceError:
        return None


def _between(read: Read, start: int, end: int) -> float:
    """Bits per byte of the tokens that end after `start` and not after `end`."""
    inside = (read.token_ends > start) & (read.token_ends <= end)
    return bits_per_byte(read.token_logprobs[inside], end - start)


def surprise(read: Sequence[Read]) -> Bounded:
    """How much a model is surprised by another's answers to one probe.

    Args:
        read: The answers, as the model that reads them finds them likely.

    Returns:
        Mean bits per byte over the answers, 0 or more; a distance, and no symmetric one. By itself it
        mostly says how predictable the answers are and how good the reader is: two-way centring takes
        away both, since it subtracts how the controls find the same answers and how the reader finds
        the controls'.

    Raises:
        NotEnoughEvidenceError: If there is no answer.

    Source: The likelihood of a teacher's outputs under a student, normalised by reference models
        ("DistillDetect", 2026, arXiv:2607.09692), with controls in place of earlier checkpoints.
    """
    if not read:
        raise NotEnoughEvidenceError("reading answers", got=0, need=1)
    return Bounded.exact(math.fsum(one.bits for one in read) / len(read))


def uniformity_p(
    samples: Sequence[tuple[float, Sequence[float]]],
    *,
    rounds: int,
    generator: torch.Generator,
) -> float:
    """p-value of "the suspect's answers are drawn as the reference draws its own".

    Each answer of the suspect takes a rank among the reference's own answers to the same probe, by how
    likely the reference finds it. If the suspect samples as the reference does, ranks are uniform. A
    small p-value says that the two answer differently, be it the weights, the temperature or the
    prompt format. A fine-tuned or distilled model differs from its source too, so this never speaks
    for or against derivation.

    Args:
        samples: Per probe, the suspect's value and the reference's own values, at least one each.
        rounds: Draws of the null distribution.
        generator: Source of chance, on the CPU.

    Returns:
        (1 + draws whose statistic reaches the observed one) / (rounds + 1), never 0. The statistic is
        Cramér–von Mises' distance of the ranks, ties and the place within a rank drawn at random,
        from the uniform distribution.

    Raises:
        NotEnoughEvidenceError: If there is no probe, or one has no value of the reference's own.

    Source: Zhu et al. (2025), "Auditing black-box LLM APIs with a rank-based uniformity test",
        arXiv:2506.06975; Phipson & Smyth (2010) for the 1.
    """
    fewest = min((len(own) for _, own in samples), default=0)
    if fewest < 1:
        raise NotEnoughEvidenceError("the rank-based uniformity test", got=fewest, need=1)
    draws = torch.rand(rounds + 1, len(samples), generator=generator, dtype=torch.float64)
    below = torch.tensor([sum(o < v for o in own) for v, own in samples], dtype=torch.float64)
    ties = torch.tensor([sum(o == v for o in own) for v, own in samples], dtype=torch.float64)
    count = torch.tensor([len(own) + 1 for _, own in samples], dtype=torch.float64)
    # A rank is spread evenly over its share of 0 to 1, ties over all of theirs.
    draws[0] = (below + draws[0] * (ties + 1)) / count
    distances = _cramer_von_mises(draws)
    return (1 + int((distances[1:] >= distances[0]).sum())) / (rounds + 1)


def _cramer_von_mises(values: Tensor) -> Tensor:
    """Distance of each row from the uniform distribution, (rounds,)."""
    n = values.shape[1]
    expected = (2 * torch.arange(1, n + 1, dtype=torch.float64) - 1) / (2 * n)
    return (values.sort(1).values - expected).square().sum(1) + 1 / (12 * n)
