"""How the scores of a source were made, and the file beside a table of scores that says so."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from workbench.digest import digest_of_text
from workbench.errors import EvaluationError
from workbench.questions.likeness import QUESTIONS, TextMetric
from workbench.questions.source import Source
from workbench.records import DecodingUsed, Protocol, from_json, to_json

SUFFIX = ".protocol.json"


def protocol_of(source: Source, used: tuple[TextMetric, ...], embedder: str | None) -> Protocol:
    """Say how the scores of one source were made.

    Args:
        source: The recorded answers.
        used: Metrics that could be computed.
        embedder: Revision of the sentence encoder; None where none was used.
    """
    metrics = {q: tuple(metric.id for metric in used if q in metric.questions) for q in QUESTIONS}
    with_meaning = any("paired-embedding" in names for names in metrics.values())
    return Protocol(
        access="text",
        metrics=metrics,
        packs={},
        prompts=tuple(sorted({digest_of_text(p.asked or p.prompt) for p in source.prompts})),
        decoding={"recorded": DecodingUsed(None, None, _repeats(source))},
        embedder=embedder if with_meaning else None,
    )


def _repeats(source: Source) -> int:
    """Answers per prompt and model, the median."""
    counts = [count for p in source.prompts for count in np.unique(p.models, return_counts=True)[1]]
    return int(np.median(counts)) if counts else 0


def beside(scores: Path) -> Path:
    """Where the protocols of a table of scores stand."""
    return scores.with_suffix(SUFFIX)


def write_protocols(protocols: Mapping[str, Protocol], scores: Path) -> None:
    """Write source → protocol beside a table of scores."""
    content = {name: to_json(protocol) for name, protocol in protocols.items()}
    beside(scores).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def read_protocols(scores: Path) -> dict[str, Protocol]:
    """Read source → protocol; empty if nothing stands beside the table.

    Raises:
        EvaluationError: If what stands there cannot be read.
    """
    path = beside(scores)
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
        return {name: from_json(Protocol, value) for name, value in content.items()}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise EvaluationError(
            f"{path.name} cannot be read ({str(error).splitlines()[0]}).",
            fix="Score the pairs anew with `workbench evaluate`, or take the file away.",
        ) from error
