"""One pass over two models' next-token distributions, and every number that compares them."""

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, starmap

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics import heads
from workbench.metrics.logprobs import check_masses, check_shapes
from workbench.metrics.terms import FUSED, SLOTS, Slots, Sums, can_fuse, fused_sums, sums

CHUNK_BYTES = {"cpu": 2 * 2**20, "cuda": 256 * 2**20}
"""Largest buffer. On a CPU a few rows, which stay in the cache from the first look to the second."""


@dataclass(frozen=True, slots=True)
class Divergences:
    """Two models compared position by position: tensors of shape (positions,), float64 but `top1`."""

    jensen_shannon: Tensor
    """Bits, 0 (equal) to 1 (disjoint). Symmetric."""
    total_variation: Tensor
    """Half the summed difference of probabilities, 0 (equal) to 1 (disjoint). Symmetric."""
    kl_forward: Tensor
    """KL(reference ‖ suspect) in bits, 0 or more; inf where the suspect rules out what the reference
    does not."""
    kl_backward: Tensor
    """KL(suspect ‖ reference) in bits, 0 or more; inf where the reference rules out what the suspect
    does not."""
    hellinger: Tensor
    """√(½ Σ (√p − √q)²), 0 (equal) to 1 (disjoint). Symmetric."""
    top1: Tensor
    """Whether both find the same token most probable, bool; of equal ones the lower id counts."""
    top_k_overlap: Tensor
    """Share of the 10 most probable tokens that both have (of all, if there are fewer), 0 to 1."""
    rank_biased_overlap: Tensor
    """Agreement of the 64 most probable tokens in order, top ranks first, 0 to 1."""
    spearman: Tensor
    """Rank correlation of the log-probabilities of the tokens in either model's 64 best, −1 to 1; equal
    values share their mean rank. 0 where one model finds all of them alike, 1 where both do."""


def divergences(
    reference: Tensor,
    suspect: Tensor,
    *,
    dtype: torch.dtype = torch.float64,
    chunk_bytes: int | None = None,
) -> Divergences:
    """Compare next-token distributions position by position, in one pass and bounded memory.

    Args:
        reference: Natural log-probabilities, shape (positions, vocab), float16, bfloat16, float32 or
            float64, on any device and with any strides. −inf is probability 0, and so is anything
            below −1e31.
        suspect: The same positions and vocabulary, same shape and device; the dtype may differ.
        dtype: float64 is the reference, and what evidence uses. float32 is for scanning much: it
            rounds float64 input first, and then differs from float64 by at most 1e-6 of the value plus
            2e-8 (1e-7 in `hellinger`, 2e-7 in `total_variation`); what is inf is inf in both.
        chunk_bytes: Largest buffer, in bytes; at least one row is taken. None: 2 MiB on a CPU, 256
            MiB on CUDA. On a CPU it changes no bit of any value, nor does the number of threads.

    Returns:
        One value of each kind for each position, on the device of the input. Each row is scaled to
        sum to 1 first, because float16 log-probabilities sum to 1 only within about 1e-3.

    Raises:
        DistributionError: If the shapes differ or are not (positions, vocab), a dtype is none of the
            four, or a row has NaN, +inf, no mass, or probabilities whose sum misses 1 by more than
            `logprobs.TOLERANCE` (0.01 for float16).
        NotEnoughEvidenceError: If there is no position.

    Source: Jensen–Shannon, Lin (1991), IEEE Trans. Inf. Theory 37(1), eq. 4.1 with equal weights.
        Kullback & Leibler (1951), Ann. Math. Stat. 22, eq. 2.4. Hellinger and total variation: Gibbs &
        Su (2002), Int. Stat. Review 70, with Hellinger's distance scaled to 1. Rank-biased overlap:
        Webber, Moffat & Zobel (2010), ACM Trans. Inf. Syst. 28(4), eq. 32 (extrapolated), p = 0.9, to
        depth 64. Spearman (1904), Am. J. Psychology 15, as Pearson's correlation of mean ranks.
    """
    check_shapes(reference, suspect, dtype)
    if len(reference) == 0:
        raise NotEnoughEvidenceError("comparing next-token distributions", got=0, need=1)
    default = CHUNK_BYTES.get(reference.device.type, CHUNK_BYTES["cuda"])
    limit = default if chunk_bytes is None else chunk_bytes

    def span(start: int, stop: int) -> list[Part]:
        with torch.no_grad():  # which holds for one thread
            room = _Room(reference[start:stop], suspect[start:stop], dtype, limit)
            return list(room.parts(start))

    threads = torch.get_num_threads() if reference.device.type == "cpu" else 1
    parts = span(0, len(reference)) if threads == 1 else _shared(span, len(reference), threads)
    return Divergences(*(torch.cat(values) for values in zip(*parts, strict=True)))


Part = tuple[Tensor, ...]
"""The fields of `Divergences` for some adjacent positions."""


def _shared(span: Callable[[int, int], list[Part]], positions: int, threads: int) -> list[Part]:
    """Give each thread a span of rows, and let each operation run in one thread.

    Threads that share every operation wait for one another some fifty times in each chunk. With other
    work on both cores the pass then took 12 s where spans took 1.5 s.
    """
    starts = range(0, positions, -(-positions // threads))
    stops = [*starts[1:], positions]
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(chain.from_iterable(pool.map(span, starts, stops)))
    finally:
        # A number set in one thread is also what threads to come begin with.
        torch.set_num_threads(threads)


class _Room:
    """The buffers of one thread, and the two levels of chunks: rows for `sums`, batches for `heads`."""

    def __init__(
        self, reference: Tensor, suspect: Tensor, dtype: torch.dtype, chunk_bytes: int
    ) -> None:
        self.sources = (reference, suspect)
        self.dtype = dtype
        positions, vocab = reference.shape
        batch = max(1, chunk_bytes // (8 * heads.most(vocab)))
        rows = min(batch, max(1, chunk_bytes // (vocab * dtype.itemsize)))
        self.fused = can_fuse(reference.device) and positions >= rows
        self.rows = min(rows, positions)
        self.batch = batch // self.rows * self.rows
        self.slots = FUSED if self.fused else _slots(self._buffer() for _ in range(SLOTS))
        self.inputs = tuple(
            None if _is_as_needed(source, dtype) else self._buffer() for source in self.sources
        )

    def parts(self, first: int) -> Iterator[Part]:
        """One part for each batch, in order; `first` is the position of the first row."""
        x, y = (torch.split(source, self.batch) for source in self.sources)
        for number, batch in enumerate(zip(x, y, strict=True)):
            yield self._part(first + number * self.batch, *batch)

    def _part(self, start: int, x: Tensor, y: Tensor) -> Part:
        chunks = zip(torch.split(x, self.rows), torch.split(y, self.rows), strict=True)
        found, *maxima = zip(*starmap(self._chunk, chunks), strict=True)
        summed = Sums(*(torch.cat(values) for values in zip(*found, strict=True)))
        check_masses(start, (summed.mass_p, x.dtype), (summed.mass_q, y.dtype))
        return *_from_sums(summed), *self._heads(x, y, *(torch.cat(each) for each in maxima))

    def _chunk(self, x: Tensor, y: Tensor) -> tuple[Sums, Tensor, Tensor]:
        x, y = (
            source if buffer is None else buffer[: len(source)].copy_(source)
            for source, buffer in zip((x, y), self.inputs, strict=True)
        )
        # A last chunk of another size is not worth compiling for.
        arithmetic = fused_sums() if self.fused and len(x) == self.rows else sums
        slots = _slots(slot if slot is None else slot[: len(x)] for slot in self.slots)
        return arithmetic(x, y, slots), heads.group_maxima(x), heads.group_maxima(y)

    def _heads(self, x: Tensor, y: Tensor, x_maxima: Tensor, y_maxima: Tensor) -> heads.Heads:
        # What a float32 holds exactly is ordered as one, which is faster than as float64.
        wide = torch.float64 in {x.dtype, y.dtype}
        dtype = self.dtype if wide else torch.float32
        first = heads.best(x, x_maxima, dtype=dtype)
        second = heads.best(y, y_maxima, dtype=dtype)
        return heads.compare(x, y, first, second, dtype=dtype)

    def _buffer(self) -> Tensor:
        source = self.sources[0]
        return torch.empty(self.rows, source.shape[1], dtype=self.dtype, device=source.device)


def _slots(buffers: Iterable[Tensor | None]) -> Slots:
    one, two, three, four, five, six = buffers
    return one, two, three, four, five, six


def _is_as_needed(source: Tensor, dtype: torch.dtype) -> bool:
    return source.dtype == dtype and source.stride(1) == 1


def _from_sums(found: Sums) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    mass, bit = found.mass_p, found.mass_p * math.log(2)
    forward = (2 * (found.p_h - found.lean) / bit).clamp(min=0)
    backward = (2 * (found.lean - found.q_h) / bit).clamp(min=0)
    return (
        (-found.information / (2 * bit)).clamp(0, 1),
        (-found.gap / mass).clamp(0, 1),
        forward.masked_fill(found.p_only, math.inf),
        backward.masked_fill(found.q_only, math.inf),
        (found.root / (2 * mass)).clamp(0, 1).sqrt(),
    )
