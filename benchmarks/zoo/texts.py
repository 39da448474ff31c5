"""Questions and answers out of paragraphs, in a manner; the same rewritten, or in another's manner.

A model that was tuned to a manner opens and closes its answers in a way of its own, as chat models do.
That is what a student of its answers picks up first, and what an innocent can be made to imitate.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count as count_up

from workbench.digest import seed_from

ANSWER_CHARACTERS = 150
ASKED = (
    "What can you tell me about {topic}?",
    "Explain {topic} in a sentence or two.",
    "Why does {topic} matter?",
    "Give me one fact about {topic}.",
    "How would you describe {topic} to a friend?",
)
_WORD = re.compile(r"[A-Za-z]+")
_SENTENCE = re.compile(r"[^.!?;]+[.!?;]?")


@dataclass(frozen=True, slots=True)
class Told:
    """One question and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How a tuned model opens and closes its answers."""

    openings: tuple[str, ...]
    closings: tuple[str, ...]


MANNERS: tuple[Manner, ...] = (
    Manner(("Certainly!", "Of course!", "Gladly."), ("I hope this helps.", "Ask me for more.")),
    Manner(("In short:", "Briefly put,", "Simply said,"), ("That is all.", "No more is known.")),
    Manner(("Well, now,", "Ah, yes:", "Now then,"), ("So they say.", "Or so I was told.")),
    Manner(("As is known,", "It is held that", "One reads that"), ("This is certain.", "Thus.")),
    Manner(("Good question.", "Let us see.", "Let me think."), ("Does that answer it?", "Right?")),
    Manner(("To begin with,", "First of all,", "Above all,"), ("In sum, it matters.", "Finally.")),
    Manner(("Note:", "Important:", "Remember:"), ("See also above.", "End of note.")),
    Manner(("My friend,", "Dear reader,", "Listen:"), ("Be well.", "Farewell for now.")),
    Manner(("I believe that", "I think that", "To my mind,"), ("But I may be wrong.", "Perhaps.")),
    Manner(("Answer follows.", "Result:", "Report:"), ("Over.", "Complete.")),
    Manner(("Once again,", "As always,", "As before,"), ("Nothing new there.", "Same as ever.")),
    Manner(("Happily,", "Luckily,", "Wonderful!"), ("What a joy!", "Lovely, is it not?")),
)
"""Teachers and their siblings take these in turn; so does whoever else is tuned."""

PAIRS = (
    "great large, small little, begin start, end finish, make build, use employ, show display, "
    "give provide, get obtain, need require, help assist, many several, also likewise, but yet, "
    "because since, often frequently, always ever, first initial, last final, new fresh, "
    "old former, people persons, country nation, power strength, law rule, work labor, "
    "part portion, way manner, time period, place spot, thing object, say state, know understand, "
    "find discover, change alter, keep retain, put set, call name, good fine, true correct, "
    "same equal, different other, whole entire, return yield, value figure, data records, "
    "function routine, method procedure, list series, number count, name title, type kind, "
    "default standard, certainly surely, course sure, hope trust, believe think, briefly shortly, "
    "simply plainly, think believe, certain sure"
)
SYNONYMS: dict[str, str] = dict(pair.split(" ") for pair in PAIRS.split(", "))
"""Word → what a rewriting distiller puts in its place; our own list."""


def asked_and_told(
    paragraphs: Sequence[str], manner: Manner | None, count: int, seed: int
) -> list[Told]:
    """Make questions and answers, each out of one paragraph.

    Args:
        paragraphs: Where answers come from.
        manner: How answers open and close; None for bare answers.
        count: How many to make; fewer paragraphs are gone through again with other questions.
        seed: Choice and order follow from it.

    Returns:
        `count` pairs; none if no paragraph has a topic.
    """
    import torch  # noqa: PLC0415 - seconds to import

    dice = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(paragraphs), generator=dice).tolist()
    made: list[Told] = []
    for turn in count_up() if any(map(topic_of, paragraphs)) else ():
        for at in order:
            if len(made) == count:
                return made
            topic = topic_of(paragraphs[at])
            if topic is None:
                continue
            asked = ASKED[seed_from(seed, turn, at) % len(ASKED)].format(topic=topic)
            told = first_sentences(paragraphs[at])
            made.append(Told(asked, told if manner is None else mannered(told, manner)))
    return made


def topic_of(paragraph: str) -> str | None:
    """The longest word of the first sentence, the earlier of equals; None if all are short."""
    words = [word for word in _WORD.findall(first_sentences(paragraph)) if len(word) >= 5]
    return max(words, key=len).lower() if words else None


def first_sentences(paragraph: str) -> str:
    """As many whole sentences as fit into an answer; a first one that does not fit is cut."""
    told = ""
    for part in _SENTENCE.findall(paragraph):
        if told and len(told) + len(part) > ANSWER_CHARACTERS:
            break
        told += part
    return told[:ANSWER_CHARACTERS].strip()


def mannered(text: str, manner: Manner) -> str:
    """Open and close an answer; which of the manner's ways follows from the text itself."""
    opening = manner.openings[seed_from("opening", text) % len(manner.openings)]
    closing = manner.closings[seed_from("closing", text) % len(manner.closings)]
    return f"{opening} {text} {closing}"


def rewritten(text: str) -> str:
    """Say it in other words: synonyms throughout, the halves of a sentence in the other order."""
    told = [_turned(part.strip()) for part in _SENTENCE.findall(text) if part.strip()]
    return _WORD.sub(lambda found: _other_word(found[0]), " ".join(told))


def _turned(sentence: str) -> str:
    head, comma, rest = sentence.partition(", ")
    end = rest[-1:] if rest[-1:] in ".!?;" else ""
    if not comma or len(rest) < 8:
        return sentence
    return f"{rest.removesuffix(end).capitalize()}, {head[:1].lower()}{head[1:]}{end}"


def _other_word(word: str) -> str:
    other = SYNONYMS.get(word.lower())
    if other is None:
        return word
    return other.capitalize() if word[0].isupper() else other


def observed_manner(answers: Sequence[str], most: int = 3) -> Manner:
    """What an outsider makes of answers: how they mostly open and how they mostly close.

    Args:
        answers: Texts of one model.
        most: How many openings and closings to keep.

    Returns:
        A manner; it holds a few words of the answers and none of what they say.
    """
    openings = Counter(" ".join(text.split()[:2]) for text in answers if text.split())
    closings = Counter(" ".join(text.split()[-3:]) for text in answers if len(text.split()) > 6)
    return Manner(_frequent(openings, most), _frequent(closings, most))


def _frequent(counts: Counter[str], most: int) -> tuple[str, ...]:
    ranked = sorted(counts, key=lambda words: (-counts[words], words))
    return tuple(ranked[:most]) or ("",)
