"""What a report says of opinions: section 5, and the answers on its first page."""

import dataclasses
import json
from functools import cache
from typing import get_args

import pytest

from tests import calibrated, opinions
from tests.report import reports
from workbench import calibrations
from workbench.errors import ReportError
from workbench.evidence.gates import case_gates
from workbench.records import Comparison, Status, from_json
from workbench.report import build_document, document_json
from workbench.report.blocks import Figure, Heading, KeyValues, Paragraph, Points, Table
from workbench.report.document import STATUS_WORDS
from workbench.report.sections import answers
from workbench.report.wording import plain


@cache
def document(*kinds):
    return build_document(*reports.answered(*kinds))


def question(found, place=0):
    """Blocks of one question in the evaluation."""
    blocks = reports.section(found, "evaluation")
    starts = [i for i, block in enumerate(blocks) if isinstance(block, Heading)]
    return blocks[starts[place] + 1 : starts[place + 1]]


def table(blocks, beginning):
    found = (block for block in blocks if isinstance(block, Table))
    return next(block for block in found if plain(block.caption).startswith(beginning))


def cells(table):
    return [[plain(cell) for cell in row] for row in table.rows]


def answer(blocks):
    return [plain(block.words) for block in blocks if getattr(block, "weight", "") == "answer"]


def numbers(blocks):
    return [block.exhibit.number for block in blocks if isinstance(block, Figure)]


def text(blocks):
    return " ".join(plain(block.words) for block in blocks if isinstance(block, Paragraph))


# --- evaluation ----------------------------------------------------------------------------------


def test_each_question_has_its_own_part_and_the_scale_follows():
    headings = [
        plain(block.words)
        for block in reports.section(document(), "evaluation")
        if isinstance(block, Heading)
    ]
    assert headings == [
        "Does the suspect come from the reference's weights?",
        "Did the suspect learn from what the reference wrote?",
        "The scale",
    ]


@pytest.mark.parametrize("kind", opinions.KINDS)
def test_a_question_is_answered_in_the_words_of_its_opinion(kind):
    found = document(kind, kind)
    assert answer(question(found, 0)) == [opinions.KINDS[kind]("weights").wording]
    assert answer(question(found, 1)) == [opinions.KINDS[kind]("outputs").wording]


def test_every_alternative_has_its_line_with_numbers_or_the_reason():
    found = table(question(document()), "“tuned was re-served")
    independent, sibling, teacher, *_ = cells(found)
    numbers = ["4.2", "2.0 to 7.2", "weak support", "1/7.9 to 7.2", "9"]
    assert independent == ["tuned is independent of base", *numbers]
    numbers = ["2.8", "1.3 to 3.0", "weak support", "1/7.9 to 3.0", "9"]
    assert sibling == ["the two models only share a base model", *numbers]
    assert teacher == [
        "the two models only share a teacher",
        f"not tested: {opinions.untested('shared_teacher').reason}",
    ]
    assert len(found.rows) == 6
    assert found.strong_rows == (1,)


def test_an_interval_that_lies_at_a_bound_is_no_interval():
    found = table(question(document("explained otherwise")), "“tuned was re-served")
    assert cells(found)[1][1:3] == ["1", "at the bound"]


def test_the_numbers_of_an_answer_name_interval_alternative_and_calibration():
    (pairs,) = (block for block in question(document()) if isinstance(block, KeyValues))
    found = {plain(key): plain(value) for key, value in pairs.rows}
    assert found["Status"] == "evaluated"
    assert found["Level"] == "weak support"
    assert found["Likelihood ratio"] == (
        "2.8 (90 % interval 1.3 to 3.0) against a common base model, the smallest of those tested"
    )
    assert found["Calibration"] == f"recorded-made, {opinions.KNOWN['calibration_digest']}"
    assert found["Score"].startswith("+2.40 (95 % interval over prompts +1.90 to +2.90)")


def test_error_rates_give_counts_families_limit_and_those_that_came_out_neither_way():
    found = table(reports.section(document(), "validation"), "Error rates")
    assert cells(found)[0] == [
        "unrelated models", "weak support", "no", "0 of 741", "0 of 9", "28 %", "58",
    ]  # fmt: skip
    assert ["fine-tuned models", "weak support", "yes", "8 of 10", "4 of 4", "100 %", "1"] in cells(
        found
    )


def test_levels_that_the_bounds_do_not_allow_have_no_error_rate():
    levels = {
        row[1] for row in cells(table(reports.section(document(), "validation"), "Error rates"))
    }
    assert levels == {"weak support", "weak support for the alternative"}


def test_the_lattice_names_its_smallest_and_its_largest():
    blocks = question(document())
    found = table(blocks, "The likelihood ratio under other choices")
    assert cells(found)[0] == ["independence", "bi-Student", "4.2", "3.3", "5.2", "3.7"]
    assert [plain(column.title) for column in found.columns][2:] == [
        "whole panel", "half, low panel", "half, high panel", "whole panel, with length and layout",
    ]  # fmt: skip
    assert (
        "Over 24 combinations the smallest is 1.4 (logistic, without length and layout, half, low "
        "panel, against a common base model); the largest is 7.4 (bi-Gaussian," in text(blocks)
    )


def test_a_combination_that_could_not_be_computed_is_said_to_be_none():
    comparison, *rest = reports.answered()
    weights, outputs = comparison.verdict.opinions
    fewer = dataclasses.replace(weights, lattice=weights.lattice[1:])
    verdict = dataclasses.replace(comparison.verdict, opinions=(fewer, outputs))
    found = build_document(dataclasses.replace(comparison, verdict=verdict), *rest)
    rows = cells(table(question(found), "The likelihood ratio under other choices"))
    assert "none" in rows[0]


def test_conditions_are_listed_whether_met_or_not():
    found = table(question(document("gated")), "Conditions set before")
    assert [row[:2] for row in cells(found)] == [["derivatives", "yes"], ["control panel", "no"]]
    assert found.strong_rows == (1,)


def test_the_scale_is_printed_in_full_with_what_behaviour_can_never_say():
    found = cells(table(reports.section(document(), "evaluation"), "The verbal scale"))
    assert found[1:] == [
        ["1 to 10", "1/10 to 1", "weak support", "from 5 families on"],
        ["10 to 100", "1/100 to 1/10", "moderate support", "from 20 families on"],
        ["100 to 1,000", "1/1,000 to 1/100", "moderately strong support", "from 105 families on"],
        ["1,000 to 10,000", "1/10,000 to 1/1,000", "strong support", found[4][3]],
        ["10,000 to 1,000,000", "1/1,000,000 to 1/10,000", "very strong support", found[4][3]],
        ["above 1,000,000", "below 1/1,000,000", "extremely strong support", found[4][3]],
    ]
    assert found[4][3] == "never here: behaviour cannot carry it"


def test_the_ladder_stands_in_its_question():
    found = document()
    assert numbers(question(found, 0)) == [3]
    assert numbers(question(found, 1)) == [4]
    assert numbers(reports.section(found, "results")) == [1, 2]


def test_untested_alternatives_stand_in_the_table_and_not_among_the_reasons_again():
    (points,) = (block for block in question(document()) if isinstance(block, Points))
    assert not any("not tested" in plain(item) for item in points.items)
    assert any("0 of 9 families of unrelated models" in plain(item) for item in points.items)


def test_reasons_that_belong_to_no_question_come_first():
    blocks = reports.section(document(), "evaluation")
    assert plain(blocks[1].words) == "For both questions:"
    assert plain(blocks[2].items[0]) == (
        "The control panel holds 3 independent families; with fewer than 20 a score depends much on "
        "which they are, and its interval is wide."
    )
    assert plain(blocks[2].items[1]) == "Next-token divergence: different tokenizers."


def test_a_calibration_may_be_called_anything():
    comparison, *rest = reports.answered("not calibrated", "not calibrated")
    weights, outputs = comparison.verdict.opinions
    named = dataclasses.replace(weights, reasons=("Calibration exact-match: other decoding.",))
    verdict = dataclasses.replace(comparison.verdict, opinions=(named, outputs), reasons=())
    build_document(dataclasses.replace(comparison, verdict=verdict), *rest)


def test_an_opinion_that_says_too_much_is_refused():
    comparison, *rest = reports.answered()
    weights, outputs = comparison.verdict.opinions
    bold = dataclasses.replace(weights, wording="They provide very strong support.")
    verdict = dataclasses.replace(comparison.verdict, opinions=(bold, outputs))
    with pytest.raises(ReportError, match="strong support"):
        build_document(dataclasses.replace(comparison, verdict=verdict), *rest)


def test_without_any_opinion_the_verdict_stands_as_it_is():
    blocks = reports.section(reports.document(), "evaluation")
    assert answer(blocks) == ["Inconclusive: not calibrated for this protocol."]
    assert any(isinstance(block, Table) for block in blocks)


def test_every_status_has_words_for_the_cover():
    assert set(STATUS_WORDS) == set(get_args(Status))
    cover = {plain(key): plain(value) for key, value in document("gated", "gated").cover.rows}
    assert cover["Status"] == "no evaluative opinion: technical findings only"


def test_the_json_gives_every_opinion_back():
    comparison, *rest = reports.answered("supporting", "gated")
    found = json.loads(json.dumps(document_json(build_document(comparison, *rest))))
    assert from_json(Comparison, found["records"]["comparison"]) == comparison
    assert len(found["exhibits"]) == 3


# --- the first page ------------------------------------------------------------------------------


PLAIN = {
    "supporting": "What was found points towards yes, with weak support.",
    "opposing": "What was found points towards no, with weak support.",
    "neutral": "What was found does not help to tell: it is about as probable either way.",
    "undecided": "The answer is open: too little is known to tell. That does not speak for a no.",
    "explained otherwise": "The answer is open: something else could explain what was found as well.",
    "gated": "No answer is given, because conditions set beforehand were not met.",
    "not comparable": "No answer is possible, because there was nothing to compare.",
    "not calibrated": (
        "The answer is open: what likeness of this kind is worth has not been measured yet."
    ),
    "unscored": "The answer is open: too little was there to compare, or too few controls.",
}


@pytest.mark.parametrize("kind", opinions.KINDS)
def test_the_answer_is_said_in_plain_words(kind):
    assert answer(reports.section(document(kind, "gated"), "summary"))[0] == PLAIN[kind]


def test_too_little_besides_kin_is_said_in_plain_words():
    bare = dataclasses.replace(opinions.gated(), status="inconclusive", gates=())
    assert answers.short(bare) == (
        "The answer is open: without the kin of these models too little has been measured."
    )


def test_support_comes_with_natural_frequencies():
    found = text(reports.section(document(), "summary"))
    assert (
        "Such findings are about 2.8 times more to be expected if tuned comes from the weights of "
        "base than if the two models only share a base model. Of 9 families of unrelated models, "
        "none looked so much alike; because 9 are few, up to 28 of 100 could. Of 6 families of "
        "models with a common base, 2 looked so much alike; because 6 are few, up to 73 of 100 "
        "could. Of 20 models known to be derived, 4 did not." in found
    )


def test_support_for_the_alternative_comes_with_natural_frequencies_and_what_is_left_open():
    found = text(reports.section(document(), "summary"))
    assert (
        "Such findings are about 5.0 times more to be expected if tuned is independent of base "
        "than if tuned learned from what base wrote. Of 4 families of models that learned from "
        "answers, none looked so little alike; because 4 are few, up to 53 of 100 could. "
        "Derivation at a lower dose, or followed by masking, is not excluded." in found
    )


def test_an_open_answer_says_how_often_derivatives_get_no_better_one():
    found = text(reports.section(document("undecided", "neutral"), "summary"))
    assert "Of 20 models known to be derived, 2 got no better answer than this." in found


def test_the_first_page_names_what_else_would_explain_the_findings():
    found = text(reports.section(document("explained otherwise"), "summary"))
    assert (
        "The findings speak for the statement that tuned comes from the weights of base when "
        "independence is the only other explanation; a common base model could explain them, too."
    ) in found


def test_the_first_page_names_conditions_that_were_not_met():
    found = text(reports.section(document("gated"), "summary"))
    assert (
        "The reason: there are fewer controls than the measurements need. Section 9 has the figures."
    ) in found


def test_every_condition_has_plain_words(tmp_path):
    figures = calibrations.read(calibrated.keep(tmp_path)).figures
    gates = [*figures.gates, *case_gates("weights", controls=3, fewest_controls=4, called_controls=1,
                                         missing_reference=0.0, missing_suspect=0.0)]  # fmt: skip
    assert {gate.name for gate in gates} | {"validation"} == set(answers.CONDITIONS)


def test_the_first_page_names_what_was_never_weighed():
    limits = next(b for b in reports.section(document(), "summary") if isinstance(b, Points))
    assert plain(limits.items[2]) == (
        "Other explanations were not tested: a common teacher, common preference data, published text "
        "of the reference, a common recipe. Any of them can make two models alike."
    )


@pytest.mark.parametrize("kind", opinions.KINDS)
def test_the_sentences_of_an_answer_are_short(kind):
    blocks = reports.section(document(kind, "gated"), "summary")
    ends = [i for i, block in enumerate(blocks) if isinstance(block, Heading)]
    for sentence in text(blocks[ends[1] : ends[2]]).split(". "):
        assert len(sentence.split()) <= 30, sentence


def test_a_weighed_answer_says_on_whom_the_worth_of_likeness_was_measured():
    limits = next(b for b in reports.section(document(), "summary") if isinstance(b, Points))
    assert plain(limits.items[1]) == (
        "What likeness is worth was measured on pairs of known history (recorded-made), and may differ "
        "here."
    )


def test_an_answer_without_a_calibration_names_no_such_models():
    found = text(reports.section(document("not calibrated"), "summary"))
    assert "pairs of known history" not in found


def test_without_a_score_the_first_page_blames_no_missing_measurement():
    found = text(reports.section(document("unscored", "unscored"), "summary"))
    assert "The answer is open: too little was there to compare, or too few controls." in found
    assert "Section 9 gives the reason." in found
    assert "has not been measured yet" not in found
