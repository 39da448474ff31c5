"""Every text metric on one source: all pairs of models at once, ready for reweighted prompts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from workbench.digest import seed_from
from workbench.metrics.style import LAYOUT, format_marks
from workbench.questions import paired, profiles
from workbench.questions.paired import Floats, PairedTable
from workbench.questions.profiles import Frame, ProfileTable
from workbench.questions.source import Answered, Source

GROUPS = 20
"""Prompts are dealt into so many groups, which the bootstrap draws and profiles keep apart."""

AnyTable = PairedTable | ProfileTable


@dataclass(frozen=True, slots=True)
class Likeness:
    """Raw and adjusted tables of one source."""

    raw: Mapping[str, AnyTable]
    """Metric → its table."""
    adjusted: Mapping[str, AnyTable]
    """The same; profiles here are freed of length and layout answer by answer."""
    groups: int
    prompts: Floats
    """Prompts that both answered, shape (models, models)."""
    parts: Mapping[str, Floats] = field(default_factory=dict)
    """Part of the prompts that can be left out → prompts of it that both answered."""

    def without(self, part: str) -> "Likeness":
        """The same less one part of the prompts.

        What is rare among all answers, and what length explains of a profile, stay as they are.
        """
        at = list(self.parts).index(part)
        raw = {key: table.without(at) for key, table in self.raw.items()}
        adjusted = {key: table.without(at) for key, table in self.adjusted.items()}
        return Likeness(raw, adjusted, self.groups, self.prompts - self.parts[part])

    def beside(self, further: Mapping[str, PairedTable]) -> "Likeness":
        """The same with further tables, by id of metric, whose groups are drawn with its own."""
        return replace(self, raw={**self.raw, **further}, adjusted={**self.adjusted, **further})

    def both_gave(self, metric: str, reference: int, suspect: int) -> int:
        """Prompts at which both had a value by a metric on the same prompts; 0 by any other."""
        table = self.raw[metric]
        if not isinstance(table, PairedTable):
            return 0
        return int(table.prompts[:, reference, suspect].sum())


def measure(
    source: Source,
    embeddings: Mapping[str, NDArray[np.float32]] | None = None,
    report: Callable[[str], None] = lambda _: None,
    part_of: Callable[[str], str] | None = None,
) -> Likeness:
    """Compute every text metric for all pairs of models of one source.

    Args:
        source: Prompts with the answers of every model.
        embeddings: Text → unit row; None leaves `paired-embedding` out.
        report: Called with the title of each metric when it begins.
        part_of: Prompt → the part that it is left out with; None if none is ever left out.
    """
    place = deal([prompt.prompt for prompt in source.prompts])
    groups = [place[prompt.prompt] for prompt in source.prompts]
    models = len(source.models)
    shared = {} if part_of is None else _shared_by_part(source, part_of)
    parts = [list(shared).index(part_of(p.prompt)) for p in source.prompts] if part_of else []
    marks = _marks(source)
    raw: dict[str, AnyTable] = {}
    adjusted: dict[str, AnyTable] = {}
    for name, likeness in paired_likenesses(source, marks, embeddings).items():
        report(name)
        raw[name] = adjusted[name] = paired.add_up(likeness, source.prompts, groups, models, parts)
    nuisances = [_nuisances(p, marks) for p in source.prompts]
    frame = Frame(source.prompts, groups, models, nuisances, parts)
    for name, features in PROFILES.items():
        report(name)
        raw[name], adjusted[name] = profiles.count_profiles(features, frame)
    format_rows = [marks[prompt.prompt] for prompt in source.prompts]
    raw["format-profile"], adjusted["format-profile"] = profiles.format_profiles(format_rows, frame)
    everybody = source.shared().astype(np.float64)
    return Likeness(raw, adjusted, max(groups) + 1, everybody, shared)


def _shared_by_part(source: Source, part_of: Callable[[str], str]) -> dict[str, Floats]:
    """Part → prompts of it that both of two models answered, parts in the order of the alphabet."""
    dealt: dict[str, list[Answered]] = {}
    for prompt in source.prompts:
        dealt.setdefault(part_of(prompt.prompt), []).append(prompt)
    return {
        part: replace(source, prompts=tuple(prompts)).shared().astype(np.float64)
        for part, prompts in sorted(dealt.items())
    }


PROFILES: Mapping[str, profiles.Features] = {
    "word-profile": profiles.word_features,
    "character-profile": profiles.character_features,
    "template-profile": profiles.template_features,
}


def deal(prompts: Sequence[str], groups: int = GROUPS) -> dict[str, int]:
    """Group of each prompt: in the order of a digest of their names, dealt like cards.

    Every group holds as many prompts as any other, or one more, and the deal does not depend on the
    order of the file.
    """
    order = sorted(prompts, key=lambda prompt: seed_from("group", prompt))
    return {prompt: index % groups for index, prompt in enumerate(order)}


def _marks(source: Source) -> dict[str, Floats]:
    """Marks of format of every answer by prompt, each of shape (answers, marks)."""
    return {p.prompt: np.stack([format_marks(text) for text in p.texts]) for p in source.prompts}


def paired_likenesses(
    source: Source,
    marks: Mapping[str, Floats] | None = None,
    embeddings: Mapping[str, NDArray[np.float32]] | None = None,
) -> dict[str, Callable[[Answered], Floats]]:
    """Metrics that compare answers to the same prompt: each from a prompt to a likeness of its models.

    Args:
        source: Prompts with the answers of every model.
        marks: Marks of format by prompt; found anew where they are left out.
        embeddings: Text → unit row; None leaves `paired-embedding` out.
    """
    marks = _marks(source) if marks is None else marks
    found: dict[str, Callable[[Answered], Floats]] = {
        "character-ngram": paired.character_likeness,
        "rare-phrases": paired.phrase_likeness,
        "word-bigram": paired.bigram_likeness,
        "opening-words": paired.opening_likeness,
        "refusals": paired.RefusalLikeness(source.prompts, len(source.models)),
        "length": paired.length_likeness,
        "layout": paired.LayoutLikeness({key: rows[:, :LAYOUT] for key, rows in marks.items()}),
    }
    if embeddings is not None:
        found["paired-embedding"] = paired.EmbeddingLikeness(embeddings)
    return found


def _nuisances(prompt: Answered, marks: Mapping[str, Floats]) -> Floats:
    """ln(1 + characters), its square, and the marks of layout; shape (answers, 2 + LAYOUT)."""
    length = np.log1p([len(text) for text in prompt.texts])
    return np.column_stack([length, length**2, marks[prompt.prompt][:, :LAYOUT]])
