"""Habits of writing, whatever is written about: sentence templates, format, refusals."""

from collections.abc import Sequence

import numpy as np
import regex
from numpy.typing import NDArray

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.ngrams import tokens

_CLOSED = """
    a about above across after again against all almost alone along already also although always am
    among an and another any anyone anything are around as at away back be because been before behind
    being below between both but by can cannot could did do does doing done down during each either
    else enough even ever every everyone everything few first for from further had has have having he
    her here hers herself him himself his how however i if in indeed instead into is it its itself just
    last least less let like many may maybe me might mine more most much must my myself near neither
    never next no nobody none nor not nothing now of off often on once one only onto or other others
    our ours ourselves out over own per perhaps please quite rather same shall she should since so some
    someone something sometimes still such than that the their theirs them themselves then there
    therefore these they this those though through throughout thus to together too toward towards two
    under unless until up upon us very was we well were what whatever when where whereas whether which
    while who whole whom whose why will with within without would yes yet you your yours yourself
    yourselves d ll m re s t ve don didn doesn isn aren wasn weren won wouldn couldn shouldn"""
CLOSED = frozenset(_CLOSED.split())
"""English words of closed classes, which carry grammar rather than topic; kept as they are."""

ENDINGS = (
    ("ing", "V-ing"), ("ed", "V-ed"), ("ly", "ADV"), ("tion", "N-tion"), ("sion", "N-tion"),
    ("ment", "N-ment"), ("ness", "N-ness"), ("ity", "N-ity"), ("ism", "N-ism"), ("ist", "N-er"),
    ("ship", "N-ship"), ("ance", "N-ance"), ("ence", "N-ance"), ("ous", "A-ous"), ("ful", "A-ful"),
    ("ive", "A-ive"), ("able", "A-able"), ("ible", "A-able"), ("ical", "A-al"), ("al", "A-al"),
    ("ic", "A-ic"), ("less", "A-less"), ("est", "A-est"), ("ize", "V-ize"), ("ise", "V-ize"),
    ("ate", "V-ate"), ("ify", "V-ify"), ("er", "N-er"), ("or", "N-er"), ("ies", "W-s"), ("s", "W-s"),
)  # fmt: skip
"""Word ending → class; the first that fits counts."""
LONGER = 3
"""An ending counts only on a word at least this much longer than it."""

ENGLISH_SHARE = 0.25
"""Closed-class words make up 40 to 50 % of running English and next to nothing of other languages."""

REFUSAL_WITHIN = 250
"""A refusal is said early; characters looked at."""
REFUSAL = regex.compile(
    r"""\b(?:
      i(?:\ am|['’]m)\ (?:very\ |so\ |really\ )?(?:sorry|afraid|unable|not\ able|not\ comfortable)
    | i\ (?:can(?:not|['’]t)|can\ not|won['’]t|will\ not|could\ not|couldn['’]t|must\ decline)
        \ (?:help|assist|provide|comply|fulfil|do\ that|create|answer|support|engage|generate
        |write|give|offer|recommend)\b
    | i\ (?:do\ not|don['’]t)\ (?:have\ (?:access|the\ ability|enough\ information)|feel\ comfortable)
    | as\ an\ ai\b
    | it\ is\ not\ (?:appropriate|ethical|possible\ for\ me)
    )""",
    regex.VERBOSE | regex.IGNORECASE,
)

FORMAT_MARKS = (
    ("bulleted lines", r"(?m)^\s*[-*•+]\s+\S"),
    ("numbered lines", r"(?m)^\s*\d{1,3}[.)]\s+\S"),
    ("headings", r"(?m)^\s*#{1,6}\s+\S"),
    ("bold", r"\*\*[^*\n]+\*\*"),
    ("code fences", r"(?m)^\s*```"),
    ("inline code", r"(?<!`)`[^`\n]+`(?!`)"),
    ("table rows", r"(?m)^\s*\|.*\|\s*$"),
    ("blank lines", r"\n[^\S\n]*\n"),
    ("line breaks", r"\n"),
    ("colons at line ends", r"(?m):\s*$"),
    ("exclamation marks", r"!"),
    ("question marks", r"\?"),
    ("semicolons", r";"),
    ("dashes", r"[–—]|\s--?\s"),
    ("brackets", r"\("),
    ("quotation marks", r"[\"“”«»„]"),
    ("curly apostrophes", r"’"),
    ("pictures", r"\p{Emoji_Presentation}"),
    ("first person", r"(?i)\b(?:i|me|my)\b"),
    ("second person", r"(?i)\b(?:you|your)\b"),
)
LAYOUT = 9
"""The first so many marks are layout rather than punctuation or person."""
_FORMAT = tuple(regex.compile(pattern) for _, pattern in FORMAT_MARKS)


def template_tags(text: str) -> list[str]:
    """Sentence template of an English text: one tag per word or mark.

    Closed-class words and punctuation stay as they are; any other word becomes the class of its
    ending, digits become `NUM`. No trained tagger is used: a suffix is a rough guess at a part of
    speech, but it is the same guess for every model.

    Args:
        text: One answer.

    Returns:
        Tags in order. Empty if fewer than a quarter of the words are English closed-class words,
        because the rules say nothing about other languages.

    Source: Syntactic templates in generated text, Shaib et al. (2024), arXiv:2407.00211, and for
        finding a teacher, arXiv:2502.06659, both with a trained tagger; suffix classes as in Brill
        (1992), "A simple rule-based part of speech tagger".
    """
    parts = tokens(text)
    spelled = [part for part in parts if part[0].isalpha()]
    closed = sum(part in CLOSED for part in spelled)
    if not spelled or closed < ENGLISH_SHARE * len(spelled):
        return []
    return [_tag(part) for part in parts]


def _tag(part: str) -> str:
    if part in CLOSED or not part[0].isalnum():
        return part
    if part[0].isdigit():
        return "NUM"
    for ending, name in ENDINGS:
        if part.endswith(ending) and len(part) >= len(ending) + LONGER:
            return name
    return "W"


def format_marks(text: str) -> NDArray[np.float64]:
    """How often each mark of `FORMAT_MARKS` stands in a text, per thousand characters.

    Returns:
        ln(1 + rate), shape (len(FORMAT_MARKS),), float64; all 0 for an empty text.
    """
    counts = np.array([len(pattern.findall(text)) for pattern in _FORMAT], dtype=np.float64)
    return np.log1p(counts * 1000 / max(len(text), 1))


def refuses(text: str) -> bool:
    """Whether an English answer opens with one of the usual words of refusal.

    It reads the first 250 characters and knows set phrases only: it misses refusals put otherwise,
    and takes an apology for a refusal. Other languages count as answered.
    """
    return REFUSAL.search(text[:REFUSAL_WITHIN]) is not None


def format_similarity(reference: Sequence[str], suspect: Sequence[str]) -> float:
    """How alike the format of two models' answers to one probe is.

    Args:
        reference: Answers of one model.
        suspect: Answers of the other.

    Returns:
        exp(−mean absolute difference of the mean marks), above 0, and 1 for the same marks.
        Symmetric.

    Raises:
        NotEnoughEvidenceError: If either model gave no answer.

    Source: Own; marks of layout as in authorship attribution (Abbasi & Chen 2008, ACM TOIS 26(2)).
    """
    if min(len(reference), len(suspect)) == 0:
        raise NotEnoughEvidenceError("format", got=0, need=1)
    ours = np.mean([format_marks(text) for text in reference], axis=0)
    theirs = np.mean([format_marks(text) for text in suspect], axis=0)
    return float(np.exp(-np.abs(ours - theirs).mean()))
