"""Both questions, asked of a case."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from tests import made
from tests.evaluate import made as talk
from workbench.compare import recompute
from workbench.compare.material import Material, gather
from workbench.compare.questions import Questions
from workbench.evaluate import evaluate, read_sources
from workbench.metrics import METRICS, Bounded
from workbench.records import NoScore, QuestionFinding, QuestionScore, from_json, to_json

PACK = made.pack(probes=talk.PROMPTS, repeats=1)
CONTROLS = tuple(f"m{i}" for i in range(1, talk.FAMILIES))
LEVELS = ["text", "text", "logits", "logits"]
WEIGHTS, OUTPUTS, WEIGHTS_LOGITS, OUTPUTS_LOGITS = range(4)


def says(model, address, repeat=0):
    prompt = int(address.rsplit("-", 1)[1])
    text = talk.answer({"base": "m0", "tuned": "m0"}.get(model, model), prompt)
    return talk.near_copy(text, "copy", prompt) if model == "tuned" else text


def plan(suspects=("tuned",), controls=CONTROLS, packs=(PACK,), **changes):
    everything = tuple(metric.id for metric in METRICS)
    return replace(made.plan(packs, suspects, controls), **{"metrics": everything} | changes)


def materials(the_plan, packs=(PACK,)):
    found = {}
    for role, model in the_plan.models:
        material = Material(made.run(the_plan, role, model), {}, {})
        for pack in packs:
            for probe in pack.probes:
                material.answers[probe.address] = {0: says(model, probe.address)}
        found[material.run.id] = material
    return found


class Values:
    """Invented values of every two runs, one table per metric; a metric without has none."""

    def __init__(self, **tables):
        self._tables = {key.replace("_", "-"): table for key, table in tables.items()}
        self.counted = dict.fromkeys(
            (metric.id for metric in METRICS), frozenset(p.address for p in PACK.probes)
        )

    def among(self, metric, members, kin):
        none = NoScore(metric, "nothing was shown")
        table = self._tables.get(metric, {})
        return {(a, b): table.get((a, b), none) for a in members for b in members if a != b}


def ask(the_plan=None, values=None, given=None, suspect="tuned", packs=(PACK,)):
    the_plan = the_plan or plan()
    given = given or materials(the_plan)
    return Questions(the_plan, packs, given, values or Values()).about(suspect)


@pytest.fixture(scope="module")
def found():
    return ask()


# --- text ---------------------------------------------------------------------------------------


def test_there_is_a_finding_for_each_question_and_level(found):
    assert [one.question for one in found] == ["weights", "outputs", "weights", "outputs"]
    assert [one.protocol.access for one in found] == LEVELS


def test_a_case_scores_as_a_file_of_the_same_answers_does_to_the_bit(found):
    the_plan = plan()
    models = listed(the_plan)
    sources = read_sources(answers(the_plan), models)
    pair = {"source": "made", "reference": "reference-base", "suspect": "suspect-tuned"}
    row = evaluate(sources, pd.DataFrame([pair]), models).table.iloc[0]
    for one in (found[WEIGHTS], found[OUTPUTS]):
        for column in ("score", "low", "high", "p", "raw", "panel_low", "panel_high"):
            assert getattr(one.score, column) == row[f"{one.question}_{column}"]
        assert one.prompts == row["prompts"] == talk.PROMPTS


def listed(the_plan):
    return pd.DataFrame(
        [
            {
                "model_id": f"{role}-{model}",
                "family": "asked" if role in {"reference", "suspect"} else model,
                "release_date": "2030" if role == "suspect" else "2020",
            }
            for role, model in the_plan.models
        ]
    )


def answers(the_plan):
    return pd.DataFrame(
        [
            {"source": "made", "model_id": run, "prompt_id": probe, "response": by[0]}
            for run, material in materials(the_plan).items()
            for probe, by in material.answers.items()
        ]
    )


def test_a_pair_alone_scores_as_its_case_does_whoever_else_is_in_the_file(found):
    the_plan = plan(suspects=("tuned", "other"))
    pair = {"source": "made", "reference": "reference-base", "suspect": "suspect-tuned"}
    sources, models = read_sources(answers(the_plan), listed(the_plan)), listed(the_plan)
    pairs = pd.DataFrame([pair])
    whole = evaluate(sources, pairs, models).table.iloc[0]
    alone = evaluate(sources, pairs, models, controls=99).table.iloc[0]
    for one in (found[WEIGHTS], found[OUTPUTS]):
        assert alone[f"{one.question}_score"] == one.score.score
        assert alone[f"{one.question}_panel_low"] == one.score.panel_low
        assert whole[f"{one.question}_score"] != one.score.score
    assert alone["panel"] == whole["panel"]


def test_the_near_copy_lies_above_every_control(found):
    score = found[WEIGHTS].score
    assert score.low > max(score.controls)
    assert score.p == 1 / (1 + len(CONTROLS))
    assert found[WEIGHTS].controls == CONTROLS


def test_another_suspect_has_no_say(found):
    the_plan = plan(suspects=("tuned", "other"))
    assert ask(the_plan)[WEIGHTS].score == found[WEIGHTS].score


def test_a_sham_is_judged_beside_the_other_controls_and_stands_beside_other_suspects():
    the_plan = plan(suspects=("tuned", "m8"))
    assert ask(the_plan, suspect="m8")[WEIGHTS].controls == CONTROLS[:-1]
    assert ask(the_plan)[WEIGHTS].controls == CONTROLS


def test_too_few_controls_are_a_reason_and_no_number():
    findings = ask(plan(controls=CONTROLS[:3]))
    assert {type(one.score) for one in findings} == {NoScore}
    assert findings[0].score.reason == "fewer than 10 pairs of models in this source are unrelated"
    assert (findings[0].protocol.metrics, findings[0].controls) == ((), ())


def test_four_controls_are_enough_for_a_number():
    assert isinstance(ask(plan(controls=CONTROLS[:4]))[WEIGHTS].score, QuestionScore)


def test_too_few_prompts_are_a_reason():
    the_plan = plan()
    given = materials(the_plan)
    for probe in PACK.probes[5:]:
        del given["suspect-tuned"].answers[probe.address]
    assert ask(the_plan, given=given)[OUTPUTS].score == NoScore(
        "outputs", "only 5 prompts were answered by both; at least 20 are needed"
    )


def test_missing_answers_are_a_share_of_the_planned_prompts():
    the_plan = plan()
    given = materials(the_plan)
    for probe in PACK.probes[:3]:
        del given["suspect-tuned"].answers[probe.address]
    one = ask(the_plan, given=given)[WEIGHTS]
    assert (one.missing_reference, one.missing_suspect) == (0, 3 / talk.PROMPTS)
    assert one.prompts == talk.PROMPTS - 3


def test_a_silent_control_is_left_out_of_the_panel():
    the_plan = plan()
    given = materials(the_plan)
    given["control-m3"].answers.clear()
    assert ask(the_plan, given=given)[WEIGHTS].controls == tuple(
        name for name in CONTROLS if name != "m3"
    )


def test_packs_that_count_for_nothing_or_name_their_metrics_are_no_texts(found):
    weak = replace(made.pack("identity/x", probes=9), weak="Learnt from many places.")
    named = replace(made.pack("randomness/x", probes=9), metrics=("mmd-squared",))
    packs = (PACK, weak, named)
    the_plan = plan(packs=packs)
    one = ask(the_plan, given=materials(the_plan, packs), packs=packs)[WEIGHTS]
    assert one.score == found[WEIGHTS].score
    assert one.protocol.packs == {PACK.id: PACK.digest}
    assert to_json(one.protocol.decoding[PACK.id]) == to_json(PACK.decoding)


# --- distributions ------------------------------------------------------------------------------


def distances(the_plan, near=0.0, seed=1, turned=False, without=(), limits=False):
    """Noise about 1 for every ordered pair; `near` is taken from reference → suspect."""
    generator = np.random.default_rng(seed)
    names = [f"{role}-{model}" for role, model in the_plan.models]
    close = ("reference-base", "suspect-tuned")[:: -1 if turned else 1]
    table = {}
    for one in names:
        for other in names:
            values = 1 + 0.05 * generator.normal(size=talk.PROMPTS)
            values -= near if (one, other) == close else 0.0
            if one != other and (one, other) not in without:
                table[one, other] = {
                    probe.address: Bounded(v, v - 0.1, v) if limits else Bounded.exact(v)
                    for probe, v in zip(PACK.probes, values.tolist(), strict=True)
                }
    return table


def both_ways(table):
    return {pair: table[tuple(sorted(pair))] for pair in table}


def alike(table):
    """The same as similarities."""
    return {
        pair: {p: Bounded(-v.estimate, -v.high, -v.low) for p, v in values.items()}
        for pair, values in both_ways(table).items()
    }


def test_without_distributions_that_level_has_a_reason(found):
    assert found[WEIGHTS_LOGITS].score == NoScore(
        "weights", "no metric on distributions could be computed"
    )
    reasons = {one.metric: one.reason for one in found[WEIGHTS_LOGITS].left_out}
    assert set(reasons) == {"paired-embedding", "next-byte-correlation", "option-correlation"}
    assert reasons["next-byte-correlation"].endswith(": nothing was shown")


def test_near_distributions_raise_the_weights_and_not_the_outputs(found):
    near = ask(values=Values(next_byte_correlation=alike(distances(plan(), near=0.5))))
    far = ask(values=Values(next_byte_correlation=alike(distances(plan(), near=0.0))))
    assert near[WEIGHTS_LOGITS].score.score > far[WEIGHTS_LOGITS].score.score + 1
    assert near[WEIGHTS_LOGITS].probes == {"next-byte-correlation": talk.PROMPTS}
    assert near[WEIGHTS].score == found[WEIGHTS].score
    assert isinstance(near[OUTPUTS_LOGITS].score, NoScore)


def test_where_distributions_speak_of_weights_answers_do_not():
    one = ask(values=Values(next_byte_correlation=alike(distances(plan()))))[WEIGHTS_LOGITS]
    assert one.protocol.metrics == ("next-byte-correlation",)
    reasons = {left.metric: left.reason for left in one.left_out}
    assert reasons["word-bigram"] == "distributions are seen, and answers are samples of them"
    assert reasons["character-ngram"] == reasons["word-bigram"]


def test_the_suspects_surprise_at_the_reference_is_read_in_that_direction():
    forward = ask(values=Values(cross_likelihood=distances(plan(), near=0.5)))
    back = ask(values=Values(cross_likelihood=distances(plan(), near=0.5, turned=True)))
    none = ask(values=Values(cross_likelihood=distances(plan())))
    assert forward[OUTPUTS_LOGITS].score.score > none[OUTPUTS_LOGITS].score.score + 1
    assert back[OUTPUTS_LOGITS].score.score == pytest.approx(none[OUTPUTS_LOGITS].score.score, 0.1)


def test_a_reference_that_reads_nothing_can_still_be_read():
    the_plan = plan(readings=6)
    others = {f"{role}-{model}" for role, model in the_plan.models} - {"reference-base"}
    blind = {(other, "reference-base") for other in others}
    table = distances(the_plan, near=0.5, without=blind)
    one = ask(the_plan, Values(cross_likelihood=table))[OUTPUTS_LOGITS]
    assert one.score.score > 1
    assert one.protocol.metrics[-1] == "cross-likelihood"
    assert one.protocol.readings == 6
    assert {left.metric for left in one.left_out} == {"template-profile", "reverse-likelihood"}


def test_one_pair_without_a_value_leaves_the_metric_out_with_its_reason():
    table = alike(distances(plan(), near=0.5))
    gone = ("control-m1", "control-m2")
    table = {pair: values for pair, values in table.items() if set(pair) != set(gone)}
    options = alike(distances(plan()))
    one = ask(values=Values(next_byte_correlation=table, option_correlation=options))
    reasons = {left.metric: left.reason for left in one[WEIGHTS_LOGITS].left_out}
    assert reasons["next-byte-correlation"] == "control-m1 and control-m2: nothing was shown"
    assert one[WEIGHTS_LOGITS].protocol.metrics == ("option-correlation",)


def test_values_known_within_limits_only_are_no_score_at_this_level():
    table = alike(distances(plan(), limits=True))
    one = ask(values=Values(next_byte_correlation=table))[WEIGHTS_LOGITS]
    reasons = {left.metric: left.reason for left in one.left_out}
    assert reasons["next-byte-correlation"].endswith(": known within limits only")
    assert isinstance(one.score, NoScore)


def test_a_metric_that_the_plan_does_not_count_is_left_out():
    table = alike(distances(plan(), near=0.5))
    one = ask(plan(metrics=("word-bigram",)), Values(next_byte_correlation=table))[WEIGHTS_LOGITS]
    assert NoScore("next-byte-correlation", "the plan does not count it") in one.left_out


# --- the record ---------------------------------------------------------------------------------


def test_a_finding_goes_to_json_and_back(found):
    assert [from_json(QuestionFinding, to_json(one)) for one in found] == list(found)


def test_a_comparison_holds_its_questions(tmp_path):
    store = made.recorded_case(tmp_path, says=says, packs=[PACK], controls=CONTROLS)
    encoder = SimpleNamespace(
        revision="lengths", embed=lambda texts: torch.tensor([[len(t), 1.0] for t in texts])
    )
    (comparison,) = recompute(store, lambda _: encoder, lambda _: None)
    gathered = {run.id: gather(store, run) for run in store.runs()}
    again = Questions(store.plan(), store.packs(), gathered, Values()).about("tuned")
    assert comparison.questions[:2] == again[:2]
    assert comparison.questions[WEIGHTS].score.low > 0
