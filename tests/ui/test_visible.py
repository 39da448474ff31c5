import unicodedata

import pytest

from tests import made
from workbench.visible import visible, visible_line, visible_token


def test_ordinary_text_stays_as_it_is():
    text = "Größe, 東京, Ελλάδα, naïve, 😀\n\tsecond line"
    assert visible(text) == text


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),  # right-to-left override
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),  # isolates
        ("a\u200bb", "a⟨U+200B⟩b"),  # zero-width space
        ("a\ufeffb", "a⟨U+FEFF⟩b"),  # byte-order mark
        ("a\x00b\x1b[2J", "a⟨U+0000⟩b⟨U+001B⟩[2J"),  # controls, terminal escapes
        ("a\rb", "a⟨U+000D⟩b"),
        ("a\x85b\x9bc", "a⟨U+0085⟩b⟨U+009B⟩c"),
        ("a\u2028b", "a⟨U+2028⟩b"),  # line separator
        ("a\u3164b\u2800", "a⟨U+3164⟩b⟨U+2800⟩"),  # blank letter, blank braille
        ("a\ufe0fb", "a⟨U+FE0F⟩b"),  # variation selector
        ("a\U000e0041b", "a⟨U+E0041⟩b"),  # tag character
        ("a\ue000b", "a⟨U+E000⟩b"),  # private use
        ("a\ud800b", "a⟨U+D800⟩b"),  # lone surrogate
        ("a\u00adb", "a⟨U+00AD⟩b"),  # soft hyphen
        ("a\u034fb", "a⟨U+034F⟩b"),  # grapheme joiner
    ],
)
def test_a_hiding_character_is_spelled_out(hidden, shown):
    assert visible(hidden) == shown


def test_stacked_marks_are_spelled_out_after_the_fourth():
    assert visible("e" + "\u0301" * 6) == "e" + "\u0301" * 4 + "⟨U+0301⟩⟨U+0301⟩"


def test_no_character_of_any_plane_hides():
    shown = visible("".join(map(chr, range(0x110000))))
    assert not {unicodedata.category(c) for c in set(shown) - {"\n", "\t"}} & {
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
    }  # fmt: skip


def test_one_line_shows_its_line_breaks():
    assert visible_line("a\n\tb") == "a⏎⇥b"
    assert visible_token(" the\n") == "␣the⏎"


def test_the_hostile_answer_keeps_every_other_character():
    assert (
        visible(made.HOSTILE).replace("⟨U+202E⟩", "\u202e").replace("⟨U+0000⟩", "\x00")
        == made.HOSTILE
    )
