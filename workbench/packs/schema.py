"""What a pack file may hold: names, keys, types and limits, as data."""

import re
from collections.abc import Callable
from typing import get_args

from workbench.records import LETTERS, Decoding, ProbeKind, Template

FAMILIES = (
    "identity",
    "knowledge",
    "refusal",
    "sensitivity",
    "style",
    "reasoning",
    "code",
    "multilingual",
    "randomness",
    "continuation",
    "tokenizer",
    "targeted",
    "nursery",
)
MAY_NAME_MODELS = ("identity", "targeted")
"""Families whose prompts may name a model or its maker."""
NEVER_COUNTED = ("identity",)
"""Families whose packs must say why they are weak: what a model says of itself is not evidence."""
LITERAL_FAMILIES = ("tokenizer",)
"""Families where spelling is the point: prompts that differ in case or spacing are different."""

KINDS: tuple[str, ...] = get_args(ProbeKind)
UNSAMPLED = tuple(kind for kind in KINDS if kind != "generate")
RAW_ONLY = ("passage", "choice")
"""Kinds whose text is read as it stands."""
TEMPLATES: tuple[str, ...] = get_args(Template)

OF_NEXT_TOKENS = (
    "next-token-js",
    "top1-agreement",
    "next-byte-js",
    "next-bytes-js",
    "next-byte-correlation",
)
FEWEST_ANSWERS = {
    **dict.fromkeys(OF_NEXT_TOKENS, 1),
    "passage-likelihood": 1,
    "option-correlation": 1,
    "cross-likelihood": 1,
    "reverse-likelihood": 1,
    "paired-embedding": 1,
    "mmd-squared": 2,
    "word-bigram": 1,
    "character-ngram": 1,
    "opening-words": 1,
    "format-habits": 1,
    "hamming-mmd": 2,
    "allele-distance": 2,
}
"""Metric id → fewest answers of each model at one probe. Kept here as data, since metrics need
torch and packs do not; a test holds it to `METRICS`."""
METRICS_OF: dict[str, tuple[str, ...]] = {
    "generate": (
        "cross-likelihood",
        "reverse-likelihood",
        "paired-embedding",
        "mmd-squared",
        "word-bigram",
        "character-ngram",
        "opening-words",
        "format-habits",
        "hamming-mmd",
        "allele-distance",
    ),
    "next_token": OF_NEXT_TOKENS,
    "passage": (*OF_NEXT_TOKENS, "passage-likelihood"),
    "choice": (*OF_NEXT_TOKENS, "option-correlation"),
}
"""Kind of pack → the metrics that can take what it brings."""

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
NAME_RULE = "1 to 64 of a-z, 0-9 and -, not starting with -"
ID_CHARACTERS = 129

MAX_BYTES = 1_000_000
MAX_PROBES = 2_000
MAX_PROMPT = 8_000
MIN_PASSAGE = 40
MAX_TEXT = 2_000
MAX_LIST = 20
MIN_RATIONALE = 40
MIN_SOURCE = 10
MAX_VERSION = 1_000_000
MAX_TEMPERATURE = 2
MAX_TOKENS = 4_096
MAX_REPEATS = 200
MIN_REPEATS = 2
MIN_OPTIONS = 2
MAX_OPTIONS = len(LETTERS)
MAX_OPTION = 200

PLACEHOLDER = "TODO"
"""What a new pack's skeleton holds where its author must write."""

READING = Decoding(temperature=1.0, max_tokens=1, repeats=1)
"""Decoding of packs that sample nothing: the distribution is read as it stands, once."""

TABLES: dict[str, dict[str, str]] = {
    "pack": {
        "title": "a text",
        "version": "a whole number",
        "authors": "a list of texts",
        "rationale": "a text",
        "source": "a text",
        "kind": "a text",
        "template": "a text",
        "confounders": "a list of texts",
        "metrics": "a list of texts",
        "weak": "a text",
    },
    "decoding": {
        "temperature": "a number",
        "max_tokens": "a whole number",
        "repeats": "a whole number",
    },
    "probe": {
        "key": "a text",
        "prompt": "a text",
        "options": "a list of texts",
        "language": "a text",
        "group": "a text",
    },
}
"""Table → key → type, in words."""
OPTIONAL = ("metrics", "weak", "options", "language", "group")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


FITS: dict[str, Callable[[object], bool]] = {
    "a text": lambda value: isinstance(value, str),
    "a whole number": _is_whole,
    "a number": lambda value: isinstance(value, float) or _is_whole(value),
    "a list of texts": lambda value: (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    ),
}


def type_in_words(value: object) -> str:
    """Say what kind of value this is, without printing it."""
    match value:
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"
