"""Words of a server, made fit to be kept and quoted."""

import re

from workbench.visible import visible_line

QUOTED = 200
"""Characters of a server's own words that a note repeats."""
_LONE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Put U+FFFD in place of every unpaired surrogate, which no file and no database can hold."""
    return _LONE.sub("\ufffd", text)


def has_lone_surrogates(text: str) -> bool:
    """Whether a text holds what is not a character."""
    return bool(_LONE.search(text))


def quoted(text: str) -> str:
    """A server's words on one line, short, with nothing hidden in them and no full stop."""
    shown = visible_line(clean(text[: 4 * QUOTED])).strip().rstrip(".")
    return shown if len(shown) <= QUOTED else f"{shown[:QUOTED]}…"
