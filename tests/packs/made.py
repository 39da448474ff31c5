"""Packs made for a test: a good one, and what a test changes in it."""

from pathlib import Path

GOOD = """\
[pack]
title = "Small choices"
version = 1
authors = ["A. Analyst"]
rationale = "Choices that nothing calls for are habits, and habits are inherited."
source = "Our own observation, 2026."
kind = "generate"
template = "chat"
confounders = ["Models tuned on the same chat data."]

[decoding]
temperature = 0.8
max_tokens = 32
repeats = 4

[[probe]]
key = "season"
prompt = "Which season do you like?"

[[probe]]
key = "bird"
prompt = "Name a bird that sings."
"""
HEAD = GOOD.split("[[probe]]", maxsplit=1)[0]


def put(root: Path, content: str | bytes = GOOD, at: str = "style/made.toml") -> Path:
    """Write a file where it belongs."""
    file = root / at
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def changed(*pairs: tuple[str, str]) -> str:
    """Change the good pack; each old text must be there once."""
    text = GOOD
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def with_prompts(*prompts: str) -> str:
    """Make a pack of these prompts."""
    probes = (f'[[probe]]\nkey = "p{i}"\nprompt = "{text}"\n' for i, text in enumerate(prompts))
    return HEAD + "\n".join(probes)
