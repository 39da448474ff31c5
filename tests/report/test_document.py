import dataclasses
import json

import pytest

from tests.report import reports
from workbench.digest import digest_of
from workbench.errors import ReportError
from workbench.records import PassageProfile, from_json
from workbench.report import build_document, document_json
from workbench.report.blocks import Figure, Table
from workbench.report.wording import plain


def test_the_sections_come_in_their_order():
    titles = [plain(section.title) for section in reports.document().sections]
    assert titles == [
        "Summary",
        "Question, scope, and who did what",
        "Items examined",
        "Propositions and background assumptions",
        "Methods",
        "Validation",
        "Results with controls",
        "Examples",
        "Evaluation",
        "Limitations and what this does not show",
        "Integrity",
        "Glossary and references",
        "Appendix: full tables",
    ]


def test_the_summary_gives_the_verdict_in_its_own_words():
    comparison, *_ = parts = reports.parts()
    summary = build_document(*parts).sections[0]
    answers = [block for block in summary.blocks if getattr(block, "weight", "") == "answer"]
    assert [plain(block.words) for block in answers] == [comparison.verdict.wording]


def test_the_summary_states_luck_in_natural_frequencies():
    text = reports.all_text(reports.document())
    assert "comes first by one metric in 1 of 4 cases by luck alone" in text


def tables(document, section):
    found = reports.section(document, section)
    return [block for block in found if isinstance(block, Table)]


def test_a_missing_metric_has_its_line_with_the_reason():
    overview = tables(reports.document(), "results")[0]
    assert [plain(cell) for cell in overview.rows[1]] == [
        "Next-token divergence",
        "not computed: different tokenizers",
    ]


def test_a_metric_table_has_raw_and_centred_scores_n_and_rank():
    table = tables(reports.document(), "results")[1]
    assert [plain(cell) for cell in table.rows[0]] == [
        "suspect",
        "tuned",
        "0.900",
        "0.850 to 0.950",
        "+0.200",
        "+0.160 to +0.240",
        "5",
        "1 of 4",
    ]


def test_observations_are_counted_by_outcome():
    table = tables(reports.document(), "items")[1]
    assert [plain(cell) for cell in table.rows[0]] == [
        "reference", "base", "7", "0", "0", "0", "1", "8",
    ]  # fmt: skip


def test_both_exhibits_are_among_the_results():
    blocks = reports.section(reports.document(), "results")
    assert [block.exhibit.number for block in blocks if isinstance(block, Figure)] == [1, 2]


def test_runs_of_other_suspects_are_left_out():
    comparison, plan, runs, packs = reports.parts()
    stranger = dataclasses.replace(runs[1], id="suspect-other", model="other")
    document = build_document(comparison, plan, [*runs, stranger], packs)
    assert "other" not in [run["model"] for run in document.records["runs"]]


def test_a_report_without_controls_says_so():
    text = reports.all_text(reports.document(controls=()))
    assert "There were no controls, so nothing shows how alike unrelated models are." in text


def test_a_report_without_any_score_says_that_nothing_weighs():
    _, plan, *_ = reports.parts()
    document = reports.document(lines=reports.nothing_computed(plan))
    text = reports.all_text(document)
    assert "No metric could be computed for the suspect, so nothing weighs either way." in text
    assert "only 1 probe was usable on both sides" in text


def test_a_report_without_metrics_or_runs_can_be_written():
    comparison, plan, _, packs = reports.parts(lines=())
    text = reports.all_text(build_document(comparison, plan, [], packs))
    assert "No metric was planned, so there are no results." in text
    assert "No run of this comparison is recorded." in text


def test_a_verdict_that_says_too_much_is_refused():
    comparison, *rest = reports.parts()
    verdict = dataclasses.replace(comparison.verdict, wording="tuned was copied from base.")
    with pytest.raises(ReportError, match="copied"):
        build_document(dataclasses.replace(comparison, verdict=verdict), *rest)


def test_a_comparison_of_another_plan_is_refused():
    comparison, plan, runs, packs = reports.parts()
    with pytest.raises(ReportError, match="under another plan"):
        build_document(comparison, dataclasses.replace(plan, seed=8), runs, packs)


def test_models_may_have_names_that_sentences_may_not_hold():
    reports.document(controls=("stolen", "match"), suspect="proof")


def test_the_json_gives_the_records_back():
    comparison, plan, *rest = reports.parts()
    found = json.loads(json.dumps(document_json(build_document(comparison, plan, *rest))))
    assert from_json(type(comparison), found["records"]["comparison"]) == comparison
    assert digest_of(found["records"]["plan"]) == plan.digest


def test_the_json_keeps_names_as_they_were_recorded():
    found = document_json(reports.hostile())
    assert found["records"]["plan"]["asked_by"] == reports.HOSTILE_PARTY
    assert found["cover"]["rows"][2][1] == reports.made.HOSTILE


def test_the_json_holds_the_data_of_every_exhibit():
    exhibits = document_json(reports.document())["exhibits"]
    assert [digest_of(item["rows"]) for item in exhibits] == [item["digest"] for item in exhibits]


def test_weak_packs_are_named_with_their_reason():
    comparison, plan, runs, packs = reports.parts()
    assert "counted in no score" not in reports.all_text(reports.document())
    weak = dataclasses.replace(packs[0], weak="Web text is full of such answers.")
    text = reports.all_text(build_document(comparison, plan, runs, [weak, *packs[1:]]))
    assert "Asked and recorded, but counted in no score:" in text
    assert "Web text is full of such answers." in text


def test_the_method_says_what_was_left_out_of_the_packs():
    comparison, plan, runs, packs = reports.parts()
    short = dataclasses.replace(plan.packs[0], left_out=4)
    plan = dataclasses.replace(plan, budget=60, packs=(short, *plan.packs[1:]))
    comparison = dataclasses.replace(comparison, plan_digest=plan.digest)
    text = reports.all_text(build_document(comparison, plan, runs, packs))
    assert "a fifth of each pack is sealed, to be asked for confirmation only" in text
    assert "Within 60 questions for each model" in text
    assert "Probes left out: 4." in text


def test_a_passage_names_the_places_that_tell_most_in_its_own_words():
    comparison, *rest = reports.parts()
    address = "style/greetings#probe-1"
    profile = PassageProfile(address, (5, 14), (0.1, 0.2), (0.5, 0.3), (5, 14))
    document = build_document(dataclasses.replace(comparison, profiles=(profile,)), *rest)
    (table,) = [t for t in tables(document, "results") if "Passages" in plain(t.caption)]
    (row,) = [[plain(cell) for cell in cells] for cells in table.rows]
    assert row == ["probe-1", "2", "0.150", "0.400", "…Write·; …Write greeting·"]


def test_a_value_with_limits_states_them():
    comparison, *rest = reports.parts()
    line = comparison.lines[0]
    raw = dataclasses.replace(line.suspect.raw, least=0.7, most=0.95)
    line = dataclasses.replace(line, suspect=dataclasses.replace(line.suspect, raw=raw))
    document = build_document(dataclasses.replace(comparison, lines=(line,)), *rest)
    assert "lies between 0.700 and 0.950" in reports.all_text(document)


def test_readings_are_explained_where_there_were_any():
    comparison, plan, *rest = reports.parts()
    read = dataclasses.replace(plan, readings=4)
    comparison = dataclasses.replace(comparison, plan_digest=read.digest)
    runs = [dataclasses.replace(run, plan_digest=read.digest) for run in rest[0]]
    document = build_document(comparison, read, runs, rest[1])
    assert "at most 4 probes of each pack" in reports.all_text(document)
    assert "readings" not in reports.all_text(reports.document())
