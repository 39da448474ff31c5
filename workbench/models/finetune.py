"""Fine-tuning on Python's own manual: real gradient steps on text that every machine has.

Questions and answers are cut from the topics of `help()`. Every weight is trained with AdamW in
float32; the loss counts the answer's tokens only. A held-out tenth shows that the loss falls on
text that it was not trained on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.digest import digest_of
from workbench.models.training import Steps, fit, shuffled_batches

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Say = Callable[[str], None]
Options = dict[str, float]
IGNORED = -100
"""Label of tokens that the loss leaves out."""
ANSWER_CHARACTERS = 700
HELD_OUT = 10
"""One pair in this many is held out."""
HELD_OUT_PAIRS = 8


@dataclass(frozen=True, slots=True)
class Example:
    """Tokens of one question and answer."""

    ids: tuple[int, ...]
    prompt: int
    """How many of them are the question."""


def training_pairs() -> list[tuple[str, str]]:
    """Questions and answers out of the manual's topics, in a fixed order."""
    from pydoc_data.topics import topics  # noqa: PLC0415 - half a megabyte of text

    return [
        (f'What does the Python manual say about "{topic}"? Give part {at}.', part)
        for topic, text in sorted(topics.items())
        for at, part in enumerate(_cut(text), start=1)
    ]


def training_text_digest() -> str:
    """Digest of every pair: manuals differ between versions of Python."""
    return digest_of([list(pair) for pair in training_pairs()])


def finetune(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    options: Options,
    seed: int,
    say: Say,
) -> dict[str, float]:
    """Train every weight in place.

    Args:
        model: The model, float32.
        tokenizer: Its tokenizer; a chat template is used if it has one.
        options: `steps`, `batch` (pairs), `length` (tokens) and `rate`.
        seed: Order of the pairs.
        say: Receives the loss as it falls.

    Returns:
        Held-out loss before and after, in nats per token of the answers.
    """
    length = min(int(options["length"]), int(model.config.max_position_embeddings))
    pairs = training_pairs()
    examples = [encode(tokenizer, question, answer, length) for question, answer in pairs]
    usable = [example for example in examples if len(example.ids) > example.prompt]
    train, held_out = split(usable)
    before = mean_loss(model, held_out)
    say(f"Held-out loss before: {before:.3f} nats per token.")
    batches = shuffled_batches(train, int(options["batch"]), seed)
    steps = Steps(int(options["steps"]), options["rate"])
    fit(model, lambda batch: answer_loss(model, batch), batches, steps, say)
    after = mean_loss(model, held_out)
    say(f"Held-out loss after: {after:.3f} nats per token.")
    return {"loss_before": round(before, 4), "loss_after": round(after, 4)}


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Divide examples into those to train on and a few that are never trained on."""
    train = [example for at, example in enumerate(examples) if at % HELD_OUT]
    return train, list(examples[::HELD_OUT][:HELD_OUT_PAIRS])


def encode(
    tokenizer: "PreTrainedTokenizerBase", question: str, answer: str, length: int
) -> Example:
    """Turn a pair into tokens, cut to `length`, with the end token behind a complete answer."""
    if tokenizer.chat_template:
        asked: Any = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], tokenize=False, add_generation_prompt=True
        )
        prompt = tokenizer(asked, add_special_tokens=False).input_ids
    else:
        prompt = tokenizer(f"{question}\n\n").input_ids
    told = tokenizer(answer, add_special_tokens=False).input_ids
    end = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    return Example(tuple([*prompt, *told, *end][:length]), len(prompt))


def _cut(text: str) -> Iterator[str]:
    """Paragraphs gathered into parts of at most about `ANSWER_CHARACTERS`."""
    part = ""
    for paragraph in text.strip().split("\n\n"):
        if part and len(part) + len(paragraph) > ANSWER_CHARACTERS:
            yield part
            part = ""
        part = f"{part}\n\n{paragraph}" if part else paragraph
    if part:
        yield part


def mean_loss(model: "PreTrainedModel", examples: Sequence[Example]) -> float:
    """Mean loss over the tokens of all answers, in nats per token, without a gradient."""
    import torch  # noqa: PLC0415

    model.eval()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        return float(answer_loss(model, examples).item())


def answer_loss(model: "PreTrainedModel", examples: Sequence[Example]) -> "Tensor":
    """Mean negative log-likelihood of the answers' tokens, in nats per token.

    Args:
        model: The model.
        examples: One batch; shorter ones are padded on the right and masked.

    Returns:
        A scalar with its gradient.
    """
    import torch  # noqa: PLC0415

    longest = max(len(example.ids) for example in examples)
    ids = torch.zeros(len(examples), longest, dtype=torch.long)  # (batch, longest)
    labels = torch.full_like(ids, IGNORED)
    mask = torch.zeros_like(ids)
    for row, example in enumerate(examples):
        tokens = torch.tensor(example.ids)
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
        labels[row, example.prompt : len(tokens)] = tokens[example.prompt :]
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
    return torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1).float(), labels[:, 1:].flatten(), ignore_index=IGNORED
    )
