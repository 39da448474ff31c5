"""Sentences of a report: own words apart from names, and the phrases own words must not hold.

A report's sentences are short texts with names put in: models, packs, digests, answers. A name may
be anything ("proof-reader-7b"), so it is kept apart in a span of its own and never linted,
translated or read as markup. The rest is the program's wording and answers to `refused_phrases`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from workbench.errors import ReportError

Kind = Literal["own", "name", "recorded"]
"""The report's own words; a name or digest; or text recorded elsewhere, as it stands."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text."""

    text: str
    kind: Kind = "own"


Words = tuple[Span, ...]
"""One sentence, cell or paragraph."""


def say(sentence: str, **values: str | int | Words) -> Words:
    """Fill a sentence: `say("{n} answers of {model}", n=3, model=run.model)`.

    Args:
        sentence: Own words, with `{name}` where a value goes.
        values: Text is taken as a name, numbers become own words, words are put in as they are.
    """
    spans: list[Span] = []
    for own, field, _, _ in Formatter().parse(sentence):
        spans.append(Span(own))
        if field is not None:
            spans.extend(_spans(values[field]))
    return tuple(span for span in spans if span.text)


def _spans(value: str | int | Words) -> Words:
    if isinstance(value, tuple):
        return value
    return name(value) if isinstance(value, str) else (Span(str(value)),)


def own(text: str) -> Words:
    """Take text without names as the report's own words."""
    return (Span(text),)


def name(text: str) -> Words:
    """Take a whole text as a name or a digest."""
    return (Span(text, "name"),)


def recorded(text: str) -> Words:
    """Take a whole text as it was recorded: a title, a reason, a device sentence."""
    return (Span(text, "recorded"),)


def naming(text: str, names: Iterable[str], titles: Iterable[str] = ()) -> Words:
    """Take sentences made elsewhere as own words, with names and titles in them set apart."""
    kinds: dict[str, Kind] = {item: "name" for item in names}  # noqa: C420 - typed as Kind
    kinds |= {item: "recorded" for item in titles}  # noqa: C420
    known = sorted(filter(None, kinds), key=len, reverse=True)
    if not known:
        return own(text)
    pattern = "|".join(rf"(?<!\w){re.escape(item)}(?!\w)" for item in known)
    parts = re.split(f"({pattern})", text)  # every second part is a name or a title
    return tuple(
        Span(part, kinds[part] if i % 2 else "own") for i, part in enumerate(parts) if part
    )


def joined(items: Iterable[Words], between: str = ", ") -> Words:
    """Join several words into one."""
    spans: list[Span] = []
    for item in items:
        spans.extend([*([Span(between)] if spans else []), *item])
    return tuple(spans)


def plain(words: Words) -> str:
    """The text as it reads, names included."""
    return "".join(span.text for span in words)


def spoken(words: Words) -> str:
    """The text as it reads, after checking its own words.

    Raises:
        ReportError: If a refused phrase is among them.
    """
    check([words])
    return plain(words)


# --- what is never said --------------------------------------------------------------------------

_REFUSED = re.compile(
    r"""\b(?:
      stole | stolen | steal(?:s|ing)? | theft | thief
    | cop(?:y|ies|ied|ying)
    | plagiari\w+ | infring\w+ | illegal(?:ly)? | unlawful(?:ly)? | unauthori[sz]ed | breach(?:es|ed)?
    | crim(?:e|es|inal\w*) | guilty | culprit | perpetrators? | victim | innocen(?:t|ce) | exonerat\w+
    | deliberate(?:ly)? | intent(?:ion(?:s|al(?:ly)?)?)? | will?ful(?:ly)? | knowingly
    | malicious(?:ly)? | admit(?:s|ted)? | confess\w*
    | prov(?:e|es|ed|en|ing) | proofs? | undeniabl[ey] | conclusive(?:ly)?
    | beyond \s+ (?: a \s+ | any \s+ )? reasonable \s+ doubt
    | match(?:es|ed|ing)? | identical(?:ly)? | fingerprints? \s+ identif\w+
    | certain(?:ly|ty|ties)? | guarantee[sd]? | zero \s+ error\w* | error[\s-]free | infallibl[ey]
    | foolproof | flawless(?:ly)? | unequivocal(?:ly)? | irrefutabl[ey] | overwhelming(?:ly)?
    | (?:no | without \s+ (?:a \s+)?) \s* doubt | doubtless
    | (?:probability|likelihood|chances?|odds) \s+ that | more \s+ likely \s+ than \s+ not
    | (?:probably|likely|almost \s+ surely) \s+ (?:derived|distilled|trained|from)
    | (?:was|were|has \s+ been|had \s+ been) \s+ trained \s+ on
    | (?:is|are|was|were|been) \s+ (?:distilled|derived|fine-tuned|merged|extracted) \s+ from
    | (?:is|was) \s+ the \s+ (?:source|origin|parent|teacher) \s+ of
    | no \s+ (?:distillation|derivation) (?! \s+ took \s+ place)
    | not \s+ (?:distilled|derived) | did \s+ not \s+ (?:learn|train)
    | rul(?:es?|ed|ing) \s+ out | (?:derivation|distillation) \s+ (?:is|was) \s+ excluded
    | (?<!moderately\s) strong(?:ly)? \s+ support(?:s|ed)? | statistically \s+ significant
    | p-values? (?: \s+ of \s+ \d+ (?:\.\d+)? )? \s+ (?:support|show|confirm|establish)(?:s|ed)?
    | \d+ (?:\.\d+)? \s* (?:%|per \s? cent) \s+ (?:similar\w*|alike|derived|overlap|the \s+ same)
    | \d+ (?:\.\d+)? \s* (?:%|per \s? cent) \s+ (?:likely|probable|probability|chance|sure|confident)
    | (?:similarit(?:y|ies)|likeness|overlap) \s+ (?:of|is|was|=|:) \s* \d+ (?:\.\d+)? \s*
      (?:%|per \s? cent)
    | in \s+ (?:all|any|every) \s+ (?:versions?|languages?|settings?)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
"""Sources: ENFSI guideline for evaluative reporting (2015) on the transposed conditional and source
attribution; advisory committee's note to FRE 702 (2023) on absolute words; PCAST (2016) on error
rates. "No derivation took place" is let through for "this is not evidence that …"; of the verbal scale
the words that behaviour cannot carry are let through only as recorded text, in the scale itself."""


def refused_phrases(text: str) -> list[str]:
    """Find phrases a report must not use in its own words, in the order they occur."""
    return [found.group(0) for found in _REFUSED.finditer(text)]


def check(texts: Iterable[Words]) -> None:
    """Refuse a report whose own words say more than evidence can carry.

    Raises:
        ReportError: If any text holds a refused phrase outside its names.
    """
    for words in texts:
        sentence = "".join(span.text if span.kind == "own" else "<>" for span in words)
        if refused := refused_phrases(sentence):
            listed = ", ".join(f'"{phrase}"' for phrase in refused)
            raise ReportError(
                f"The report would say {listed} in: {plain(words)}",
                fix="Write what was observed and how strongly it supports a proposition.",
            )
