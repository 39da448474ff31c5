import dataclasses
import json

from tests.report import reports
from workbench.digest import digest_of
from workbench.records import NoScore, PairScore
from workbench.report import exhibits
from workbench.report.figures import per_probe
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
