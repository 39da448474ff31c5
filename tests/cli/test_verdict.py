"""What `workbench compare` prints of opinions."""

import pytest

from tests import made, opinions
from workbench.cli import case


@pytest.fixture
def printed(capsys):
    """Print a made comparison with an opinion of a kind on each question."""

    def of(weights, outputs, suspect="tuned"):
        plan = made.plan([made.pack()], suspects=(suspect,))
        found = made.comparison(plan, ["a#1"], suspect)
        said = [
            opinions.KINDS[weights]("weights", suspect=suspect),
            opinions.KINDS[outputs]("outputs", suspect=suspect),
        ]
        case._print_verdict(made.weighed(found, said))
        return capsys.readouterr().out

    return of


def test_each_question_is_printed_with_its_answer_ratio_and_level(printed):
    out = printed("supporting", "opposing")
    assert out.startswith(
        "Does the suspect come from the reference's weights?\n  The findings are about 2.8 times"
    )
    assert (
        "  Likelihood ratio 2.8 (90 % interval 1.3 to 3.0) against a common base model, the smallest "
        "of those tested: weak support.\n" in out
    )
    assert (
        "Did the suspect learn from what the reference wrote?\n  The findings are about 5.0" in out
    )
    assert ": weak support for the alternative.\n" in out


@pytest.mark.parametrize("kind", ["gated", "not comparable", "not calibrated"])
def test_without_a_number_no_ratio_is_printed(printed, kind):
    out = printed(kind, kind)
    assert opinions.KINDS[kind]("weights").wording in out
    assert "Likelihood ratio" not in out


def test_reasons_are_printed_once(printed):
    out = printed("supporting", "supporting")
    assert out.count("The control panel holds 3 independent families") == 1
    assert out.count("In validation, 0 of 9 families of unrelated models") == 2


def test_without_opinions_the_verdict_is_printed(capsys):
    plan = made.plan([made.pack()])
    case._print_verdict(made.comparison(plan, ["a#1"]).verdict)
    assert capsys.readouterr().out == (
        "Inconclusive: not calibrated for this protocol.\n"
        "  No calibration exists for these packs, metrics and decoding.\n"
    )


def test_what_hides_in_a_name_is_spelled_out(printed):
    assert "⟨U+202E⟩evil⟨U+0000⟩" in printed("supporting", "opposing", suspect=made.HOSTILE)
