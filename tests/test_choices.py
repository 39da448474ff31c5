"""Choices among options, compared within a case."""

import math

import pytest
import torch

from tests import made
from workbench.compare.choices import Choices
from workbench.compare.material import Material
from workbench.metrics import METRICS
from workbench.records import NoScore, Pack, Probe, TopTokens

METRIC = next(metric for metric in METRICS if metric.material == "options")
PROBES = tuple(
    Probe(f"knowledge/choices#q-{n}", f"Question {n}", options=("a", "b", "c", "d"))
    for n in range(30)
)
PACK = Pack(
    **{
        field: getattr(made.pack(), field)
        for field in ("version", "title", "rationale", "source", "authors", "decoding")
    },
    id="knowledge/choices",
    kind="choice",
    template="raw",
    probes=PROBES,
)
PLAN = made.plan([PACK], suspects=("tuned", "other"))


def material(role, model, seed, constant=False):
    generator = torch.Generator().manual_seed(seed)
    found = Material(made.run(PLAN, role, model), {}, {})
    for probe in PROBES:
        row = torch.randn(4, generator=generator) * 2
        if constant:
            row = torch.tensor([3.0, 0.0, 0.0, 0.0])
        logprobs = row.log_softmax(0).tolist()
        ids = (1, 2, 3, 4)
        found.tops[probe.address] = (TopTokens(9, ids, (" A", "B", " C", "D"), tuple(logprobs)),)
    return found


def table(seeds, **constant):
    """Centred on nothing: values of every two, `seeds` giving each model's preferences."""
    roles = {"base": "reference", "tuned": "suspect", "other": "suspect"}
    made_of = [
        material(roles.get(name, "control"), name, seed, constant.get(name, False))
        for name, seed in seeds.items()
    ]
    materials = {item.run.id: item for item in made_of}
    choices = Choices(METRIC, [PACK], materials, {probe.address for probe in PROBES})
    return choices.table("reference-base", "suspect-tuned")


def mean(values):
    return math.fsum(value.estimate for value in values.values()) / len(values)


SEEDS = {"base": 1, "tuned": 2, "alpha": 3, "beta": 4, "gamma": 5, "delta": 6}


def test_suspect_and_controls_are_treated_alike():
    """Exchanging the answers of suspect and control exchanges their values, to the last bit."""
    one = table(SEEDS)
    other = table(SEEDS | {"tuned": SEEDS["alpha"], "alpha": SEEDS["tuned"]})
    swap = {"suspect-tuned": "control-alpha", "control-alpha": "suspect-tuned"}
    for (first, second), values in one.items():
        twin = other[swap.get(first, first), swap.get(second, second)]
        assert mean(values) == pytest.approx(mean(twin), abs=1e-9)


def test_another_suspect_has_no_say():
    assert table(SEEDS | {"other": 9}) == table(SEEDS)


def test_models_with_the_same_preferences_correlate():
    found = table(SEEDS | {"tuned": SEEDS["base"]})
    assert mean(found["reference-base", "suspect-tuned"]) == pytest.approx(1)
    assert abs(mean(found["reference-base", "control-alpha"])) < 0.5


def test_a_model_that_gives_one_letter_has_no_score_and_the_others_have():
    found = table(SEEDS, alpha=True)
    assert found["reference-base", "control-alpha"] == NoScore(
        METRIC.id, "alpha gave one letter whatever was asked"
    )
    assert not isinstance(found["reference-base", "suspect-tuned"], NoScore)


def test_without_questions_there_is_a_reason():
    item = material("reference", "base", 1)
    other = material("suspect", "tuned", 2)
    choices = Choices(METRIC, [PACK], {i.run.id: i for i in (item, other)}, ())
    found = choices.table("reference-base", "suspect-tuned")
    assert (
        found["reference-base", "suspect-tuned"].reason == "no multiple-choice question was asked"
    )
