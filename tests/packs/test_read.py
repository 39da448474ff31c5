"""Reading one pack: what comes back, and what its digest covers."""

import pytest

from tests.packs.made import GOOD, changed, put
from workbench.packs import load_pack
from workbench.records import Decoding, Probe


def test_a_good_pack_comes_back_whole(tmp_path):
    pack = load_pack(put(tmp_path), tmp_path)
    assert pack.id == "style/made"
    assert pack.family == "style"
    assert pack.decoding == Decoding(temperature=0.8, max_tokens=32, repeats=4)
    assert pack.authors == ("A. Analyst",)
    assert pack.probes == (
        Probe("style/made#season", "Which season do you like?"),
        Probe("style/made#bird", "Name a bird that sings."),
    )


@pytest.mark.parametrize("kind", ["next_token", "passage"])
def test_a_pack_that_reads_distributions_is_asked_once(tmp_path, kind):
    text = changed(
        ('kind = "generate"', f'kind = "{kind}"'),
        ('template = "chat"', 'template = "raw"'),
        ("[decoding]\ntemperature = 0.8\nmax_tokens = 32\nrepeats = 4\n", ""),
        ("Which season do you like?", "The year has four seasons, and of these I like best the"),
        ("Name a bird that sings.", "Before the sun was up a small grey bird began to sing about"),
    )
    pack = load_pack(put(tmp_path, text), tmp_path)
    assert pack.kind == kind
    assert pack.decoding.repeats == 1


def test_the_digest_covers_content_not_formatting(tmp_path):
    reformatted = changed(
        ("[pack]", "# a comment\n[pack]"),
        ('title = "Small choices"\nversion = 1', "version=1\ntitle='Small choices'"),
        ("temperature = 0.8", "temperature = 8e-1"),
        ('key = "bird"', 'language = "en"\nkey = "bird"'),
        ('prompt = "Name a bird', 'prompt = """\nName a bird'),
        ('that sings."', 'that sings."""'),
    ).replace("\n", "\r\n")
    one = load_pack(put(tmp_path), tmp_path)
    other = load_pack(put(tmp_path, reformatted), tmp_path)
    assert other.digest == one.digest


def test_a_whole_temperature_has_the_digest_of_the_same_decimal_one(tmp_path):
    whole = put(tmp_path, changed(("temperature = 0.8", "temperature = 1")))
    pack = load_pack(whole, tmp_path)
    assert isinstance(pack.decoding.temperature, float)
    decimal = put(tmp_path, changed(("temperature = 0.8", "temperature = 1.0")))
    assert load_pack(decimal, tmp_path).digest == pack.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Name a bird that sings.", "Name a bird that sings!"),
        ("temperature = 0.8", "temperature = 0.9"),
        ("version = 1", "version = 2"),
        ('key = "bird"', 'key = "birds"'),
        ("habits are inherited", "habits are learnt"),
    ],
)
def test_a_change_of_content_changes_the_digest(tmp_path, old, new):
    before = load_pack(put(tmp_path), tmp_path).digest
    after = load_pack(put(tmp_path, changed((old, new))), tmp_path).digest
    assert after != before


def test_prompts_are_inert(tmp_path):
    literal = r"{{7*7}} ${HOME} %(x)s {0} $(id) <script> @include('x')"
    file = put(tmp_path, changed(("Name a bird that sings.", literal)))
    assert load_pack(file, tmp_path).probes[1].prompt == literal


def test_a_joiner_is_part_of_persian_spelling_but_hidden_in_english(tmp_path):
    persian = "کدام فصل را دوست می\u200cداری؟"
    tagged = f'language = "fa"\nprompt = "{persian}"'
    file = put(tmp_path, changed(('prompt = "Name a bird that sings."', tagged)))
    assert load_pack(file, tmp_path).probes[1].prompt == persian


@pytest.mark.parametrize("word", ["llama", "bard", "gemini of the zodiac", "grok", "apple"])
def test_ordinary_words_are_not_names_of_models(tmp_path, word):
    file = put(tmp_path, changed(("Name a bird that sings.", f"Draw a {word}.")))
    assert load_pack(file, tmp_path).probes[1].prompt == f"Draw a {word}."


@pytest.mark.parametrize("family", ["identity", "targeted"])
def test_identity_and_targeted_packs_may_name_models(tmp_path, family):
    weak = 'version = 1\nweak = "What a model says of itself is learnt from many places."'
    text = changed(("Name a bird that sings.", "Are you ChatGPT?"), ("version = 1", weak))
    file = put(tmp_path, text, at=f"{family}/made.toml")
    assert len(load_pack(file, tmp_path).probes) == 2


def test_spelling_is_the_point_of_a_tokenizer_pack(tmp_path):
    text = changed(("Name a bird that sings.", "WHICH  season do you like?"))
    assert (
        "WHICH  season"
        in load_pack(put(tmp_path, text, at="tokenizer/made.toml"), tmp_path).probes[1].prompt
    )


def test_a_pack_is_read_through_a_linked_root(tmp_path):
    put(tmp_path / "real", GOOD)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    assert load_pack(link / "style/made.toml", link).id == "style/made"
