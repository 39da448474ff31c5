"""Sampled answers per second, against plain `transformers` `generate()` at the same batch size."""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.pairs import in_turns
from workbench.backends import LocalBackend, Question
from workbench.device import choose_device
from workbench.errors import ModelError
from workbench.models.catalogue import find_model
from workbench.models.fetch import located

MODEL = "smollm2-135m"
BATCH = 16
PROMPTS = (
    "Name a colour and say why you like it.",
    "Write the first line of a letter to an old friend.",
    "What would you put into a box that nobody opens for a hundred years?",
    "Give a name to a small boat.",
)


def measure(quick: bool) -> dict[str, object]:
    """Time both on the same prompts, four samples each, to the same number of tokens."""
    try:
        folder = located(find_model(MODEL))
    except ModelError as error:
        return {"not measured": str(error)}
    tokens, rounds = (16, 2) if quick else (64, 5)
    backend = LocalBackend(find_model(MODEL), folder, choose_device("cpu"), batch=BATCH)
    questions = [
        Question(f"bench/x#{n}", r, "generate", prompt, "raw", 0.8, tokens, 10 * n + r)
        for n, prompt in enumerate(PROMPTS)
        for r in range(BATCH // len(PROMPTS))
    ]
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    batch = tokenizer([q.prompt for q in questions], return_tensors="pt", padding=True)

    def plain() -> object:
        with torch.inference_mode():
            return model.generate(
                **batch, do_sample=True, temperature=0.8, top_k=0, max_new_tokens=tokens
            )

    mine, theirs, ratio = in_turns(lambda: list(backend.ask(questions)), plain, rounds)
    return {
        "input": f"{MODEL}, {BATCH} answers of up to {tokens} tokens, float32",
        "ours, seconds": round(mine, 2),
        "generate(), seconds": round(theirs, 2),
        "generate() / ours": round(ratio, 2),
    }
