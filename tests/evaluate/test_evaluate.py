import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.evaluate import made
from workbench.cli import app
from workbench.errors import EvaluationError
from workbench.evaluate import evaluate, read_sources, read_table

NUMBERS = ["weights_score", "outputs_score", "weights_low", "outputs_high", "weights_p"]


def scored(responses, pairs=None, models=None):
    models = made.models() if models is None else models
    pairs = made.pairs() if pairs is None else pairs
    return evaluate(read_sources(responses, models), pairs, models).table


@pytest.fixture(scope="module")
def plain():
    return scored(made.responses())


def test_a_near_copy_stands_out_among_strangers(plain):
    strangers = plain.loc[plain["label"] == "unrelated", "weights_score"]
    assert plain.loc[0, "weights_score"] > strangers.max() + 1
    assert plain.loc[0, "weights_low"] > 0


def test_the_made_source_scores_what_it_always_did(plain):
    """Written down when the scores were first made: a score must not drift with the code."""
    columns = ["weights_score", "weights_high", "weights_panel_low", "outputs_score", "outputs_raw"]
    for row, expected in (
        (0, (65.180100, 74.067447, 64.305521, 52.266903, 53.199504)),
        (1, (-0.735934, -0.018190, -1.210356, -0.652023, -0.720909)),
        (20, (-0.050790, 1.103631, -0.492481, 0.131559, 0.042829)),
    ):
        assert plain.loc[row, columns].tolist() == pytest.approx(expected, abs=1e-6)


def test_strangers_score_about_nothing(plain):
    strangers = plain.loc[plain["label"] == "unrelated", "weights_score"]
    assert abs(strangers.mean()) < 0.3
    assert strangers.std() < 2


def test_the_interval_holds_the_score_and_the_panel_is_named(plain):
    assert (plain["weights_low"] <= plain["weights_score"]).all()
    assert (plain["weights_score"] <= plain["weights_high"]).all()
    assert plain.loc[0, "panel"].split("|") == [f"m{i}" for i in range(1, made.FAMILIES)]
    assert plain.loc[0, "controls"] == made.FAMILIES - 1


def test_the_rank_is_that_among_the_controls(plain):
    assert plain.loc[0, "weights_p"] == pytest.approx(1 / made.FAMILIES)


def test_no_likelihood_ratio_is_made_up(plain):
    assert plain["weights_log10_lr"].isna().all()
    assert plain["weights_reason"].str.contains("no calibration").all()
    assert set(plain["weights_status"]) == {"inconclusive"}


def test_labels_have_no_part_in_a_score(plain):
    pairs = made.pairs()
    pairs["label"] = pairs["label"].to_numpy()[::-1]
    again = scored(made.responses(), pairs)
    pd.testing.assert_frame_equal(again[NUMBERS], plain[NUMBERS])


def test_other_pairs_have_no_part_in_a_score(plain):
    alone = scored(made.responses(), made.pairs().iloc[[0]])
    pd.testing.assert_frame_equal(alone[NUMBERS], plain.loc[[0], NUMBERS])


def test_the_order_of_the_answers_does_not_matter(plain):
    again = scored(made.responses().sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(again, plain)


def test_reference_and_suspect_can_change_places(plain):
    turned = made.pairs().rename(columns={"reference": "suspect", "suspect": "reference"})
    again = scored(made.responses(), turned)
    assert again["weights_score"].to_numpy() == pytest.approx(plain["weights_score"].to_numpy())


def test_missing_prompts_are_left_out_and_counted(plain):
    responses = made.responses()
    gone = (responses["model_id"] == "copy") & responses["prompt_id"].isin(["here-0", "here-1"])
    responses.loc[gone, "response"] = ""
    table = scored(responses)
    assert table.loc[0, ["prompts", "prompts_left_out"]].tolist() == [22, 2]
    assert table.loc[0, "weights_score"] == pytest.approx(plain.loc[0, "weights_score"], rel=0.2)
    assert table.loc[1, "prompts_left_out"] == 0


def test_several_answers_to_a_prompt_are_averaged():
    table = scored(made.responses(samples=3))
    assert table.loc[0, "weights_score"] > table.loc[1:, "weights_score"].max() + 1


def test_too_few_prompts_are_no_score():
    responses = made.responses()
    few = responses["prompt_id"].isin([f"here-{i}" for i in range(5)])
    table = scored(responses[few])
    assert table["weights_score"].isna().all()
    assert table.loc[0, "weights_status"] == "not comparable"
    assert "only 5 prompts" in table.loc[0, "weights_reason"]


def test_an_absent_model_is_no_score_and_says_so(plain):
    responses = made.responses()
    table = scored(responses[responses["model_id"] != "copy"])
    assert table.loc[0, "outputs_reason"] == "there is no answer of copy in this source"
    assert table.loc[1:, "weights_score"].notna().all()


def test_one_family_alone_has_no_controls():
    models = made.models().assign(family="one")
    table = scored(made.responses(), models=models)
    assert table["weights_score"].isna().all()
    assert table.loc[0, "weights_reason"].startswith("fewer than 10 pairs")


def test_sources_are_compared_apart(plain):
    both = pd.concat([made.responses(), made.responses(source="there")])
    pairs = pd.concat([made.pairs(), made.pairs("there")], ignore_index=True)
    table = scored(both, pairs)
    first = table[table["source"] == "here"]
    pd.testing.assert_frame_equal(first[NUMBERS], plain[NUMBERS])


def test_answers_that_are_not_english_leave_templates_out(plain):
    sources = read_sources(made.responses(), made.models())
    found = evaluate(sources, made.pairs(), made.models())
    ids = [metric.id for metric in found.metrics]
    assert "template-profile" not in ids  # made words hold no English closed-class word
    assert "word-profile" in ids


def test_a_pair_alone_has_no_score_where_the_whole_source_has_none():
    models = made.models().assign(family="one")
    sources = read_sources(made.responses(), models)
    table = evaluate(sources, made.pairs().iloc[:2], models, controls=99).table
    assert table["weights_score"].isna().all()
    assert table.loc[0, "weights_reason"].startswith("fewer than 10 pairs")


def test_a_pair_whose_panel_alone_is_too_small_has_a_reason():
    models = made.models().iloc[[0, 1, 2, 3, 4, 9]]
    responses = made.responses()
    sources = read_sources(responses[responses["model_id"].isin(models["model_id"])], models)
    pairs = made.pairs().iloc[[1]]  # two strangers: the copy and three others are left
    whole = evaluate(sources, pairs, models).table
    alone = evaluate(sources, pairs, models, controls=99).table
    assert whole["weights_score"].notna().all()
    assert alone["weights_score"].isna().all()
    assert alone["weights_reason"].iloc[0].startswith("fewer than 10 pairs")


# --- files --------------------------------------------------------------------------------------


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "pairs.csv"
    pd.DataFrame({"reference": ["a"]}).to_csv(path, index=False)
    with pytest.raises(EvaluationError) as error:
        read_table(path, "pairs")
    assert error.value.what == "pairs.csv has no column suspect."


def test_an_unreadable_file_is_two_sentences(tmp_path):
    path = tmp_path / "answers.parquet"
    path.write_text("no parquet")
    with pytest.raises(EvaluationError, match=r"answers\.parquet cannot be read"):
        read_table(path, "responses")
    with pytest.raises(EvaluationError, match="no file this command reads"):
        read_table(tmp_path / "answers.xlsx", "responses")


def test_a_model_nobody_listed_is_refused():
    with pytest.raises(EvaluationError, match="no row for copy"):
        read_sources(made.responses(), made.models().iloc[:-1])


def test_a_model_listed_twice_is_refused(tmp_path):
    path = tmp_path / "models.csv"
    pd.concat([made.models(), made.models().iloc[:1]]).to_csv(path, index=False)
    with pytest.raises(EvaluationError, match="lists m0 twice"):
        read_table(path, "models")


def test_a_source_without_answers_is_refused():
    with pytest.raises(EvaluationError, match="no answers of source elsewhere"):
        scored(made.responses(), made.pairs("elsewhere"))


def test_the_command_writes_every_pair_and_sums_up(tmp_path):
    paths = {}
    for name, table in (
        ("responses", made.responses()),
        ("pairs", made.pairs().assign(note="kept")),
        ("models", made.models()),
    ):
        paths[name] = tmp_path / f"{name}.csv"
        table.to_csv(paths[name], index=False)
    output = tmp_path / "new" / "scores.csv"
    arguments = [f"--{name}={path}" for name, path in paths.items()]
    done = CliRunner().invoke(
        app, ["evaluate", *arguments, "-o", str(output), "--ablation", "--json"]
    )
    assert done.exit_code == 0, done.output
    written = pd.read_csv(output)
    assert len(written) == len(made.pairs())
    assert set(written["note"]) == {"kept"}
    result = json.loads(done.stdout)
    labels = {row["label"]: row for row in result["summary"]["weights_score"]}
    assert labels["fine_tune_of"]["auc"] == 1.0
    fused = [row for row in result["ablation"] if row["metric"] == "fused: weights"]
    assert [row["fine_tune_of"] for row in fused] == [1.0, 1.0]
