"""How the scores of a source were made, and the file beside a table of scores that says so."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from workbench.digest import digest_of_text
from workbench.errors import EvaluationError
from workbench.questions.measures import Measure
from workbench.questions.source import Source
from workbench.records import QUESTIONS, DecodingUsed, Protocol, Question, from_json, to_json

SUFFIX = ".protocol.json"


Protocols = Mapping[Question, Protocol]
"""Question → how its scores were made."""
Fused = Mapping[Question, Sequence[Measure]]
"""Question → metrics that its scores are fused of, in report order."""


def protocols_of(source: Source, fused: Fused, embedder: str | None) -> Protocols:
    """Say how the scores of one source were made.

    Args:
        source: The recorded answers.
        fused: What the scores are fused of.
        embedder: Revision of the sentence encoder; None where none was used.
    """
    prompts = tuple(sorted({digest_of_text(p.asked or p.prompt) for p in source.prompts}))
    decoding = {"recorded": DecodingUsed(None, None, _repeats(source))}
    found = {}
    for question, measures in fused.items():
        metrics = tuple(one.id for one in measures)
        meant = embedder if "paired-embedding" in metrics else None
        found[question] = Protocol("text", metrics, {}, prompts, decoding, embedder=meant)
    return found


def _repeats(source: Source) -> int:
    """Answers per prompt and model, the median."""
    counts = [count for p in source.prompts for count in np.unique(p.models, return_counts=True)[1]]
    return int(np.median(counts)) if counts else 0


def beside(scores: Path) -> Path:
    """Where the protocols of a table of scores stand."""
    return scores.with_suffix(SUFFIX)


def write_protocols(protocols: Mapping[str, Protocols], scores: Path) -> None:
    """Write source → question → protocol beside a table of scores."""
    content = {
        name: {question: to_json(one) for question, one in asked.items()}
        for name, asked in protocols.items()
    }
    beside(scores).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def read_protocols(scores: Path) -> dict[str, Protocols]:
    """Read source → question → protocol; empty if nothing stands beside the table.

    Raises:
        EvaluationError: If what stands there cannot be read.
    """
    path = beside(scores)
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
        return {name: _asked(asked) for name, asked in content.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise EvaluationError(
            f"{path.name} cannot be read ({str(error).splitlines()[0]}).",
            fix="Score the pairs anew with `workbench evaluate`, or take the file away.",
        ) from error


def _asked(content: Mapping[str, object]) -> Protocols:
    found = {q: from_json(Protocol, content[q]) for q in QUESTIONS if q in content}
    if not found:
        msg = "a source without a question"
        raise ValueError(msg)
    return found
