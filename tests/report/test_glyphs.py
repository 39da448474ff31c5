import pytest

from workbench.report.charts import short_labels
from workbench.report.figures import beside_controls, per_probe
from workbench.report.glyphs import printable


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain-7b", "plain-7b"),
        ("Größe, Ελλάδα, Москва", "Größe, Ελλάδα, Москва"),
        ("模型", "⟨U+6A21⟩⟨U+578B⟩"),
        ("\u202eevil\x00", "⟨U+202E⟩evil⟨U+0000⟩"),
        ("a\nb\tc", "a⟨U+000A⟩b⟨U+0009⟩c"),
        ("😀", "⟨U+1F600⟩"),
        ("\ue000", "⟨U+E000⟩"),
        ("#strong[x] $a$", "#strong[x] $a$"),
    ],
)
def test_what_the_fonts_lack_or_hide_is_spelled_out(text, spelled):
    assert printable(text) == spelled


def test_printable_text_stays_as_it_is_the_second_time():
    once = printable("模\u202e\x00")
    assert printable(once) == once


@pytest.mark.parametrize("key", [beside_controls.KEY, per_probe.KEY])
def test_every_symbol_of_a_key_has_a_glyph(key):
    assert "⟨" not in printable(key.replace("\N{NO-BREAK SPACE}", " "))


def test_a_long_label_keeps_both_ends():
    (label,) = short_labels(["organisation/very-long-name-of-a-model-v7"], most=21)
    assert label == "organisati…a-model-v7"


def test_labels_are_never_alike():
    labels = short_labels(["a" * 50, "a" * 60, "a" * 70, "b"], most=21)
    assert len(set(labels)) == 4
    assert labels[1] == "aaaaaaaaaa…aaaaaaaaaa (2)"


def test_a_spelled_out_character_is_not_cut_in_two():
    (label,) = short_labels(["模" * 20], most=21)
    assert label.count("⟨") == label.count("⟩")
