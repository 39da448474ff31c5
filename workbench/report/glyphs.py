"""Which characters the report can print, and how it writes the others.

An archived PDF must hold a glyph for every character, and a reader must see what is there: control
and bidirectional characters could hide or reorder a name. What cannot be printed is written as its
code point, `⟨U+4F60⟩`; the attached evidence keeps every text unchanged.
"""

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from workbench.visible import visible

FONTS = Path(__file__).parent / "fonts"
FONT = "Source Sans 3"
"""Family of text and exhibits; "Source Code Pro" sets digests and names."""


@cache
def _drawn() -> frozenset[int]:
    """Code points that every face of the text family has, so that any style can print them."""
    faces = [TTFont(path, lazy=True) for path in sorted(FONTS.glob("SourceSans3-*.ttf"))]
    characters = [set(face.getBestCmap()) for face in faces]
    for face in faces:
        face.close()
    return frozenset(set.intersection(*characters))


def printable(text: str) -> str:
    """Spell text on one line, with characters the report's fonts hold and nothing hidden."""
    return "".join(
        character if ord(character) in _drawn() and character.isprintable() else _spelled(character)
        for character in visible(text)
    )


def _spelled(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"
