"""Text that somebody else wrote, made safe to look at: nothing hidden, nothing turned around.

A model's answer, a file's model name and a pack's title may hold characters that hide, reorder or
imitate other text. Here each of them becomes `⟨U+202E⟩`. That this text is also never run through
Markdown, HTML or Typst is up to whoever shows it.

Source: Unicode Standard Annex 9 (bidirectional text) and Technical Standard 39 (security
mechanisms); the Trojan Source paper, Boucher & Anderson (2021), arXiv:2111.00169.
"""

import unicodedata
from functools import lru_cache

KEPT = "\n\t"
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that draw nothing."""
BLANK_MARKS = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Combining marks that draw nothing; variation selectors are tested by range."""
MARKS_PER_LETTER = 4
"""More combining marks than any language stacks on one letter are shown as numbers."""


def visible(text: str) -> str:
    """Spell out every character that hides, reorders or draws nothing; keep lines and tabs."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        shown.append(_spelled(character) if marks > MARKS_PER_LETTER else _shown(character))
    return "".join(shown)


def visible_line(text: str) -> str:
    """`visible`, on one line: line breaks become `⏎` and tabs `⇥`."""
    return visible(text).replace("\n", "⏎").replace("\t", "⇥")


def visible_token(text: str) -> str:
    """`visible_line` with every space as `␣`, so that a token with a leading space differs."""
    return visible_line(text).replace(" ", "␣")


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    return _spelled(character) if character not in KEPT and _hides(character) else character


def _hides(character: str) -> bool:
    code = ord(character)
    return (
        unicodedata.category(character) in HIDDEN_CATEGORIES
        or character in BLANK_LETTERS
        or character in BLANK_MARKS
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
    )


def _spelled(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"
