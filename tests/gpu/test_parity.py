"""CUDA gives what the CPU gives, within the tolerance stated at each test."""

from dataclasses import fields

import pytest
import torch

from tests.tiny import save_tiny_model
from workbench.backends import LocalBackend, Question
from workbench.device import choose_device
from workbench.metrics.distribution import jensen_shannon, top1_agreement
from workbench.metrics.divergence import Divergences, divergences
from workbench.metrics.embedding import mmd_squared, paired_similarity
from workbench.records import ModelEntry

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is usable here"),
]


def unit(n, seed):
    rows = torch.randn(n, 384, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(rows, dim=1)


@pytest.mark.parametrize("metric", [paired_similarity, mmd_squared])
def test_embedding_metrics_agree_within_1e_9(metric):
    x, y = unit(6, 1), unit(5, 2)
    assert metric(x.cuda(), y.cuda()) == pytest.approx(metric(x, y), abs=1e-9)


@pytest.mark.parametrize("metric", [jensen_shannon, top1_agreement])
def test_distribution_metrics_agree_within_1e_9(metric):
    generator = torch.Generator().manual_seed(3)
    p, q = torch.randn(2, 8, 50_000, generator=generator).log_softmax(2)
    assert metric(p.cuda(), q.cuda()) == pytest.approx(metric(p, q), abs=1e-9)


FIELDS = [field.name for field in fields(Divergences)]
SUMMED = ("jensen_shannon", "total_variation", "kl_forward", "kl_backward", "hellinger")


def distributions(kind, apart):
    generator = torch.Generator().manual_seed(4)
    first = torch.randn(70, 50_000, generator=generator) * 3
    second = first + torch.randn(70, 50_000, generator=generator) * apart
    first[:, :99] = -torch.inf
    second[:, :99] = -torch.inf
    second[3, 500] = -torch.inf
    return first.log_softmax(1).to(kind), second.log_softmax(1).to(kind)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("apart", [1.0, 1e-2])
@pytest.mark.parametrize(
    ("dtype", "relative", "absolute"),
    [(torch.float64, 1e-11, 1e-14), (torch.float32, 2e-6, 2e-7)],
)
@pytest.mark.parametrize("chunk_bytes", [None, 8 * 50_000 * 8])
def test_every_divergence_agrees(kind, apart, dtype, relative, absolute, chunk_bytes):
    # Chunks of 8 or 16 rows go through the compiler where there is one; 70 rows are too few otherwise.
    x, y = distributions(kind, apart)
    expected = divergences(x, y)
    found = divergences(x.cuda(), y.cuda(), dtype=dtype, chunk_bytes=chunk_bytes)
    for name in FIELDS:
        value, wanted = getattr(found, name).cpu(), getattr(expected, name)
        if name in SUMMED:
            assert torch.allclose(value, wanted, rtol=relative, atol=absolute), name
        else:
            assert torch.allclose(value.double(), wanted.double(), rtol=0, atol=1e-12), name
    assert float(found.kl_forward[3]) == torch.inf


def test_memory_on_the_device_does_not_grow_with_positions():
    peaks = []
    for positions in (64, 512):
        x = torch.randn(positions, 20_000, device="cuda").log_softmax(1)
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        divergences(x, x, dtype=torch.float32, chunk_bytes=16 * 20_000 * 4)
        peaks.append(torch.cuda.max_memory_allocated() - before)
    assert peaks[1] < 1.2 * peaks[0]


def test_how_likely_a_text_is_agrees_within_bfloat16(tmp_path):
    """0.25 nat a token: bfloat16 keeps 8 bits of logits that reach about 15 here."""
    folder = save_tiny_model(tmp_path / "tiny")
    entry = ModelEntry("tiny", "Tiny", "tiny", "local", "folder:made", "safetensors")
    texts = (" It is fine.", " Come soon, dog.", " It is fine, well and green.")
    questions = [
        Question("x/y#z", n, "reading", "Red?", "chat", 1.0, 1, 1, continuation=text, unit="u")
        for n, text in enumerate(texts)
    ]
    found = []
    for device in ("cpu", "cuda"):
        backend = LocalBackend(entry, folder, choose_device(device))
        found.append({question.repeat: reply for question, reply in backend.ask(questions)})
    for n in range(len(texts)):
        ours, theirs = (side[n].likelihood for side in found)
        assert torch.equal(ours.token_ends, theirs.token_ends)
        assert torch.allclose(ours.token_logprobs, theirs.token_logprobs, rtol=0, atol=0.25)


def test_distributions_of_a_model_agree_within_bfloat16(tmp_path):
    folder = save_tiny_model(tmp_path / "tiny")
    entry = ModelEntry("tiny", "Tiny", "tiny", "local", "folder:made", "safetensors")
    question = Question("x/y#z", 0, "next_token", "One, two", "raw", 1.0, 1, 1)
    found = []
    for device in ("cpu", "cuda"):
        backend = LocalBackend(entry, folder, choose_device(device))
        ((_, reply),) = backend.ask([question])
        found.append(reply.logprobs)
    assert jensen_shannon(*found) < 1e-3
