"""The same weights asked through transformers and through a real llama.cpp server, in one case."""

import json

import pytest
from pypdf import PdfReader

from tests.backends.llama import llama_server, save_tiny_gguf
from tests.world import World

WHO = ("--reference", "base", "--suspect", "tuned")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("stacks"))
    _, path = save_tiny_gguf(world.root / "gguf", seed=1)  # the weights of base, once more
    with llama_server(path) as url:
        models = world.root / "data" / "models.toml"
        models.write_text(models.read_text() + served(url))
        done = world.run("models", "fetch", "base", "tuned", "alpha", "beta", "gamma")
        assert done.returncode == 0, done.stderr
        done = world.run("plan", "stacks", *WHO, "--stack", "served")
        assert done.returncode == 0, done.stderr
        done = world.run("run", "stacks")
        assert done.returncode == 0, done.stderr
        yield world


def served(url, same="base"):
    return f"""
[models.served]
title = "Tiny base, served"
family = "base"
backend = "http"
source = "{url}"
[models.served.endpoint]
served_as = "tiny"
same_weights_as = "{same}"
allow_private = true
"""


@pytest.fixture(scope="module")
def comparison(world):
    (found,) = world.json("compare", "stacks")
    return found


def test_the_difference_of_two_stacks_is_measured_in_nats(comparison):
    (floor,) = comparison["stacks"]
    assert floor["model"] == "served"
    assert floor["difference"]["kind"] == "score"
    assert 0 <= floor["difference"]["value"] < 0.02  # float32 on both sides
    assert floor["difference"]["n"] == 5


def test_every_planned_metric_has_its_floor_or_a_reason(comparison):
    (floor,) = comparison["stacks"]
    scores = {score["metric"]: score for score in floor["scores"]}
    assert list(scores) == [line["metric"] for line in comparison["lines"]]
    assert scores["paired-embedding"]["kind"] == "score"
    assert scores["next-token-js"]["kind"] == "no score"


def test_a_stack_is_no_candidate(comparison):
    assert "served" not in comparison["controls"]
    assert all(
        pair["model"] != "served" for line in comparison["lines"] for pair in line["controls"]
    )


def test_the_report_shows_the_floor(world, comparison, tmp_path):
    path = tmp_path / "evidence.pdf"
    assert world.run("report", "stacks", "-o", str(path)).returncode == 0
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    assert "Serving-stack control" in text
    assert "Log-probabilities of next tokens, mean difference in nats" in text


def test_the_case_verifies(world, comparison):
    done = world.run("verify", "stacks")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_panel_is_weighed_without_its_stacks(world, comparison):
    weights = world.json("packs", "weigh", "--panel", "stacks", "--no-keep")
    assert set(weights[0]["models"]) == {"base", "alpha", "beta", "gamma"}


def test_a_model_that_is_not_said_to_have_the_same_weights_is_no_stack(world):
    done = world.run("plan", "other", *WHO, "--stack", "gamma")
    assert done.returncode == 1
    assert "gamma is not said to serve the weights of base (same_weights_as)" in done.stderr
    assert json.loads(world.run("models", "list", "--json").stdout)
