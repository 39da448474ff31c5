"""Metrics on distributions beside those on texts."""

import numpy as np
import pytest

from tests.evaluate import made
from workbench.evaluate import read_sources
from workbench.questions.further import with_further
from workbench.questions.kin import declared_kin
from workbench.questions.likeness import deal, measure
from workbench.questions.measures import MEASURES, NUISANCES, at_level
from workbench.questions.panels import Panels
from workbench.questions.scale import fit_scales
from workbench.questions.score import Scorer

BY_ID = {measure.id: measure for measure in MEASURES}


@pytest.fixture(scope="module")
def source():
    return read_sources(made.responses(), made.models())[0]


@pytest.fixture(scope="module")
def texts(source):
    return measure(source)


def noise(models, seed, symmetric=False):
    table = np.random.default_rng(seed).normal(size=(models, models))
    return table + table.T if symmetric else table


def test_only_what_any_two_tokenizers_allow_is_declared_for_distributions():
    further = {m.id: m.questions for m in at_level("logits") if m not in at_level("text")}
    assert further == {
        "next-byte-correlation": {"weights"},
        "next-byte-js": set(),
        "passage-likelihood": set(),
        "option-correlation": {"weights"},
        "cross-likelihood": {"outputs"},
        "reverse-likelihood": {"outputs"},
    }


def test_a_probe_that_is_a_prompt_is_drawn_together_with_it(source, texts):
    place = deal([prompt.prompt for prompt in source.prompts])
    n = len(source.models)
    for prompt in ("here-0", "here-7", "here-23"):
        further = {"cross-likelihood": {prompt: noise(n, 1), "given#text": noise(n, 2)}}
        table = with_further(source, texts, further).raw["cross-likelihood"]
        assert table.prompts[place[prompt], 0, 1] >= 1
        assert table.prompts[:, 0, 1].sum() == 2


def test_a_pair_without_a_value_at_a_probe_is_judged_by_the_others(source, texts):
    """Probe b, at which everybody is alike, speaks for no pair in particular."""
    n = len(source.models)
    easy = np.full((n, n), 0.9)
    easy[0, 2] = easy[2, 0] = np.nan
    further = {"next-byte-js": {"a": np.full((n, n), 0.1), "b": easy}}
    table = with_further(source, texts, further).raw["next-byte-js"]
    mean = table.at(np.ones((1, texts.groups)))[0]
    assert mean[0, 1] == pytest.approx(mean[0, 2], abs=1e-12)
    assert table.prompts[:, 0, 2].sum() == 1


def scale_of(metric, table, texts):
    kin = declared_kin(made.models(), sorted(made.models()["model_id"]))
    pairs, cohorts = Panels(kin, np.ones_like(kin.related)).unrelated("here")
    once = np.ones((1, texts.groups))
    tables = {key: texts.raw[key].at(once)[0] for key in NUISANCES} | {metric: table}
    return fit_scales([BY_ID[metric]], tables, tables, pairs, cohorts)[metric]


def test_a_directed_metric_has_one_unit_for_both_directions(texts):
    table = noise(made.FAMILIES + 1, 3)
    one, turned = (scale_of("cross-likelihood", t, texts) for t in (table, table.T))
    assert one.units == pytest.approx(turned.units)


def test_the_length_of_answers_has_no_part_in_distributions_on_given_texts(texts):
    length = texts.raw["length"].at(np.ones((1, texts.groups)))[0]
    assert scale_of("next-byte-js", length, texts).slopes.tolist() == [0, 0]
    assert scale_of("cross-likelihood", length, texts).slopes[0] == pytest.approx(1)


def scorer(source, likeness, access):
    return Scorer(source.name, likeness, declared_kin(made.models(), source.models), access)


def test_a_level_of_texts_ignores_distributions(source, texts):
    n = len(source.models)
    further = {"next-byte-correlation": {f"p{i}": noise(n, i, symmetric=True) for i in range(9)}}
    beside = with_further(source, texts, further)
    assert (
        scorer(source, beside, "text").score(0, 1).questions
        == scorer(source, texts, "text").score(0, 1).questions
    )
    used = [m.id for m in scorer(source, beside, "logits").metrics("weights")]
    assert used == ["next-byte-correlation"]


def test_a_question_without_a_metric_of_the_level_is_left_open_beside_one_that_has(source, texts):
    n = len(source.models)
    further = {"next-byte-correlation": {f"p{i}": noise(n, i, symmetric=True) for i in range(9)}}
    scored = scorer(source, with_further(source, texts, further), "logits").score(0, 1)
    assert set(scored.questions) == {"weights"}
    assert scored.why_not("weights") == ""
    assert scored.why_not("outputs") == "no metric on distributions could be computed"


def test_a_metric_that_few_models_have_is_left_out_and_says_so(source, texts):
    n = len(source.models)
    few = {f"p{i}": np.full((n, n), np.nan) for i in range(9)}
    for i, table in enumerate(few.values()):
        table[:3, :3] = noise(3, i, symmetric=True)
    one = scorer(source, with_further(source, texts, {"next-byte-correlation": few}), "logits")
    assert (
        one.why_not(BY_ID["next-byte-correlation"]) == "fewer than half of the models have a value"
    )
    assert one.score(0, 1).reason == "no metric on distributions could be computed"


def test_a_pair_that_lacks_a_metric_of_the_others_has_no_score(source, texts):
    n = len(source.models)
    tables = {f"p{i}": noise(n, i, symmetric=True) for i in range(9)}
    for table in tables.values():
        table[0, 1] = table[1, 0] = np.nan
    one = scorer(source, with_further(source, texts, {"next-byte-correlation": tables}), "logits")
    assert one.score(0, 1).reason == "this pair has no value by next-byte-correlation"
    assert one.score(0, 2).reason == ""


def test_answers_that_are_all_alike_are_a_reason_and_no_number():
    responses = made.responses().assign(response="the same words of everybody here")
    source = read_sources(responses, made.models())[0]
    scored = scorer(source, measure(source), "text").score(0, 1)
    assert scored.questions == {}
    assert scored.reason
