"""Collecting: answers per second against `transformers` `generate()`, and reading against lm-eval.

All on one model in float32, both sides with the same number of rows side by side, in turns.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.pairs import in_turns
from workbench.backends import LocalBackend, Question
from workbench.backends.formats import Formats
from workbench.collect import UNIT
from workbench.device import choose_device
from workbench.errors import ModelError
from workbench.models.catalogue import find_model
from workbench.models.fetch import located
from workbench.packs import load_packs

MODEL = "smollm2-135m"
BATCH = 16
REPEATS = 4
"""Answers to each probe, or fewer where its pack asks for fewer."""
READ = "knowledge/rare-facts"
ANSWERS = (
    " It was first described by a naturalist in the eighteenth century.",
    " I am not sure, but I believe that it is a small town in the north.",
    " The answer is twelve.",
    " Nobody knows.",
)


@dataclass(frozen=True, slots=True)
class Bench:
    """One model, as we load it and as its own library does."""

    backend: LocalBackend
    model: Any
    tokenizer: Any


def measure(quick: bool) -> dict[str, object]:
    """Measure answering and reading."""
    try:
        folder = located(find_model(MODEL))
    except ModelError as error:
        return {"not measured": str(error)}
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    bench = Bench(
        LocalBackend(find_model(MODEL), folder, choose_device("cpu"), batch=BATCH),
        AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval(),
        tokenizer,
    )
    probes, rounds = (1, 1) if quick else (2, 3)
    return {
        "model": f"{MODEL}, float32, {BATCH} rows",
        **_answering(bench, probes, rounds),
        **_reading(bench, 4 if quick else 12, rounds),
    }


# --- answering --------------------------------------------------------------------------------


def _answering(bench: Bench, probes: int, rounds: int) -> dict[str, object]:
    asked = _from_packs(probes)
    counts = {"ours": 0, "generate()": 0}

    def ours() -> None:
        counts["ours"] = sum(reply.token_count or 0 for _, reply in bench.backend.ask(asked))

    def plain() -> None:
        torch.manual_seed(1)
        batches = (asked[at : at + BATCH] for at in range(0, len(asked), BATCH))
        counts["generate()"] = sum(_generated(bench, batch) for batch in batches)

    mine, theirs, ratio = in_turns(ours, plain, rounds)
    return {
        "answers": f"{len(asked)}, from every generate pack, its own limits and temperature",
        "ours, tokens per second": round(counts["ours"] / mine, 1),
        "generate(), tokens per second": round(counts["generate()"] / theirs, 1),
        "ours / generate(), tokens per second": round(
            ratio * counts["ours"] / counts["generate()"], 2
        ),
    }


def _from_packs(probes: int) -> list[Question]:
    """So many probes of every pack, those of one limit side by side, as whole packs would be."""
    packs = [pack for pack in load_packs().values() if pack.kind == "generate"]
    found = [
        Question(
            probe.address,
            repeat,
            "generate",
            probe.prompt,
            pack.template,
            pack.decoding.temperature,
            pack.decoding.max_tokens,
            1000 * number + repeat,
        )
        for pack in packs
        for number, probe in enumerate(pack.probes[:probes])
        for repeat in range(min(REPEATS, pack.decoding.repeats))
    ]
    return sorted(found, key=lambda q: (q.max_tokens, q.temperature, q.address))


def _generated(bench: Bench, questions: Sequence[Question]) -> int:
    """Tokens up to the end of each answer, of one batch left to `generate()`."""
    formats = Formats(bench.tokenizer)
    ids = [formats.prompt_ids(question) for question in questions]
    batch = bench.tokenizer.pad({"input_ids": ids}, return_tensors="pt")
    with torch.inference_mode():
        written = bench.model.generate(
            **batch,
            do_sample=True,
            temperature=max(question.temperature for question in questions),
            top_k=0,
            max_new_tokens=max(question.max_tokens for question in questions),
        )[:, batch["input_ids"].shape[1] :]
    stop = bench.tokenizer.eos_token_id
    lengths = [
        (row == stop).int().argmax().item() + 1 if stop in row else len(row) for row in written
    ]
    return sum(
        min(length, question.max_tokens)
        for length, question in zip(lengths, questions, strict=True)
    )


# --- reading ----------------------------------------------------------------------------------


def _reading(bench: Bench, prompts: int, rounds: int) -> dict[str, object]:
    try:
        huggingface = importlib.import_module("lm_eval.models.huggingface")
        instance = importlib.import_module("lm_eval.api.instance").Instance
    except ImportError:
        return {"reading against lm-eval": "not measured: pip install lm-eval"}
    peer = huggingface.HFLM(
        pretrained=bench.model, tokenizer=bench.tokenizer, batch_size=BATCH, device="cpu"
    )

    def reads(requests: list[Any]) -> list[tuple[float, bool]]:
        found: list[tuple[float, bool]] = peer.loglikelihood(requests, disable_tqdm=True)
        return found

    rows: dict[str, object] = {}
    for name, each in (("four answers to each prompt", 4), ("one answer to each prompt", 1)):
        asked = _continued(prompts * 4 // each, each)
        requests = [
            instance("loglikelihood", {}, (q.prompt, q.continuation), number)
            for number, q in enumerate(asked)
        ]
        rows |= _read_in_turns(bench, name, asked, lambda r=requests: reads(r), rounds)
    return rows


def _continued(prompts: int, each: int) -> list[Question]:
    probes = load_packs()[READ].probes[:prompts]
    return [
        Question(
            probe.address,
            number,
            "reading",
            f"Question: {probe.prompt}\nAnswer:",
            "raw",
            1.0,
            1,
            0,
            continuation=ANSWERS[(at + number) % len(ANSWERS)],
            unit=f"{READ}/{at // UNIT}" if each == 1 else probe.address,
        )
        for at, probe in enumerate(probes)
        for number in range(each)
    ]


def _read_in_turns(
    bench: Bench,
    name: str,
    asked: Sequence[Question],
    peer: Callable[[], list[tuple[float, bool]]],
    rounds: int,
) -> dict[str, object]:
    found: dict[tuple[str, int], float] = {}
    theirs: list[float] = []

    def ours() -> None:
        for question, reply in bench.backend.ask(asked):
            if reply.likelihood is not None:
                chances = reply.likelihood.token_logprobs
                found[question.address, question.repeat] = float(chances.double().sum())

    def lm_eval() -> None:
        theirs[:] = [value for value, _ in peer()]

    mine, other, ratio = in_turns(ours, lm_eval, rounds)
    gaps = [abs(found[q.address, q.repeat] - value) for q, value in zip(asked, theirs, strict=True)]
    return {
        f"{name}, readings": len(asked),
        f"{name}, ours, readings per second": round(len(asked) / mine, 1),
        f"{name}, lm-eval, readings per second": round(len(asked) / other, 1),
        f"{name}, lm-eval / ours, seconds": round(ratio, 2),
        f"{name}, largest difference, nats": f"{max(gaps):.1e}",
    }
