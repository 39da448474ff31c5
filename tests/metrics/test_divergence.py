"""The divergence pass against definitions in extended precision, and against its promises."""

import math
from contextlib import contextmanager
from dataclasses import fields
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from workbench.errors import DistributionError, NotEnoughEvidenceError
from workbench.metrics.divergence import Divergences, divergences
from workbench.metrics.terms import BLOCK, FUSED, sums, total

NAMES = [field.name for field in fields(Divergences)]
SYMMETRIC = ["jensen_shannon", "total_variation", "hellinger", "top1", "top_k_overlap"]
SYMMETRIC += ["rank_biased_overlap", "spearman"]
SUMMED = ["jensen_shannon", "total_variation", "kl_forward", "kl_backward", "hellinger"]
WITHIN = {torch.float64: (1e-12, 1e-15), torch.float32: (1e-6, 2e-8)}
"""Relative and absolute parts of what the docstring promises."""
LOOSER = {"total_variation": 10, "hellinger": 5}
"""The absolute part is larger by this."""


def logs(*rows):
    return torch.tensor(rows, dtype=torch.float64).log()


def drawn(seed, positions, vocab, scale=3.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(positions, vocab, generator=generator, dtype=torch.float64).mul(scale)


def pair(seed, positions, vocab, apart=1.0):
    first = drawn(seed, positions, vocab)
    second = first + drawn(seed + 1, positions, vocab, apart)
    return first.log_softmax(1).float(), second.log_softmax(1).float()


def by_definition(x, y):
    """The five sums from their textbook forms, in 80-bit floating point."""
    p, q = (np.exp(side.double().numpy().astype(np.longdouble)) for side in (x, y))
    p, q = (side / side.sum(1, keepdims=True) for side in (p, q))
    m = (p + q) / 2

    def kl(a, b):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(a > 0, a * np.log2(a / b), 0).sum(1)

    found = {
        "jensen_shannon": (kl(p, m) + kl(q, m)) / 2,
        "total_variation": abs(p - q).sum(1) / 2,
        "kl_forward": kl(p, q),
        "kl_backward": kl(q, p),
        "hellinger": np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum(1) / 2),
    }
    return {name: values.astype(np.float64) for name, values in found.items()}


def assert_as_defined(x, y, dtype):
    found, expected = divergences(x, y, dtype=dtype), by_definition(x, y)
    relative, absolute = WITHIN[dtype]
    for name in SUMMED:
        value, floor = getattr(found, name).numpy(), absolute * LOOSER.get(name, 1)
        np.testing.assert_allclose(value, expected[name], relative, floor, err_msg=name)


# --- the sums ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", WITHIN)
@pytest.mark.parametrize("apart", [3.0, 1.0, 0.1, 1e-2, 1e-3, 1e-5])
@pytest.mark.parametrize("vocab", [2, 63, 1000, 10_007, 50_000])
def test_sums_are_what_they_are_by_definition_however_alike_the_rows(dtype, apart, vocab):
    assert_as_defined(*pair(vocab, 3, vocab, apart), dtype)


@given(
    st.sampled_from(list(WITHIN)),
    st.integers(0, 10_000),
    st.integers(2, 300),
    st.floats(0.01, 40),
    st.floats(1e-4, 40),
)
def test_sums_are_what_they_are_by_definition_for_flat_and_peaked_rows(
    dtype, seed, vocab, scale, apart
):
    first = drawn(seed, 2, vocab, scale)
    second = first + drawn(seed + 1, 2, vocab, apart)
    assert_as_defined(first.log_softmax(1).float(), second.log_softmax(1).float(), dtype)


@pytest.mark.parametrize("dtype", WITHIN)
@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_rows_that_rounding_left_unnormalised_are_scaled_to_sum_to_one(dtype, kind):
    x, y = (side.to(kind) for side in pair(5, 4, 30_000))
    assert float((x.double().exp().sum(1) - 1).abs().max()) > 1e-5
    assert_as_defined(x, y, dtype)


@pytest.mark.parametrize("dtype", WITHIN)
def test_tokens_without_probability_count_as_defined(dtype):
    x = logs([0.5, 0.5, 0.0, 0.0], [0.25, 0.75, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0])
    y = logs([0.25, 0.25, 0.5, 0.0], [0.5, 0.5, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0])
    assert_as_defined(x, y, dtype)
    found = divergences(x, y, dtype=dtype)
    assert found.kl_forward.tolist() == pytest.approx([1, 0.75 * math.log2(3) - 1, 1])
    assert found.kl_backward[0] == math.inf
    assert found.kl_backward[1] < math.inf
    assert found.kl_backward[2] == math.inf


@pytest.mark.parametrize("dtype", WITHIN)
def test_a_token_too_rare_for_its_type_still_makes_the_divergence_infinite(dtype):
    x = torch.tensor([[0.0, -900.0, -math.inf]], dtype=torch.float64)
    y = torch.tensor([[0.0, -math.inf, -900.0]], dtype=torch.float64)
    found = divergences(x, y, dtype=dtype)
    assert float(found.kl_forward) == float(found.kl_backward) == math.inf
    assert float(found.jensen_shannon) == 0


@pytest.mark.parametrize("dtype", WITHIN)
def test_a_mask_of_the_lowest_number_is_no_probability(dtype):
    mask = torch.finfo(torch.float32).min
    x = torch.tensor([[0.0, mask, mask]])
    y = torch.tensor([[math.log(0.5), math.log(0.5), mask]])
    found = divergences(x, y, dtype=dtype)
    assert float(found.kl_forward) == pytest.approx(1)
    assert float(found.kl_backward) == math.inf


@pytest.mark.parametrize("dtype", WITHIN)
def test_rows_with_nothing_in_common_are_as_far_apart_as_can_be(dtype):
    found = divergences(logs([0.5, 0.5, 0, 0]), logs([0, 0, 0.25, 0.75]), dtype=dtype)
    for name in ("jensen_shannon", "total_variation", "hellinger"):
        assert float(getattr(found, name)) == pytest.approx(1, abs=1e-7), name
    assert float(found.kl_forward) == float(found.kl_backward) == math.inf
    assert not found.top1


@pytest.mark.parametrize("dtype", WITHIN)
@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_model_does_not_differ_from_itself_at_all(dtype, kind):
    x = drawn(3, 5, 9000).log_softmax(1)
    x[0, :100] = -math.inf
    x = x.log_softmax(1).to(kind)
    found = divergences(x, x.clone(), dtype=dtype)
    for name in SUMMED:
        assert (getattr(found, name) == 0).all(), name
    assert found.top1.all()
    for name in ("top_k_overlap", "rank_biased_overlap", "spearman"):
        assert torch.allclose(getattr(found, name), torch.ones(5).double(), rtol=0, atol=1e-12)


@given(st.integers(0, 10_000), st.integers(2, 500), st.floats(0.001, 20))
def test_divergences_are_bounded_and_symmetric(seed, vocab, apart):
    x, y = pair(seed, 3, vocab, apart)
    one, other = divergences(x, y), divergences(y, x)
    for name in SYMMETRIC:
        assert torch.allclose(getattr(one, name), getattr(other, name), rtol=1e-11, atol=1e-14), (
            name
        )
    assert torch.allclose(one.kl_forward, other.kl_backward, rtol=1e-11, atol=1e-14)
    for name in NAMES:
        values = getattr(one, name).double()
        lowest = -1 if name == "spearman" else 0
        highest = math.inf if name.startswith("kl") else 1
        assert ((values >= lowest) & (values <= highest)).all(), name


@given(st.integers(0, 10_000), st.integers(2, 9000))
def test_the_order_of_the_vocabulary_does_not_matter(seed, vocab):
    x, y = pair(seed, 2, vocab)
    order = torch.randperm(vocab, generator=torch.Generator().manual_seed(seed))
    # With float32 draws two tokens may tie, and a tie goes by the order of the vocabulary.
    x, y = x.double() + drawn(seed, 2, vocab, 1e-9), y.double() + drawn(seed + 2, 2, vocab, 1e-9)
    one, other = divergences(x, y), divergences(x[:, order], y[:, order])
    for name in NAMES:
        first, second = getattr(one, name).double(), getattr(other, name).double()
        assert torch.allclose(first, second, rtol=1e-11, atol=1e-14), name


def test_inequalities_between_divergences_hold():
    x, y = pair(8, 50, 400, 2.0)
    found = divergences(x, y)
    squared = found.hellinger.square()
    assert (squared <= found.total_variation + 1e-12).all()
    assert (found.total_variation <= math.sqrt(2) * found.hellinger + 1e-12).all()
    # Pinsker, in bits; and Jensen–Shannon is at most the total variation (Lin 1991).
    assert (found.kl_forward >= 2 / math.log(2) * found.total_variation.square() - 1e-12).all()
    assert (found.jensen_shannon <= found.total_variation + 1e-12).all()


def test_totals_keep_what_adding_up_in_one_go_would_lose():
    values = torch.cat([torch.tensor([1.0]), torch.full((10 * BLOCK,), 2.0**-25)])[None]
    expected = 1 + 10 * BLOCK * 2.0**-25
    assert float(total(values)) == pytest.approx(expected, rel=1e-6)
    one_by_one = np.cumsum(values[0].numpy(), dtype=np.float32)[-1]
    assert float(one_by_one) != pytest.approx(expected, rel=1e-4)


# --- chunks, strides, types ---------------------------------------------------------------------


@pytest.mark.parametrize("dtype", WITHIN)
@pytest.mark.parametrize("kind", [torch.float16, torch.float32])
def test_the_size_of_a_chunk_changes_no_bit(dtype, kind):
    x, y = (side.to(kind) for side in pair(11, 13, 9001))
    whole = divergences(x, y, dtype=dtype, chunk_bytes=2**30)
    for chunk_bytes in (1, 100_000, 400_000):
        parts = divergences(x, y, dtype=dtype, chunk_bytes=chunk_bytes)
        for name in NAMES:
            assert torch.equal(getattr(whole, name), getattr(parts, name)), (name, chunk_bytes)


@contextmanager
def threads(count):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("dtype", WITHIN)
@pytest.mark.parametrize("positions", [1, 2, 7])
def test_the_number_of_threads_changes_no_bit_and_stays_as_it_was(dtype, positions):
    x, y = pair(18, positions, 70_001)
    with threads(1):
        expected = divergences(x, y, dtype=dtype)
    for count in (2, 3):
        with threads(count):
            found = divergences(x, y, dtype=dtype)
            assert torch.get_num_threads() == count
        for name in NAMES:
            assert torch.equal(getattr(found, name), getattr(expected, name)), name


@pytest.mark.parametrize("dtype", WITHIN)
def test_strides_change_nothing(dtype):
    x, y = pair(12, 7, 5000)
    plain = divergences(x, y, dtype=dtype)
    strided = divergences(x.T.contiguous().T, y.repeat(1, 2)[:, :5000], dtype=dtype)
    for name in NAMES:
        assert torch.equal(getattr(plain, name), getattr(strided, name)), name


def test_inputs_stay_as_they_are():
    x, y = pair(13, 3, 5000)
    kept = x.clone(), y.clone()
    divergences(x, y, dtype=torch.float32)
    assert torch.equal(x, kept[0])
    assert torch.equal(y, kept[1])


class Largest(TorchDispatchMode):
    """Remembers the largest tensor that anything made while it was on."""

    def __init__(self):
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        given = {
            each.untyped_storage().data_ptr() for each in args if isinstance(each, torch.Tensor)
        }
        for each in made if isinstance(made, (tuple, list)) else [made]:
            if isinstance(each, torch.Tensor) and each.untyped_storage().data_ptr() not in given:
                self.bytes = max(self.bytes, each.untyped_storage().nbytes())
        return made


@pytest.mark.parametrize("kind", [torch.float16, torch.float32])
@pytest.mark.parametrize("dtype", WITHIN)
def test_nothing_larger_than_a_chunk_is_made(kind, dtype):
    x, y = (side.to(kind) for side in pair(14, 200, 20_000))
    chunk_bytes = 400_000
    with threads(1), Largest() as largest:  # which sees what its own thread makes
        divergences(x, y, dtype=dtype, chunk_bytes=chunk_bytes)
    assert chunk_bytes / 2 < largest.bytes <= chunk_bytes


def test_float64_rounded_to_float32_gives_what_float32_gives():
    x, y = (side.double() for side in pair(15, 3, 5000))
    rounded = divergences(x + 1e-12, y - 1e-12, dtype=torch.float32)
    given_so = divergences(x.float(), y.float(), dtype=torch.float32)
    for name in NAMES:
        assert torch.equal(getattr(rounded, name), getattr(given_so, name)), name


def test_the_arithmetic_compiles_without_a_break():
    # The tracing alone; what a compiler makes of it is measured where there is a GPU.
    x, y = pair(16, 3, 9001, 0.5)
    traced = torch.compile(sums, fullgraph=True, backend="aot_eager")
    for compiled, plain in zip(traced(x, y, FUSED), sums(x, y, FUSED), strict=True):
        assert torch.allclose(compiled.double(), plain.double(), rtol=1e-6)


def test_whole_chunks_and_no_others_go_through_the_compiler_where_there_is_one(monkeypatch):
    x, y = pair(19, 10, 9001)
    expected, seen = divergences(x, y, dtype=torch.float32), []

    def compiled():
        return lambda a, b, slots: seen.append(len(a)) or sums(a, b, slots)

    monkeypatch.setattr("workbench.metrics.divergence.can_fuse", lambda device: True)
    monkeypatch.setattr("workbench.metrics.divergence.fused_sums", compiled)
    with threads(1):
        found = divergences(x, y, dtype=torch.float32, chunk_bytes=4 * 9001 * 4)
    assert seen == [4, 4]
    for name in NAMES:
        assert torch.equal(getattr(found, name), getattr(expected, name)), name


def test_a_few_rows_are_not_worth_compiling_for(monkeypatch):
    x, y = pair(19, 3, 9001)
    monkeypatch.setattr("workbench.metrics.divergence.can_fuse", lambda device: True)
    monkeypatch.setattr("workbench.metrics.divergence.fused_sums", None)
    divergences(x, y, chunk_bytes=4 * 9001 * 8)


# --- what is refused ----------------------------------------------------------------------------


def test_no_position_is_not_enough():
    with pytest.raises(NotEnoughEvidenceError):
        divergences(torch.zeros(0, 5), torch.zeros(0, 5))


GOOD = logs([0.5, 0.5], [0.25, 0.75])


@pytest.mark.parametrize(
    ("reference", "suspect", "said"),
    [
        (GOOD, logs([0.2, 0.3, 0.5], [0.2, 0.3, 0.5]), "The shapes (2, 2) and (2, 3)"),
        (GOOD, GOOD[:1], "The shapes (2, 2) and (1, 2)"),
        (GOOD[0], GOOD[0], "The log-probabilities of the reference have shape (2,)."),
        (GOOD, GOOD[None], "The log-probabilities of the suspect have shape (1, 2, 2)."),
        (torch.zeros(2, 0), torch.zeros(2, 0), "of the reference have shape (2, 0)."),
        (GOOD.long(), GOOD, "The log-probabilities of the reference are of type int64."),
        (GOOD, GOOD.to(torch.complex64), "of the suspect are of type complex64."),
        (GOOD, logs([0.5, 0.5], [math.nan, 1]), "Position 1 of the suspect holds NaN."),
        (GOOD + torch.tensor([[0], [math.inf]]), GOOD, "Position 1 of the reference holds +inf"),
        (GOOD, logs([0.0, 0.0], [0.5, 0.5]), "Position 0 of the suspect gives no token any"),
        (GOOD + 1, GOOD, "Position 0 of the reference has probabilities that sum to 2.71828."),
        (GOOD, GOOD.to("meta"), "The log-probabilities are on cpu and meta."),
    ],
)
def test_what_is_not_log_probabilities_is_refused_in_two_sentences(reference, suspect, said):
    with pytest.raises(DistributionError) as error:
        divergences(reference, suspect)
    assert said in error.value.what
    assert error.value.fix.endswith(".")


@pytest.mark.parametrize("dtype", WITHIN)
@pytest.mark.parametrize("bad", [math.nan, math.inf, 5.0])
def test_the_first_bad_row_is_named_wherever_its_chunk_begins(dtype, bad):
    x, y = pair(17, 40, 300)
    x[31, 7] = y[23, 5] = y[31, 9] = bad
    for count, chunk_bytes in product((1, 2, 3), (1, 20_000, 2**20)):
        named = pytest.raises(DistributionError, match="Position 23 of the suspect")
        with threads(count), named:
            divergences(x, y, dtype=dtype, chunk_bytes=chunk_bytes)


@pytest.mark.parametrize(
    ("kind", "passes", "fails"),
    [
        (torch.float16, 5e-3, 2e-2),
        (torch.bfloat16, 3e-2, 1e-1),
        (torch.float32, 5e-4, 2e-3),
        (torch.float64, 5e-6, 2e-5),
    ],
)
def test_how_far_a_row_may_miss_one_depends_on_its_type(kind, passes, fails):
    # 0 is exact in every type; what else the row has is what it is off by.
    near = torch.tensor([[0.0, math.log(passes)]]).to(kind)
    far = torch.tensor([[0.0, math.log(fails)]]).to(kind)
    divergences(near, near)
    with pytest.raises(DistributionError, match=r"sum of 1 by"):
        divergences(near, far)


def test_logits_are_refused():
    with pytest.raises(DistributionError, match="log-softmax of the logits"):
        divergences(drawn(1, 2, 50), drawn(2, 2, 50))


def test_other_arithmetic_is_refused():
    with pytest.raises(DistributionError, match="cannot be computed in float16"):
        divergences(GOOD, GOOD, dtype=torch.float16)
