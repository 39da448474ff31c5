"""Multiple choice: what a pack author writes, and what is asked."""

import pytest

from tests.packs.made import HEAD, put
from workbench.digest import digest_of
from workbench.packs import load_pack, sealed_addresses
from workbench.records import LETTERS, Pack, Probe, from_json, to_json

CHOICE = (
    HEAD.replace('kind = "generate"', 'kind = "choice"')
    .replace('template = "chat"', 'template = "raw"')
    .split("[decoding]", maxsplit=1)[0]
    + """
[[probe]]
key = "lamp"
prompt = "Which of these names suits a lamp best?"
options = ["Flicker", "Ember", "Wick", "Vesper"]
"""
)


def choice(tmp_path, options='["Flicker", "Ember", "Wick", "Vesper"]', at="knowledge/made.toml"):
    text = CHOICE.replace('["Flicker", "Ember", "Wick", "Vesper"]', options)
    return load_pack(put(tmp_path, text, at=at), tmp_path)


def test_the_question_is_asked_with_lettered_options_and_an_open_answer(tmp_path):
    (probe,) = choice(tmp_path).probes
    assert probe.prompt == (
        "Question: Which of these names suits a lamp best?\n"
        "A. Flicker\n"
        "B. Ember\n"
        "C. Wick\n"
        "D. Vesper\n"
        "Answer (A, B, C or D):"
    )


def test_the_probe_knows_its_options_and_letters(tmp_path):
    (probe,) = choice(tmp_path, '["yes", "no", "perhaps"]').probes
    assert probe.options == ("yes", "no", "perhaps")
    assert probe.letters == "ABC"


def test_a_choice_pack_is_read_once_and_needs_log_probabilities(tmp_path):
    pack = choice(tmp_path)
    assert (pack.decoding.repeats, pack.access, pack.template) == (1, "logits", "raw")


def test_every_letter_can_be_used(tmp_path):
    options = [f"name {number}" for number in range(len(LETTERS))]
    (probe,) = choice(tmp_path, str(options).replace("'", '"')).probes
    assert probe.letters == LETTERS
    assert probe.prompt.endswith("\nH. name 7\nAnswer (A, B, C, D, E, F, G or H):")


@pytest.mark.parametrize(
    "options",
    ['["Ember", "Flicker", "Wick", "Vesper"]', '["Flicker", "Ember", "Wick"]', '["5", "-5"]'],
)
def test_order_and_number_of_options_are_content(tmp_path, options):
    assert choice(tmp_path, options).digest != choice(tmp_path).digest


def test_options_survive_a_journey_through_json(tmp_path):
    pack = choice(tmp_path)
    assert from_json(Pack, to_json(pack)) == pack


def test_packs_without_options_keep_the_digest_they_had_before_there_were_options(tmp_path):
    pack = load_pack(put(tmp_path), tmp_path)
    before = to_json(pack)
    before["probes"] = [
        {key: probe[key] for key in ("address", "prompt", "language", "group")}
        for probe in before["probes"]
    ]
    assert pack.digest == digest_of(before)


def test_a_pack_recorded_before_there_were_options_is_read(tmp_path):
    content = to_json(load_pack(put(tmp_path), tmp_path))
    for probe in content["probes"]:
        del probe["options"]
    assert from_json(Pack, content).probes[0] == Probe(
        "style/made#season", "Which season do you like?"
    )


def test_a_fifth_of_the_questions_is_sealed_as_in_other_packs(tmp_path):
    head, one = CHOICE.split("[[probe]]")
    subjects = (
        "lamp",
        "boat",
        "village",
        "horse",
        "hill",
        "clock",
        "bridge",
        "inn",
        "bell",
        "kite",
    )
    probes = "".join(f"[[probe]]{one.replace('lamp', subject)}" for subject in subjects)
    pack = load_pack(put(tmp_path, head + probes), tmp_path)
    assert len(sealed_addresses(pack)) == 2
