"""Models that talk: ten unrelated ones, a near copy of the first, and their files."""

import random

import pandas as pd

FAMILIES = 9
PROMPTS = 24
WORDS = [f"{a}{b}{c}" for a in "bdgklm" for b in "aeiou" for c in ("n", "r", "st", "ck")]


def answer(model, prompt, sample=0):
    """Twenty-five words, two of three of them the prompt's, the rest the model's own."""
    dice = random.Random(f"{model} {prompt} {sample}")
    own = random.Random(f"habits of {model}").sample(WORDS, 12)
    topic = random.Random(f"topic of {prompt}").sample(WORDS, 12)
    return " ".join(dice.choice(topic if dice.random() < 0.6 else own) for _ in range(25))


def near_copy(text, model, prompt):
    dice = random.Random(f"copy {model} {prompt}")
    return " ".join(w if dice.random() < 0.8 else dice.choice(WORDS) for w in text.split())


def models():
    rows = [
        {"model_id": f"m{i}", "family": f"f{i}", "release_date": f"20{10 + i}"}
        for i in range(FAMILIES)
    ]
    return pd.DataFrame([*rows, {"model_id": "copy", "family": "f0", "release_date": "2030"}])


def responses(samples=1, source="here"):
    rows = []
    for model in models()["model_id"]:
        for prompt in range(PROMPTS):
            for sample in range(samples):
                text = answer("m0" if model == "copy" else model, prompt, sample)
                if model == "copy":
                    text = near_copy(text, model, prompt)
                rows.append(
                    {
                        "source": source,
                        "model_id": model,
                        "prompt_id": f"{source}-{prompt}",
                        "sample_idx": sample,
                        "response": text,
                    }
                )
    return pd.DataFrame(rows)


def pairs(source="here"):
    strangers = [
        {"source": source, "reference": f"m{i}", "suspect": f"m{j}", "label": "unrelated"}
        for i in range(FAMILIES)
        for j in range(i)
    ]
    copy = {"source": source, "reference": "m0", "suspect": "copy", "label": "fine_tune_of"}
    return pd.DataFrame([copy, *strangers])
