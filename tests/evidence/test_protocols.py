"""Whether a calibration speaks of a case."""

from dataclasses import replace

import pytest

from tests.evidence.simulated import protocol, summed
from workbench.evidence.protocols import calibrated_for, differences
from workbench.evidence.weighing import Calibration
from workbench.records import CalibrationFigures, DecodingUsed

PACKS = {"packs": {"style/a": "sha256:1", "style/b": "sha256:2"}, "prompts": ()}


def prompts(count, first=0):
    return tuple(f"sha256:{i}" for i in range(first, first + count))


def test_a_protocol_is_like_itself():
    assert differences(protocol(), protocol()) == ()
    assert differences(protocol(**PACKS), protocol(**PACKS)) == ()


def test_the_order_of_metrics_does_not_matter():
    turned = protocol(metrics=("word-bigram", "character-ngram"))
    assert differences(turned, protocol()) == ()


@pytest.mark.parametrize(
    ("case", "calibrated", "words"),
    [
        ({"access": "logits"}, {}, "access level text, here logits"),
        (
            {"metrics": ("word-bigram", "passage-likelihood")},
            {},
            "other metrics (only here: passage-likelihood; only there: character-ngram)",
        ),
        ({"metrics": ("word-bigram",)}, {}, "other metrics (only there: character-ngram)"),
        ({"embedder": "minilm"}, {}, "another sentence encoder"),
        ({"prompts": ("sha256:a", "sha256:b", "sha256:d")}, {}, "other prompts (67% are shared)"),
        ({"prompts": ()}, {}, "other prompts (0% are shared)"),
        (
            {"decoding": {"recorded": DecodingUsed(None, None, 2)}},
            {},
            "other decoding (recorded)",
        ),
        ({"decoding": {}}, {}, "other decoding (recorded)"),
        ({"readings": 4}, {}, "0 probes of each pack were read, here 4"),
        (
            PACKS | {"packs": {"style/a": "sha256:1", "style/b": "sha256:3"}},
            PACKS,
            "other packs or versions of them (style/b)",
        ),
        (
            PACKS | {"packs": {"style/a": "sha256:1"}},
            PACKS,
            "other packs or versions of them (style/b)",
        ),
        (
            PACKS | {"decoding": {"style/a": DecodingUsed(0.7, 64, 2)}},
            PACKS | {"decoding": {"style/a": DecodingUsed(0.0, 64, 2)}},
            "other decoding (style/a)",
        ),
    ],
)
def test_each_difference_is_named(case, calibrated, words):
    assert differences(protocol(**case), protocol(**calibrated)) == (words,)


def test_a_pack_that_differs_is_told_once():
    mine = PACKS | {"packs": {"style/a": "sha256:1"}, "decoding": {}}
    theirs = PACKS | {"decoding": {"style/b": DecodingUsed(0.0, 64, 2)}}
    assert len(differences(protocol(**mine), protocol(**theirs))) == 1


def test_nine_prompts_of_ten_are_the_same_protocol_and_fewer_are_not():
    whole = protocol(prompts=prompts(100))
    assert differences(protocol(prompts=prompts(90)), whole) == ()
    assert differences(whole, protocol(prompts=prompts(90))) == ()
    assert differences(protocol(prompts=prompts(89)), whole) != ()
    assert differences(protocol(prompts=prompts(100, first=11)), whole) != ()


def test_a_hundred_times_the_same_prompt_is_one_prompt():
    padded = protocol(prompts=("sha256:a",) * 100)
    assert differences(padded, protocol()) != ()


def test_scores_of_unknown_making_fit_nothing():
    assert differences(protocol(), None) == ("it does not say how its scores were made",)


def at_hand(name, families=9, made_by=None, digest="sha256:0"):
    figures = CalibrationFigures(
        name=name,
        title="",
        software="",
        scores_digest="",
        protocols={"weights": made_by or protocol()},
        fewest_controls=4,
        systems=(summed(other_families=families),),
        headline={},
        errors={},
        gates=(),
    )
    return Calibration(figures, {"weights": None}, digest)


def test_of_several_that_fit_the_one_with_most_families_is_taken():
    few, many = at_hand("a", 9), at_hand("b", 30)
    assert calibrated_for(protocol(), "weights", [few, many])[0] is many


def test_of_equals_the_first_by_name_is_taken_in_any_order():
    one, other = at_hand("a"), at_hand("b")
    assert calibrated_for(protocol(), "weights", [other, one])[0] is one
    again = replace(one, digest="sha256:1")
    for order in ([one, again], [again, one]):
        assert calibrated_for(protocol(), "weights", order)[0] is one


def test_where_none_fits_each_says_why():
    apart = at_hand("a", made_by=protocol(access="logits"))
    found, reasons = calibrated_for(protocol(), "weights", [apart])
    assert found is None
    assert reasons == ("Calibration a: access level logits, here text.",)


def test_a_calibration_of_the_other_question_is_none():
    found, reasons = calibrated_for(protocol(), "outputs", [at_hand("a")])
    assert found is None
    assert reasons == ("There is no calibration at hand.",)


def test_a_calibration_that_fits_leaves_nothing_to_be_said():
    apart = at_hand("a", made_by=protocol(access="logits"))
    found, reasons = calibrated_for(protocol(), "weights", [apart, at_hand("b")])
    assert found.figures.name == "b"
    assert reasons == ()
