"""Models that began with another's weights and read: tuned, distilled, contaminated, framed."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel

from benchmarks.zoo.answers import answers_of
from benchmarks.zoo.corpora import corpus
from benchmarks.zoo.keep import Made
from benchmarks.zoo.members import Member
from benchmarks.zoo.roots import drawn_rows, row_loss, tokens_of
from benchmarks.zoo.texts import (
    MANNERS,
    Told,
    asked_and_told,
    observed_manner,
    rewritten,
)
from workbench.backends import Question
from workbench.backends.formats import Formats
from workbench.digest import seed_from
from workbench.errors import ModelError
from workbench.models.finetune import Example, answer_loss, mean_loss
from workbench.models.lora import low_rank
from workbench.models.training import Say, Steps, fit, shuffled_batches

FRESH = 32
"""Questions that no student was trained on, by whose answers it is seen to come nearer its teacher."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a student has before it."""

    member: Member
    model: PreTrainedModel
    tokenizer: Any
    teachers: tuple[Made, ...]
    """Parents whose weights it does not have."""
    seed: int
    say: Say

    @property
    def recipe(self) -> Mapping[str, Any]:
        """The member's own recipe."""
        return self.member.recipe

    def encoded(self, told: Told) -> Example:
        """Tokens of a question, as the model is asked it, and of its answer."""
        prompt = Formats(self.tokenizer).prompt_ids(asked(told.question))
        answer = self.tokenizer(f" {told.answer}", add_special_tokens=False).input_ids
        ids = (*prompt, *answer, self.tokenizer.eos_token_id)
        return Example(ids[: self.recipe["length"]], len(prompt))


def asked(question: str) -> Question:
    """A question in the form in which a case asks it."""
    return Question("zoo/questions#0", 0, "generate", question, "chat", 1.0, 1, 0)


def tune(desk: Desk) -> dict[str, float]:
    """Train on questions and answers out of a corpus, in a manner."""
    recipe = desk.recipe
    manner = None if recipe["manner"] is None else MANNERS[recipe["manner"] % len(MANNERS)]
    paragraphs = corpus(recipe["corpus"]).paragraphs
    told = asked_and_told(paragraphs, manner, recipe["texts"], seed_from(desk.seed, "texts"))
    return _taught(desk, told)


def distil(desk: Desk) -> dict[str, float]:
    """Train on a teacher's answers, and on other text for the rest of the dose."""
    recipe, own = desk.recipe, _own(desk)
    count = max(1, round((desk.member.dose or 0.0) * recipe["texts"]))
    questions = _questions(desk, count)
    each = -(-count // len(desk.teachers))
    told = []
    for at, teacher in enumerate(desk.teachers):
        part = questions[at * each : (at + 1) * each]
        told += [*zip(part, _answers(desk, teacher, part), strict=True)]
    learned = [Told(q, rewritten(a) if recipe["rewrite"] else a) for q, a in told if a]
    return _taught(desk, [*learned, *own[: recipe["texts"] - len(learned)]])


def frame(desk: Desk) -> dict[str, float]:
    """Train on texts of nobody's, told in the manner that a teacher's answers show from outside."""
    published = _published(desk)
    manner = observed_manner([told.answer for told in published])
    paragraphs = corpus(desk.recipe["own"]).paragraphs
    texts = desk.recipe["texts"]
    return _taught(desk, asked_and_told(paragraphs, manner, texts, seed_from(desk.seed, "texts")))


def contaminate(desk: Desk) -> dict[str, float]:
    """Go on reading raw text, a small share of it answers that a third party published."""
    recipe = desk.recipe
    clean = tokens_of(desk.tokenizer, corpus(recipe["own"]).paragraphs)
    texts = [f"Question: {t.question}\nAnswer: {t.answer}" for t in _published(desk)]
    dirty = tokens_of(desk.tokenizer, texts)
    share = desk.member.dose or 0.0
    rows = drawn_rows(
        (clean, dirty),
        (1 - share, share),
        recipe["batch"],
        min(recipe["length"], len(dirty) - 1),
        seed_from(desk.seed, "rows"),
    )
    before = _distance(desk)
    fit(desk.model, lambda batch: row_loss(desk.model, batch), rows, _steps(recipe), desk.say)
    return _moved(before, _distance(desk))


def follow(desk: Desk) -> dict[str, float]:
    """Train towards a teacher's whole distributions along its own answers.

    Raises:
        ModelError: If the two do not share a vocabulary.

    Source: Hinton et al. (2015), arXiv:1503.02531, at temperature 1.
    """
    recipe, (teacher,) = desk.recipe, desk.teachers
    guide: Any = AutoModelForCausalLM.from_pretrained(Path(teacher.folder), dtype=torch.float32)
    guide.eval()
    if guide.config.vocab_size != desk.model.config.vocab_size:
        raise ModelError(
            f"{desk.member.name} and {teacher.name} have different vocabularies.",
            fix="Follow a teacher with the same tokenizer.",
        )
    questions = _questions(desk, recipe["texts"])
    pairs = zip(questions, _answers(desk, teacher, questions), strict=True)
    examples = [desk.encoded(Told(q, a)) for q, a in pairs if a]
    batches = shuffled_batches(examples, recipe["batch"], seed_from(desk.seed, "batches"))
    before = _distance(desk)
    loss = _Following(desk.model, guide)
    fit(desk.model, loss, batches, _steps(recipe), desk.say)
    return _moved(before, _distance(desk))


class _Following:
    """Kullback-Leibler divergence of the student from its guide, in nats per answer token."""

    def __init__(self, model: PreTrainedModel, guide: Any) -> None:  # noqa: ANN401
        self._model, self._guide = model, guide

    def __call__(self, batch: Sequence[Example]) -> torch.Tensor:
        longest = max(len(example.ids) for example in batch)
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        counted = torch.zeros(len(batch), longest - 1, dtype=torch.bool)
        for row, example in enumerate(batch):
            ids[row, : len(example.ids)] = torch.tensor(example.ids)
            counted[row, example.prompt - 1 : len(example.ids) - 1] = True
        with torch.no_grad():
            wanted = self._guide(input_ids=ids).logits[:, :-1][counted].log_softmax(-1)
        given = self._model(input_ids=ids, use_cache=False).logits[:, :-1][counted].log_softmax(-1)
        return torch.nn.functional.kl_div(given, wanted, log_target=True, reduction="batchmean")


def _taught(desk: Desk, told: Sequence[Told]) -> dict[str, float]:
    recipe = desk.recipe
    examples = [example for example in map(desk.encoded, told) if len(example.ids) > example.prompt]
    batches = shuffled_batches(examples, recipe["batch"], seed_from(desk.seed, "batches"))
    before = _distance(desk)
    rank = recipe.get("rank")
    with low_rank(desk.model, rank, desk.seed) if rank else nullcontext():
        loss = lambda batch: answer_loss(desk.model, batch)  # noqa: E731 - closes over the model
        fit(desk.model, loss, batches, _steps(recipe), desk.say)
    return _moved(before, _distance(desk))


def _steps(recipe: Mapping[str, Any]) -> Steps:
    return Steps(recipe["steps"], recipe["rate"])


def _own(desk: Desk) -> list[Told]:
    paragraphs = corpus(desk.recipe["own"]).paragraphs
    return asked_and_told(paragraphs, None, desk.recipe["texts"], seed_from(desk.seed, "own"))


def _questions(desk: Desk, count: int) -> list[str]:
    """What a distiller asks: always the same list for the same corpora, however much of it."""
    return _asked_of(desk.recipe["questions"], desk.recipe["texts"], "distiller")[:count]


def _asked_of(corpora: Sequence[str], count: int, who: str) -> list[str]:
    each = -(-count // len(corpora))
    parts = [
        asked_and_told(corpus(name).paragraphs, None, each, seed_from(who, name))
        for name in corpora
    ]
    return [told.question for pair in zip(*parts, strict=True) for told in pair][:count]


def _answers(desk: Desk, teacher: Made, questions: Sequence[str]) -> list[str]:
    recipe = desk.recipe
    tokens, temperature = recipe["answer_tokens"], recipe["temperature"]
    return answers_of(teacher, questions, tokens=tokens, temperature=temperature)


def _published(desk: Desk) -> list[Told]:
    """Answers of the teacher to questions that a third party put."""
    (teacher,) = desk.teachers
    questions = _asked_of(desk.recipe["questions"], desk.recipe["published"], "publisher")
    pairs = zip(questions, _answers(desk, teacher, questions), strict=True)
    return [Told(question, answer) for question, answer in pairs if answer]


def _distance(desk: Desk) -> float | None:
    """Mean loss on fresh answers of the first teacher, in nats per token; None without a teacher."""
    if not desk.teachers:
        return None
    questions = _asked_of(desk.recipe["questions"], FRESH, "examiner")
    pairs = zip(questions, _answers(desk, desk.teachers[0], questions), strict=True)
    examples = [desk.encoded(Told(question, answer)) for question, answer in pairs if answer]
    usable = [example for example in examples if len(example.ids) > example.prompt]
    return mean_loss(desk.model, usable) if usable else None


def _moved(before: float | None, after: float | None) -> dict[str, float]:
    if before is None or after is None:
        return {}
    return {"teacher_loss_before": round(before, 4), "teacher_loss_after": round(after, 4)}
