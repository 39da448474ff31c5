"""Examples, validation, what scores hang on, and the parts that frame them."""

import dataclasses

import pytest

from tests.report import reports
from workbench.records import (
    CalibrationFigures,
    Curves,
    NoScore,
    Protocol,
    QuestionFinding,
    QuestionScore,
    Quote,
    SystemFigures,
    Validated,
    Without,
)
from workbench.report import build_document
from workbench.report.blocks import Figure, KeyValues, Table, texts
from workbench.report.chosen import chosen
from workbench.report.wording import plain

HOSTILE = "Dear #strong[reader],\n*hello* <script>alert(1)</script>"
CURVES = Curves(
    derived=(-0.2, 0.9, 0.9),
    other=(-0.9, -0.9, 0.4),
    thresholds=(-1.0, 0.0, 1.0),
    derived_reaching=(1.0, 0.67, 0.0),
    other_reaching=(1.0, 0.33, 0.0),
    stated=(-0.9, -0.2, 0.4, 0.9),
    pooled=(None, 0.0, 0.0, None),
)
SYSTEM = SystemFigures("weights", "independent", 3, 3, 3, 3, 0, 0, least=-0.9, most=0.9)
FIGURES = CalibrationFigures("made", "Made.", "0.1.0", "sha256:0", {}, 3, (SYSTEM,), {}, {}, ())


def said(document, part):
    return "\n".join(plain(w) for b in reports.section(document, part) for w in texts(b))


def uneven():
    """The arguments of a report whose suspect stands above the controls at some probes only."""
    comparison, plan, runs, packs = reports.parts(probes=4)
    line = comparison.lines[0]
    values = (0.9, 0.2, 0.6, 0.9, 0.99, 0.99)  # the last two are no texts
    probes = tuple(
        dataclasses.replace(one, value=v)
        for one, v in zip(line.suspect.probes, values, strict=True)
    )
    line = dataclasses.replace(line, suspect=dataclasses.replace(line.suspect, probes=probes))
    return dataclasses.replace(comparison, lines=(line,)), plan, runs, packs


# --- examples ------------------------------------------------------------------------------------


def test_examples_are_chosen_by_the_suspects_excess_over_the_mean_of_the_controls():
    comparison, _, _, packs = uneven()
    found = chosen(comparison, packs)
    # Controls have 0.50, 0.52 and 0.54 at the first probe, and 0.01 more at each after it.
    assert [(one.probe_address[-1], round(one.excess, 2)) for one in found.carrying] == [
        ("0", 0.38),
        ("3", 0.35),
    ]
    assert [(one.probe_address[-1], round(one.excess, 2)) for one in found.against] == [
        ("1", -0.33),
        ("2", 0.06),
    ]
    assert found.probes == 4


def test_a_distance_is_turned():
    comparison, _, _, packs = uneven()
    line = dataclasses.replace(comparison.lines[0], direction="distance")
    found = chosen(dataclasses.replace(comparison, lines=(line,)), packs)
    assert found.carrying[0].probe_address.endswith("probe-1")


def test_equal_examples_go_by_address():
    comparison, _, _, packs = reports.parts(probes=4)
    line = comparison.lines[0]
    flat = tuple(dataclasses.replace(one, value=0.5) for one in line.suspect.probes)
    beside = tuple(dataclasses.replace(pair, probes=flat) for pair in line.controls)
    suspect = dataclasses.replace(line.suspect, probes=flat)
    line = dataclasses.replace(line, suspect=suspect, controls=beside)
    found = chosen(dataclasses.replace(comparison, lines=(line,)), packs)
    assert [address[-1] for address in found.addresses] == ["0", "1", "2", "3"]


def test_both_answers_stand_word_for_word_and_the_first_usable_one_is_shown():
    parts = uneven()
    address = "style/greetings#probe-0"
    quotes = [
        Quote("reference-base", address, 0, "refused", "I cannot."),
        Quote("reference-base", address, 1, "answered", HOSTILE),
        Quote("suspect-tuned", address, 0, "answered", "Dear you,"),
    ]
    document = build_document(*parts, quotes=quotes)
    pairs = [b for b in reports.section(document, "examples") if isinstance(b, KeyValues)]
    rows = {plain(key): plain(value) for key, value in pairs[0].rows}
    assert rows["Reference"] == HOSTILE.replace("\n", " ¶ ")
    assert rows["Suspect"] == "Dear you,"
    assert document.records["quotes"][1]["text"] == HOSTILE


def test_answers_may_say_what_the_report_may_not():
    quote = Quote("suspect-tuned", "style/greetings#probe-0", 0, "answered", "It proves theft.")
    assert "It proves theft." in said(build_document(*uneven(), quotes=[quote]), "examples")


def test_a_long_answer_is_cut_and_says_so():
    quote = Quote("suspect-tuned", "style/greetings#probe-0", 0, "answered", "a" * 701)
    text = said(build_document(*uneven(), quotes=[quote]), "examples")
    assert "a […] (cut after 700 of 701 characters)" in text


def test_without_probes_answered_in_text_there_are_no_examples():
    comparison, *rest = reports.parts(lines=())
    assert "there are no examples" in said(build_document(comparison, *rest), "examples")


# --- validation ----------------------------------------------------------------------------------


def validated(curves=CURVES):
    return [Validated("weights", "independent", FIGURES, curves)]


def test_without_a_calibration_no_error_rate_is_claimed():
    text = said(build_document(*reports.answered("not calibrated", "not calibrated")), "validation")
    assert "no error rate of this protocol is known and none is claimed" in text


def test_a_calibration_has_its_pairs_rates_and_exhibits():
    document = build_document(*reports.answered("supporting", "gated"), validated=validated())
    blocks = reports.section(document, "validation")
    assert "3 of 3 recipes; 0 more could not be judged apart from their kin" in said(
        document, "validation"
    )
    assert any("Error rates" in plain(b.caption) for b in blocks if isinstance(b, Table))
    first, second = [b.exhibit for b in blocks if isinstance(b, Figure)]
    assert (first.number, second.number) == (4, 5)
    assert "misleading evidence for derivation (1 of 3 pairs)" in first.caption
    assert "misleading evidence against it (1 of 3 pairs)" in first.caption
    assert [row["stated"] for row in second.rows] == [-0.2, 0.4]
    assert "The largest gap is 0.40 in log10." in second.caption


def test_numbers_of_other_exhibits_do_not_depend_on_a_calibration():
    parts = reports.answered("supporting", "gated")
    without = [shown.number for shown in build_document(*parts).exhibits]
    given = [shown.number for shown in build_document(*parts, validated=validated()).exhibits]
    assert without == [1, 2, 3]
    assert given == [4, 5, 1, 2, 3]


def test_curves_that_cannot_be_drawn_have_a_reason():
    document = build_document(
        *reports.answered("supporting", "gated"),
        validated=validated(NoScore("weights", "no pair is left")),
    )
    assert "No curves are drawn: no pair is left." in said(document, "validation")


# --- what a score hangs on -----------------------------------------------------------------------


def hanging(*decoding):
    """A report whose weights question has a score, and perhaps one under another decoding."""
    parts = reports.answered("supporting", "gated")
    comparison, *rest = reports.asked_again(*parts) if decoding else parts
    score = QuestionScore(2.4, 1.9, 2.9, 0.25, 2.2, 2.1, 2.7, (0.1, 0.2, 0.3))
    without = (
        Without("pack", "style/greetings", 1.25),
        Without("pack", "style/letters", 2.5),
        Without("pack", "style/odes", None, "only 3 prompts were answered by both"),
        Without("control", "alpha", 2.0),
        *decoding,
    )
    protocol = Protocol("text", (), {}, (), {})
    names = ("alpha", "beta", "gamma")
    finding = QuestionFinding(
        "weights", score, protocol, names, 40, {}, (), 0.0, 0.0, without=without
    )
    return build_document(dataclasses.replace(comparison, questions=(finding,)), *rest)


def test_the_score_is_given_without_each_pack_and_each_control():
    tables = [b for b in reports.section(hanging(), "evaluation") if isinstance(b, Table)]
    (found,) = [t for t in tables if "one pack or one control left out" in plain(t.caption)]
    assert [[plain(cell) for cell in row] for row in found.rows] == [
        ["one pack", "+1.25", "style/greetings", "+2.50", "style/letters", "1"],
        ["one control", "+2.00", "alpha", "+2.00", "alpha", "0"],
    ]


def test_other_decoding_is_said_not_to_be_tested():
    assert "Other decoding was not tested" in said(hanging(), "evaluation")
    assert "once more" not in said(hanging(), "methods")


OTHER = Without("decoding", "temperature 0.3", 1.9)


def test_the_score_under_another_decoding_stands_beside_the_planned_one_and_has_no_ratio():
    text = said(hanging(OTHER), "evaluation")
    assert (
        "From them alone, beside the same controls, the score is +1.90; under the planned decoding "
        "it is +2.40. No likelihood ratio is given for the other score, because a calibration speaks "
        "for the planned decoding only."
    ) in text
    assert "not tested: all models" not in text
    assert "decoding\ntemperature 0.3\n+1.90" in said(hanging(OTHER), "appendix")


def test_no_score_under_another_decoding_has_its_reason():
    none = Without("decoding", "temperature 0.3", None, "nobody answered")
    text = said(hanging(none), "evaluation")
    assert "asked once more at temperature 0.3, and those answers count in no score." in text
    assert "This score has no other beside it: nobody answered." in text


def test_a_question_without_a_score_says_that_there_is_nothing_to_set_beside_it():
    parts = reports.asked_again(*reports.answered("gated", "gated"))
    text = said(build_document(*parts), "evaluation")
    assert text.count("There is no score that one of theirs could be set beside.") == 2
    assert "Other decoding was not tested" not in text


def test_the_methods_say_what_was_asked_once_more():
    assert (
        "1 pack of sampled answers went to every model once more, at temperature 0.3, with the same "
        "probes, repeats and longest answer: 6 questions more for each."
    ) in said(hanging(OTHER), "methods")


def test_the_appendix_lists_every_score_with_something_left_out():
    text = said(hanging(), "appendix")
    assert "style/letters\n+2.50\npack\nstyle/odes\nnone\n" in text
    assert "Why there is no score: only 3 prompts were answered by both." in text


# --- frame ---------------------------------------------------------------------------------------


def test_the_case_names_nobody_and_the_report_says_so():
    text = said(reports.document(), "question")
    assert "Asked by\nNot recorded in the case.\n" in text
    assert "run by a person whom the case does not name\n" in text
    assert text.endswith(
        "The case names no person. Whoever asked, and whoever did the work and answers for it, "
        "must be named by the letter that this report comes with, or by its signature."
    )


def test_the_report_names_who_asked_and_who_did_it_as_the_plan_has_them():
    text = said(reports.document(asked_by="The court of X", done_by="Dr A. Example"), "question")
    assert "Asked by\nThe court of X\n" in text
    assert "Done by\nModel workbench 0.1.0, run by Dr A. Example\n" in text
    assert text.endswith(
        "A name here is what whoever planned the comparison wrote. It was fixed in the plan before "
        "any model was asked, and the program did not check it."
    )


@pytest.mark.parametrize(
    ("party", "elsewhere"),
    [
        ("asked_by", "Whoever did the work and answers for it must be named by the letter"),
        ("done_by", "Whoever asked must be named by the letter"),
    ],
)
def test_whoever_the_plan_does_not_name_must_be_named_elsewhere(party, elsewhere):
    text = said(reports.document(**{party: "Somebody"}), "question")
    assert f"the program did not check it. {elsewhere}" in text
    assert "names no person" not in text


@pytest.mark.parametrize(
    "symbol", ["H_R", "H_ind", "H_sibling", "H_shared", "H_preference", "H_web"]
)
def test_every_proposition_is_stated_for_each_question(symbol):
    text = said(build_document(*reports.answered()), "propositions").splitlines()
    assert text.count(symbol) == 2


def test_guidelines_are_cited_and_conformity_is_not_claimed():
    text = said(reports.document(), "glossary")
    assert "ISO 21043-5" in text
    assert "no such claim is made" in text


def test_the_limits_name_the_models_on_which_error_rates_were_counted():
    document = build_document(*reports.answered("supporting"), validated=validated())
    limits = said(document, "limits")
    assert "was measured on pairs of known history (" in limits
    assert "Error rates are those of such models." in limits
