import dataclasses
import json

from tests.report import reports
from workbench.digest import digest_of
from workbench.records import NoScore, PairScore
from workbench.report import exhibits
from workbench.report.charts import GAP
from workbench.report.figures import ladder, per_probe
from workbench.report.glyphs import printable
from workbench.report.svg import svg


def test_the_first_exhibit_holds_every_centred_score_and_interval():
    comparison, *_ = reports.parts()
    rows = [row for row in exhibits(comparison)[0].rows if row["metric"] == "paired-embedding"]
    assert [row["model"] for row in rows] == ["tuned", "gamma", "beta", "alpha"]
    assert rows[0]["value"] == 0.2
    assert (rows[0]["low"], rows[0]["high"]) == (0.2 - 0.04, 0.2 + 0.04)


def test_a_missing_score_is_words_and_never_a_number():
    comparison, *_ = reports.parts()
    first, _ = exhibits(comparison)
    rows = [row for row in first.rows if row["metric"] == "next-token-js"]
    assert all("value" not in row for row in rows)
    assert {row["reason"] for row in rows} == {"different tokenizers"}
    assert "Not computed for the suspect: Next-token divergence (different tokenizers)." in (
        first.caption
    )
    assert svg(first).count(">not computed<") == 4


def test_the_digest_is_of_the_data():
    comparison, *_ = reports.parts()
    first, _ = exhibits(comparison)
    assert first.digest == digest_of(json.loads(json.dumps(first.rows)))


def test_the_digest_changes_with_one_value():
    comparison, *_ = reports.parts()
    line = comparison.lines[0]
    raised = dataclasses.replace(line.suspect.centred, value=0.2000001)
    changed = dataclasses.replace(line, suspect=dataclasses.replace(line.suspect, centred=raised))
    other = dataclasses.replace(comparison, lines=(changed, *comparison.lines[1:]))
    assert exhibits(other)[0].digest != exhibits(comparison)[0].digest


def test_the_second_exhibit_counts_the_rows_where_the_suspect_leads():
    comparison, *_ = reports.parts()
    second = exhibits(comparison)[1]
    assert "more like it than every control in 5 of 5 rows." in second.caption
    assert second.rows[0]["probe"] == "style/greetings#probe-0"
    assert second.rows[0]["controls"] == [0.5, 0.52, 0.54]


def test_the_second_exhibit_leaves_out_a_metric_that_no_control_has():
    comparison, *_ = reports.parts()
    ranked = comparison.lines[0]
    alone = dataclasses.replace(ranked, metric="alone", title="Alone", rank_p=None)
    both = dataclasses.replace(comparison, lines=(alone, ranked))
    assert exhibits(both)[1].caption.startswith("Paired embedding similarity (mean cosine)")
    only = dataclasses.replace(comparison, lines=(alone,))
    assert exhibits(only)[1].caption.startswith("Alone (mean cosine)")


def test_for_a_distance_lower_is_more_alike():
    comparison, *_ = reports.parts()
    line = dataclasses.replace(comparison.lines[0], direction="distance")
    second = exhibits(dataclasses.replace(comparison, lines=(line,)))[1]
    assert "Further left means more like the reference." in second.caption
    assert "in 0 of 5 rows; look at the other rows, too." in second.caption


def test_many_probes_are_gathered_by_pack_and_the_rule_is_stated():
    comparison, *_ = reports.parts(probes=per_probe.MAX_PROBE_ROWS)
    second = exhibits(comparison)[1]
    assert [row["pack"] for row in second.rows] == ["style/greetings", "continuation/openings"]
    assert "62 probes are too many for one row each (the rule: more than 60)" in second.caption


def test_a_control_without_a_score_keeps_its_row():
    comparison, *_ = reports.parts()
    line = comparison.lines[0]
    none = NoScore("paired-embedding", "no usable answers")
    controls = (PairScore("alpha", "control", none, none), *line.controls[1:])
    changed = dataclasses.replace(comparison, lines=(dataclasses.replace(line, controls=controls),))
    first, second = exhibits(changed)
    assert first.rows[-1]["model"] == "alpha"
    assert svg(first).count(">not computed<") == 1
    assert len(second.rows[0]["controls"]) == 2


def test_with_no_score_at_all_the_exhibits_say_so():
    comparison, plan, *_ = reports.parts()
    first, second = exhibits(dataclasses.replace(comparison, lines=reports.nothing_computed(plan)))
    assert "No metric could rank the suspect." in first.alt
    assert "so there is nothing to draw." in second.caption
    assert second.rows == ()


def test_hostile_names_reach_a_drawing_as_text_only():
    comparison, *_ = reports.parts(reports.HOSTILE_NAMES, "<b onclick=x>&")
    drawn = svg(exhibits(comparison)[0])
    assert "&lt;b onclick=x&gt;&amp;" in drawn
    assert "<script" not in drawn
    assert "⟨U+202E⟩gpj.exe" in drawn


def test_a_drawing_is_the_same_twice():
    comparison, *_ = reports.parts()
    assert [svg(item) for item in exhibits(comparison)] == [
        svg(item) for item in exhibits(comparison)
    ]


# --- ladders -------------------------------------------------------------------------------------


def ladders(*kinds, **changes):
    comparison, *_ = reports.answered(*kinds, **changes)
    return exhibits(comparison)[2:]


def test_each_weighed_question_has_a_ladder_of_its_own():
    assert [(item.number, item.question) for item in ladders()] == [(3, "weights"), (4, "outputs")]
    assert [(item.number, item.question) for item in ladders("gated", "neutral")] == [
        (3, "outputs")
    ]
    assert ladders("not comparable", "not calibrated") == ()


def test_a_ladder_holds_ratio_interval_and_bounds_of_every_alternative():
    independent, sibling, *others = ladders()[0].rows
    assert [round(independent[name], 2) for name in ("value", "low", "high", "least", "most")] == [
        4.17, 2.04, 7.24, 0.13, 7.24,
    ]  # fmt: skip
    assert (independent["answer"], sibling["answer"]) == (False, True)
    assert (independent["families"], independent["level"]) == (9, "weak support")
    assert [row["words"] for row in others] == ["not tested"] * 4
    assert all("value" not in row for row in others)


def test_a_ladder_is_told_to_those_who_cannot_see_it():
    told = ladders()[0].alt
    assert "Against independence: 4.2, interval 2.0 to 7.2, bounds 1/7.9 to 7.2." in told
    assert "Against a common teacher: not tested." in told


def test_the_caption_of_a_ladder_names_what_was_not_tested():
    first, second = ladders()
    assert "the statement that tuned comes from the weights of base against one" in first.caption
    assert "the statement that tuned learned from what base wrote against one" in second.caption
    assert first.caption.endswith(
        "Not tested: a common teacher, common preference data, published text of the reference, "
        "a common recipe."
    )


def test_a_ladder_reads_without_colour():
    drawn = svg(ladders()[0])
    assert drawn.count(">not tested<") == 4
    assert 'stroke="#6B6B6B"' in drawn  # an alternative: hollow
    assert 'fill="#C4460A"' in drawn  # the answer: filled
    assert ">neither<" in drawn
    for tick in ("1/1,000", "1/10", "1,000"):
        assert f">{tick}<" in drawn


def test_two_ladders_share_one_axis():
    domains = [json.dumps(item.spec).count('"domain": [0.001, 1000]') for item in ladders()]
    assert domains[0] == domains[1] > 0


def test_the_key_of_a_ladder_is_printed_in_the_shipped_font():
    key = ladder.KEY.replace(GAP, " ")
    assert printable(key) == key
