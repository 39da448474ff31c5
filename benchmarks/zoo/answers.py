"""What a teacher answers when it is asked: through the same backend as in a case, once, and kept."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.zoo.keep import Made, versions
from workbench import paths
from workbench.backends import LocalBackend, Question
from workbench.device import choose_device
from workbench.digest import digest_of, seed_from
from workbench.durable import write_whole
from workbench.errors import ModelError
from workbench.models.catalogue import read_entry

ROWS = 64
"""Answers written side by side; they do not depend on it."""


def answers_of(
    teacher: Made, questions: Sequence[str], *, tokens: int, temperature: float
) -> list[str]:
    """Ask a finished model, or take what it answered to the very same before.

    Args:
        teacher: The model.
        questions: What to ask; each is asked once, in the model's own question format.
        tokens: Most tokens of an answer.
        temperature: Of sampling.

    Returns:
        One text for each question; empty where it wrote nothing.

    Raises:
        ModelError: If kept answers were changed.
    """
    asked = digest_of([teacher.weights_digest, list(questions), tokens, temperature, versions()])
    place = paths.cache_folder() / "zoo" / "answers" / f"{asked.partition(':')[2][:24]}.json"
    if place.exists():
        return _read(place, asked)
    texts = _asked(teacher, questions, tokens, temperature)
    place.parent.mkdir(parents=True, exist_ok=True)
    content = {"asked": asked, "answers": digest_of(texts), "texts": texts}
    write_whole(place, json.dumps(content).encode())
    return texts


def _read(place: Path, asked: str) -> list[str]:
    try:
        content = json.loads(place.read_bytes())
        texts = [str(text) for text in content["texts"]]
        whole = content["asked"] == asked and content["answers"] == digest_of(texts)
    except (OSError, ValueError, KeyError, TypeError):
        whole, texts = False, []
    if not whole:
        raise ModelError(f"{place} is not as it was written.", fix="Remove it and build again.")
    return texts


def _asked(teacher: Made, questions: Sequence[str], tokens: int, temperature: float) -> list[str]:
    folder = Path(teacher.folder)
    backend = LocalBackend(read_entry(folder), folder, choose_device("cpu"), batch=ROWS)
    put = [
        Question(
            address=f"zoo/questions#{at}",
            repeat=0,
            kind="generate",
            prompt=question,
            template="chat",
            temperature=temperature,
            max_tokens=tokens,
            seed=seed_from("answers", teacher.weights_digest, at, question),
        )
        for at, question in enumerate(questions)
    ]
    texts = dict.fromkeys((question.address for question in put), "")
    for question, reply in backend.ask(put):
        texts[question.address] = (reply.text or "").strip()
    backend.close()
    return [texts[question.address] for question in put]
