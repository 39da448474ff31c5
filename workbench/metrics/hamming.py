"""Two-sample test on strings: do two models answer the same prompts from the same distribution?

Unlike a metric of likeness it has an exact null, and every fine-tune fails it: it speaks to the
identity of two endpoints, never to derivation.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.permuted import TIE, permutation_p

BLOCK_BYTES = 1 << 26
"""Memory for one block of permutations."""
PAD = -1
LETTERS = 1000
"""Characters of an answer that are compared."""


def characters(texts: Sequence[str], length: int) -> Tensor:
    """Code points of the beginnings of texts, padded with −1.

    Returns:
        Shape (texts, length), int32.
    """
    table = np.full((len(texts), length), PAD, dtype=np.int32)
    for row, text in zip(table, texts, strict=True):
        begun = text[:length].encode("utf-32-le", "surrogatepass")
        row[: len(begun) // 4] = np.frombuffer(begun, dtype="<i4")
    return torch.from_numpy(table)


def hamming_gram(rows: Tensor, prompts: Tensor) -> Tensor:
    """Share of places at which two texts agree, 0 where they answer different prompts.

    Args:
        rows: Padded code points, shape (n, length), an integer dtype, on any device.
        prompts: Number of the prompt each text answers, shape (n,), same device.

    Returns:
        Shape (n, n), float64, same device; 1 on the diagonal. Padding agrees with padding, so two
        texts that end early are alike from there on.

    Source: Gao, Liang & Guestrin (2025), ICLR, arXiv:2410.20247, section 3, whose normalised kernel
        this is: every text agrees with itself at every place.
    """
    gram = torch.zeros(len(rows), len(rows), dtype=torch.float64, device=rows.device)
    for prompt in torch.unique(prompts):
        here = torch.nonzero(prompts == prompt)[:, 0]
        gram[here[:, None], here] = _agreement(rows[here])
    return gram


def _agreement(rows: Tensor) -> Tensor:
    # Code points are whole numbers below 2²⁴, so float32 holds them and their counts exactly.
    plain = rows.float()
    return 1 - torch.cdist(plain, plain, p=0).double() / rows.shape[1]


def hamming_mmd(gram: Tensor, reference: int, prompts: Tensor) -> float:
    """Squared MMD of the first so many texts against the rest, over texts of the same prompt.

    Args:
        gram: Kernel of all texts, shape (n + m, n + m), float64.
        reference: n, how many belong to the reference; they come first.
        prompts: Number of the prompt each text answers, shape (n + m,), same device.

    Returns:
        A distance: 0 in expectation if both models answer alike, slightly negative by chance, at
        most 2. Unbiased where every prompt was asked equally often.

    Raises:
        NotEnoughEvidenceError: If no prompt has two texts of one side, or none has texts of both.

    Source: Gretton et al. (2012), JMLR 13, eq. 3; means over pairs of the same prompt as in the
        package of Gao et al., whose value this is.
    """
    pairs = _pairs(prompts, reference)
    z = _first(gram, reference)
    return float(_statistics(gram.clone().fill_diagonal_(0.0), z, pairs)[0])


def hamming_distance(reference: Sequence[str], suspect: Sequence[str]) -> float:
    """Squared MMD between two models' answers to one probe, letter by letter.

    Args:
        reference: Answers of one model.
        suspect: Answers of the other.

    Returns:
        A distance as of `hamming_mmd`, over the first `LETTERS` characters.

    Raises:
        NotEnoughEvidenceError: If either model gave fewer than 2 answers.

    Source: As `hamming_mmd`.
    """
    rows = characters([*reference, *suspect], LETTERS)
    prompts = torch.zeros(len(rows), dtype=torch.int64)
    return hamming_mmd(hamming_gram(rows, prompts), len(reference), prompts)


def answers_p_value(
    pairs: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    rounds: int,
    generator: torch.Generator,
) -> float:
    """p-value of "both models answer every probe alike", labels permuted within each probe.

    Unlike `hamming_p_value`, which weighs pairs of texts alike, every probe weighs the same, as in the
    score; one small matrix is held at a time. A small p-value never speaks for or against derivation.

    Args:
        pairs: Per probe, answers of the reference and of the suspect, at least 2 each.
        rounds: Permutations.
        generator: Source of the permutations, on the CPU.

    Returns:
        (1 + permutations whose mean statistic reaches the observed one) / (1 + rounds), never 0.

    Raises:
        NotEnoughEvidenceError: If there is no pair, or one has fewer than 2 answers a side.
    """
    fewest = min((min(len(one), len(other)) for one, other in pairs), default=0)
    if fewest < 2:
        raise NotEnoughEvidenceError("hamming-mmd", got=fewest, need=2)
    kernels = (
        (_agreement(characters([*one, *other], LETTERS)).fill_diagonal_(0.0), len(one))
        for one, other in pairs
    )
    return permutation_p(kernels, rounds=rounds, generator=generator)


def hamming_p_value(
    gram: Tensor, reference: int, prompts: Tensor, *, rounds: int, generator: torch.Generator
) -> float:
    """p-value of "both models answer every prompt alike", labels permuted within each prompt.

    Args:
        gram: Kernel of all texts, shape (n + m, n + m), float64; computed once.
        reference: n, how many texts come from the reference; they come first.
        prompts: Number of the prompt each text answers, shape (n + m,), same device.
        rounds: Permutations, up to a million and more: they go through in blocks.
        generator: Source of the permutations, on the device of `gram`.

    Returns:
        (1 + permutations whose statistic reaches the observed one) / (1 + rounds), never 0.

    Raises:
        NotEnoughEvidenceError: As `hamming_mmd`.

    Source: Permutations within strata, Good (2005), "Permutation, parametric, and bootstrap tests",
        chapter 3; never 0, Phipson & Smyth (2010). The package of Gao et al. permutes over all
        prompts, which also tests whether both were asked every prompt equally often.
    """
    pairs = _pairs(prompts, reference)
    hollow = gram.clone().fill_diagonal_(0.0)
    observed = _first(gram, reference)
    limit = float(_statistics(hollow, observed, pairs)[0]) - TIE
    strata = prompts.double() * 2  # noise below 1 cannot carry a text to another prompt
    slots = torch.argsort(strata, stable=True)
    block = max(1, BLOCK_BYTES // (32 * len(gram)))
    reached = 0
    for start in range(0, rounds, block):
        shape = (min(block, rounds - start), len(gram))
        noise = torch.rand(shape, generator=generator, dtype=torch.float64, device=gram.device)
        labels = torch.zeros_like(noise)
        labels.scatter_(1, (strata + noise).argsort(1), observed[:, slots].expand(shape))
        reached += int((_statistics(hollow, labels, pairs) >= limit).sum())
    return (1 + reached) / (1 + rounds)


def _first(gram: Tensor, reference: int) -> Tensor:
    z = torch.zeros(1, len(gram), dtype=torch.float64, device=gram.device)
    z[0, :reference] = 1.0
    return z


def _pairs(prompts: Tensor, reference: int) -> tuple[float, float, float]:
    """Pairs of texts of one prompt: within the first side, within the second, between them.

    Permuting within prompts leaves all three as they are.
    """
    _, place = torch.unique(prompts, return_inverse=True)
    size = int(place.max()) + 1 if len(place) else 0
    n = torch.bincount(place[:reference], minlength=size).double()
    m = torch.bincount(place[reference:], minlength=size).double()
    pairs = (n @ (n - 1), m @ (m - 1), n @ m)
    if size == 0 or min(float(count) for count in pairs) == 0:
        raise NotEnoughEvidenceError("hamming-mmd", got=1, need=2)
    return float(pairs[0]), float(pairs[1]), float(pairs[2])


def _statistics(hollow: Tensor, first: Tensor, pairs: tuple[float, float, float]) -> Tensor:
    """The statistic of each row of indicators, shape (rounds,), from one matrix product.

    With K z known for the first group, the sums over the second follow from the row sums of K.
    """
    rows = hollow.sum(1)
    within = ((first @ hollow) * first).sum(1)
    between = first @ rows - within
    rest = rows.sum() - within - 2 * between
    return within / pairs[0] + rest / pairs[1] - 2 * between / pairs[2]
