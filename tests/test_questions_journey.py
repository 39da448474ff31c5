"""Both questions over real distributions: asked, compared, verified, and scored as labelled pairs."""

import pandas as pd
import pytest

from tests.evaluate import made as talk
from tests.world import GENERATE, PASSAGE, World, written
from workbench.evaluate.protocols import read_protocols
from workbench.records import to_json
from workbench.store import Journal, open_case

CONTROLS = ("alpha", "beta", "gamma", "delta")
MODELS = ("base", "tuned", *CONTROLS)
LOOKS = ("a red", "the old", "one quick")
SEEN = ("fox", "letter", "town", "dog", "wood", "weather", "colour", "number", "river", "house")
THINGS = tuple(f"{look} {what}" for look in LOOKS for what in SEEN)
READ = PASSAGE.replace("next_token", "passage").replace("Openings", "Passages")


class LargerWorld(World):
    """Enough prompts and enough independent models for a score."""

    controls = CONTROLS

    def _packs(self):
        twice = GENERATE.replace("repeats = 3", "repeats = 2")
        passages = [talk.answer("author", number) for number in range(10)]
        return {
            "style/short": written(twice, "Tell of", THINGS),
            "continuation/openings": written(PASSAGE, "Yesterday we saw", THINGS[:10]),
            "continuation/passages": written(READ, "The story is of", passages),
        }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = LargerWorld(tmp_path_factory.mktemp("questions"))
    assert world.run("models", "fetch", *MODELS).returncode == 0
    who = ("--reference", "base", "--suspect", "tuned", "--readings", "8")
    for step in (("plan", "asked", *who), ("run", "asked"), ("compare", "asked")):
        done = world.run(*step)
        assert done.returncode == 0, done.stderr
    return world


@pytest.fixture(scope="module")
def findings(world):
    (comparison,) = open_case(world.cases / "asked").comparisons()
    return {(one.question, one.protocol.access): one for one in comparison.questions}


def test_distributions_of_different_tokenizers_raise_the_derivatives_score(findings):
    for question, further in (
        ("weights", ("next-byte-correlation",)),
        ("outputs", ("cross-likelihood", "reverse-likelihood")),
    ):
        one = findings[question, "logits"]
        assert one.protocol.metrics[-len(further) :] == further
        assert one.score.score > max(one.score.controls)
        assert one.score.p == 1 / (1 + len(CONTROLS))
    assert findings["weights", "logits"].probes == {"next-byte-correlation": 16}
    assert findings["outputs", "logits"].probes == {"cross-likelihood": 8, "reverse-likelihood": 8}


def test_what_could_not_be_measured_is_named(findings):
    reasons = {left.metric: left.reason for left in findings["weights", "logits"].left_out}
    assert "no multiple-choice question was asked" in reasons["option-correlation"]


def test_questions_are_computed_again_by_verify(world):
    checks = world.json("verify", "asked")
    assert [check["title"] for check in checks if not check["passed"]] == []


def test_a_changed_question_score_is_named(world):
    store = open_case(world.cases / "asked")
    path = store.journal_path("case")
    lines = path.read_text().splitlines(keepends=True)
    changed = to_json(store.comparisons()[0])
    changed["questions"][2]["score"]["score"] += 0.01
    path.write_text("".join(lines[:-1]))
    with Journal(path) as journal:
        journal.append("comparison", [changed])
    store.rebuild()
    done = world.run("verify", "asked")
    path.write_text("".join(lines))
    store.rebuild()
    assert done.returncode == 1
    assert "tuned.questions[2].score.score is recorded as" in done.stderr


def models(path):
    rows = [{"model_id": name, "family": name if name != "tuned" else "base"} for name in MODELS]
    pd.DataFrame(rows).to_csv(path, index=False)
    return str(path)


def scores(world, tmp_path, *options):
    output = tmp_path / "scores.csv"
    listed = models(tmp_path / "models.csv")
    done = world.run("evaluate", "--case", "asked", "--models", listed, "-o", str(output), *options)
    assert done.returncode == 0, done.stderr
    return pd.read_csv(output)


def test_every_pair_of_a_case_has_a_row_and_the_derived_one_the_highest_score(world, tmp_path):
    table = scores(world, tmp_path, "--access", "logits")
    assert len(table) == 15
    best = table.loc[table["weights_score"].idxmax()]
    assert {best["reference"], best["suspect"]} == {"base", "tuned"}
    assert set(best["panel"].split("|")) == set(CONTROLS)
    assert (table["weights_score"].notna() & table["outputs_score"].notna()).all()


def test_distributions_are_not_in_a_score_of_texts(world, tmp_path):
    texts, all_of_it = scores(world, tmp_path), scores(world, tmp_path, "--access", "logits")
    assert (texts["weights_score"] != all_of_it["weights_score"]).all()


@pytest.mark.parametrize("access", ["text", "logits"])
def test_labelled_pairs_of_a_case_are_of_the_protocol_that_its_comparison_is_of(
    world, tmp_path, findings, access
):
    """Else no calibration would ever be of a case that was asked and compared in the same way."""
    scores(world, tmp_path, "--access", access)
    (stated,) = read_protocols(tmp_path / "scores.csv").values()
    own = {question: findings[question, access].protocol for question in stated}
    assert set(stated) == {"weights", "outputs"}
    assert stated == own


def test_a_pair_of_a_case_alone_is_scored_beside_its_panel(world, tmp_path):
    pairs = tmp_path / "pairs.csv"
    pd.DataFrame([{"reference": "base", "suspect": "tuned"}]).to_csv(pairs, index=False)
    options = ("--access", "logits", "--pairs", str(pairs), "--controls", "9")
    (row,) = scores(world, tmp_path, *options).to_dict("records")
    assert set(row["panel"].split("|")) == set(CONTROLS)
    assert row["weights_score"] > 1


def test_labelled_pairs_of_a_case_keep_their_columns(world, tmp_path):
    pairs = pd.DataFrame([{"reference": "base", "suspect": "tuned", "label": "fine_tune_of"}])
    pairs.to_csv(tmp_path / "pairs.csv", index=False)
    table = scores(world, tmp_path, "--pairs", str(tmp_path / "pairs.csv"))
    assert table["label"].tolist() == ["fine_tune_of"]


def test_a_model_of_a_case_that_nobody_listed_is_refused(world, tmp_path):
    path = tmp_path / "models.csv"
    pd.DataFrame([{"model_id": "base", "family": "base"}]).to_csv(path, index=False)
    output = str(tmp_path / "scores.csv")
    done = world.run("evaluate", "--case", "asked", "--models", str(path), "-o", output)
    assert done.returncode == 1
    assert "no row for alpha" in done.stderr


@pytest.mark.parametrize("options", [(), ("--responses", "r.csv", "--case", "asked")])
def test_answers_come_from_a_file_or_from_a_case(world, tmp_path, options):
    listed = models(tmp_path / "models.csv")
    done = world.run("evaluate", *options, "--models", listed, "-o", str(tmp_path / "s.csv"))
    assert done.returncode == 2
    assert "Give either --responses or --case." in done.stderr
