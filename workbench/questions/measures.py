"""What is measured for the two questions, fixed by what each metric can see and not by how it does."""

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.records import QUESTIONS, Access, Question


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to compare models, and the questions its value goes into."""

    id: str
    title: str
    questions: frozenset[Question]
    """Empty: shown, never fused."""
    access: Access = "text"
    """What of the models it needs."""
    regressed: bool = False
    """Whether length and layout are taken out of its table. Profiles are freed of them answer by
    answer already, and twice would take style away as well; distributions on given texts have
    neither."""
    directed: bool = False
    """Whether it matters which of two is the reference: rows of its table are references."""


def _of(*questions: Question) -> frozenset[Question]:
    return frozenset(questions)


MEASURES: tuple[Measure, ...] = (
    Measure("character-ngram", "Characters of paired answers", _of("weights"), regressed=True),
    Measure("rare-phrases", "Rare phrases of paired answers", _of("weights"), regressed=True),
    Measure("word-bigram", "Word pairs of paired answers", _of(*QUESTIONS), regressed=True),
    Measure("opening-words", "Opening words of paired answers", _of(*QUESTIONS), regressed=True),
    Measure("paired-embedding", "Meaning of paired answers", _of("weights"), regressed=True),
    Measure("word-profile", "Words, other prompts", _of("outputs")),
    Measure("character-profile", "Characters, other prompts", _of("outputs")),
    Measure("template-profile", "Sentence templates, other prompts", _of("outputs")),
    Measure("format-profile", "Format, other prompts", _of()),
    Measure("refusals", "Refusals of paired prompts", _of(), regressed=True),
    Measure("length", "Length alone", _of(), regressed=True),
    Measure("layout", "Layout alone", _of(), regressed=True),
    Measure("next-byte-correlation", "Next-byte habits", _of("weights"), "logits"),
    Measure("next-byte-js", "Next byte behind given texts", _of(), "logits"),
    Measure("passage-likelihood", "Surprise at given passages", _of(), "logits"),
    Measure("option-correlation", "Choices among options", _of("weights"), "logits"),
    Measure(
        "cross-likelihood",
        "Surprise at the reference's answers",
        _of("outputs"),
        "logits",
        regressed=True,
        directed=True,
    ),
    Measure(
        "reverse-likelihood",
        "Reference's surprise at the other's answers",
        _of("outputs"),
        "logits",
        regressed=True,
        directed=True,
    ),
)
"""In report order. A metric on the same prompts speaks of near copies, so of weights; one on other
prompts of habits, so of outputs; wording and openings of the same answers are what a student is
trained on, so they go into both. Length and layout go into neither. Distributions behind texts
that neither model wrote are what weights fix; how likely a model finds the other's answers is what
training on them raises. Only such metrics on distributions are here as any two tokenizers allow. A
plain divergence and a plain surprise are shown only: centred over a panel they mostly say how sharp
and how able a model is."""
NUISANCES = ("length", "layout")


def at_level(access: Access) -> list[Measure]:
    """What is measured where so much of every model is seen, in report order."""
    return [measure for measure in MEASURES if measure.access in ("text", access)]


def fused_of(question: Question, usable: Iterable[Measure]) -> list[Measure]:
    """Those metrics that go into a question's score, of those that tell unrelated models apart.

    Where distributions speak of weights, answers do not: they are samples of the same distributions,
    and what else they hold are habits that tuning gives and another's answers teach.

    Args:
        question: Which question.
        usable: What was measured and varies among unrelated models, in report order.
    """
    asked = [measure for measure in usable if question in measure.questions]
    seen = [measure for measure in asked if measure.access == "logits"]
    return seen if question == "weights" and seen else asked
