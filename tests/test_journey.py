"""One case from the plan to the PDF, through the real program and tiny real models."""

import json

import duckdb
import pytest

from tests.world import World
from workbench.store import open_case

MODELS = ("base", "tuned", "alpha", "beta", "gamma")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    done = world.run("models", "fetch", *MODELS)
    assert done.returncode == 0, done.stderr
    return world


@pytest.fixture(scope="module")
def case(world):
    done = world.run("plan", "first", "--reference", "base", "--suspect", "tuned")
    assert done.returncode == 0, done.stderr
    assert "Controls: alpha, beta, gamma" in done.stdout
    assert world.run("compare", "first").stderr.startswith("Case 'first' is empty")
    done = world.run("run", "first")
    assert done.returncode == 0, done.stderr
    done = world.run("compare", "first")
    assert done.returncode == 0, done.stderr
    return open_case(world.cases / "first")


def test_every_planned_question_has_one_observation(case):
    planned = sum(pack.questions for pack in case.plan().packs)
    for run in case.runs():
        seen = [o for o in case.observations(run.id) if "@" not in o.probe_address]
        assert len({(o.probe_address, o.repeat) for o in seen}) == len(seen) == planned == 20


def test_every_model_reads_what_every_model_answered(case):
    answers = {
        (run.id, seen.probe_address)
        for run in case.runs()
        for seen in case.observations(run.id)
        if seen.text is not None
    }
    for run in case.runs():
        read = [o for o in case.observations(run.id) if "@" in o.probe_address]
        given = {tuple(reversed(seen.probe_address.split("@"))) for seen in read}
        assert given == answers
        assert all(seen.outcome == "answered" and seen.tensor_digest for seen in read)
        # Only the reference reads several answers to one probe, and only its own.
        assert {o.probe_address.split("@")[1] for o in read if o.repeat > 0} <= {"reference-base"}


def test_any_two_tokenizers_are_compared_in_bytes_and_ranked(world, case):
    (comparison,) = world.json("compare", "first")
    lines = {line["metric"]: line for line in comparison["lines"]}
    for metric in ("next-byte-js", "cross-likelihood", "reverse-likelihood"):
        assert lines[metric]["rank_p"] == 0.25, metric
        assert lines[metric]["above_every_control"] is True, metric
    bounded = lines["next-bytes-js"]["suspect"]["raw"]
    assert bounded["least"] < bounded["value"] < bounded["most"]
    assert bounded["low"] <= bounded["least"] <= bounded["most"] <= bounded["high"]
    assert 0 < lines["reverse-likelihood"]["suspect"]["raw"]["p"] <= 1
    reason = "no multiple-choice question was asked"
    assert lines["option-correlation"]["suspect"]["raw"]["reason"] == reason


def test_the_derivative_is_more_alike_than_every_control_and_still_inconclusive(world, case):
    (comparison,) = world.json("compare", "first")
    lines = {line["metric"]: line for line in comparison["lines"]}
    assert lines["paired-embedding"]["above_every_control"] is True
    assert lines["paired-embedding"]["rank_p"] == 0.25
    assert lines["next-token-js"]["suspect"]["raw"]["value"] < 0.2
    reasons = {pair["raw"]["reason"] for pair in lines["next-token-js"]["controls"]}
    assert reasons == {"different tokenizers"}
    assert comparison["verdict"]["status"] == "inconclusive"
    for opinion in comparison["verdict"]["opinions"]:
        assert opinion["status"] == "inconclusive"
        assert opinion["log10_lr"] is None
        assert "prompts were answered by both" in opinion["wording"]


def test_comparing_again_adds_nothing(world, case):
    before = case.journal_path("case").read_bytes()
    assert world.run("compare", "first").returncode == 0
    assert case.journal_path("case").read_bytes() == before


def test_the_same_seed_gives_the_same_observations(world, case):
    plan = ("--reference", "base", "--suspect", "tuned", "--seed", str(case.plan().seed))
    assert world.run("plan", "again", *plan).returncode == 0
    assert world.run("run", "again").returncode == 0
    again = open_case(world.cases / "again")
    for run in case.runs():
        first = [seen.content_digest for seen in case.observations(run.id)]
        assert first == [seen.content_digest for seen in again.observations(run.id)]


def test_reference_and_derivative_do_not_share_their_dice(case):
    ours, theirs = case.observations("reference-base"), case.observations("suspect-tuned")
    assert not {seen.seed for seen in ours} & {seen.seed for seen in theirs}


def test_the_case_verifies_also_after_a_rebuild(world, case):
    checks = world.json("verify", "first")
    assert [check["title"] for check in checks if not check["passed"]] == []
    assert checks[-1]["title"] == "Scores and verdicts"
    assert world.run("rebuild", "first").returncode == 0
    done = world.run("verify", "first")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_report_is_a_pdf_with_the_verdict(world, case, tmp_path):
    from pypdf import PdfReader

    path = tmp_path / "evidence.pdf"
    options = ("--lang", "en", "-o", str(path))
    assert world.json("report", "first", *options) == {"path": str(path), "signatures": []}
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    assert "Inconclusive: there is no score" in " ".join(text.split())


def tampered(world, case, name):
    """A copy of the case to damage."""
    import shutil

    copy = world.cases / name
    shutil.copytree(case.folder, copy)
    return open_case(copy)


def test_a_changed_number_with_a_chain_mended_by_hand_comes_out_differently(world, case):
    store = tampered(world, case, "doctored")
    from workbench.records import to_json
    from workbench.store import Journal

    path = store.journal_path("case")
    lines = path.read_text().splitlines(keepends=True)
    last = json.loads(lines[-1])
    assert last["kind"] == "comparison"
    path.write_text("".join(lines[:-1]))
    changed = to_json(case.comparisons()[0])
    changed["lines"][2]["suspect"]["raw"]["value"] += 0.01
    with Journal(path) as journal:  # whoever holds the case can chain anything anew
        journal.append("comparison", [changed])
    store.rebuild()
    done = world.run("verify", "doctored")
    assert done.returncode == 1
    assert "lines[2].suspect.raw.value is recorded as" in done.stderr


def test_a_changed_distribution_is_named(world, case):
    store = tampered(world, case, "bent")
    path = next(store.tensor_folder("control-beta").iterdir())
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    done = world.run("verify", "bent")
    assert done.returncode == 1
    assert "The distributions of control-beta at " in done.stderr


def test_a_changed_vocabulary_is_named(world, case):
    store = tampered(world, case, "respelled")
    from workbench.store.raw import keep_raw, raw_path

    path = next(store.vocabulary_folder.iterdir())
    other = keep_raw(store.folder / "other", b'["61"]')
    path.write_bytes(raw_path(store.folder / "other", other).read_bytes())
    done = world.run("verify", "respelled")
    assert done.returncode == 1
    assert "A vocabulary" in done.stderr
    assert "was changed after it was recorded" in done.stderr


def test_an_edited_row_is_named(world, case):
    store = tampered(world, case, "edited")
    with duckdb.connect(str(store.database)) as connection:
        connection.execute("UPDATE observation SET text = 'I am base.' WHERE seq = 3")
    done = world.run("verify", "edited")
    assert done.returncode == 1
    assert "Table observation differs from the journals" in done.stderr


def test_an_edited_and_an_added_embedding_are_named(world, case):
    store = tampered(world, case, "embedded")
    with duckdb.connect(str(store.database)) as connection:
        (digest,) = connection.execute("SELECT min(text_digest) FROM embedding").fetchone()
        connection.execute(
            "UPDATE embedding SET vector = list_transform(vector, lambda x: x + 0.01) "
            "WHERE text_digest = ?",
            [digest],
        )
        connection.execute("INSERT INTO embedding VALUES ('sha256:none', 'minilm', [0.5])")
    done = world.run("verify", "embedded")
    assert done.returncode == 1
    assert f"Table embedding, text {digest}: computed again it differs by 1.0e-02." in done.stdout
    assert "no answer needs: text sha256:none, embedder minilm." in done.stdout


def test_a_run_cut_off_in_the_middle_goes_on_and_ends_the_same(world, case):
    import shutil

    store = tampered(world, case, "cut")
    for path in (store.database, *store.folder.glob("journal/*-gamma.jsonl")):
        path.unlink()
    shutil.rmtree(store.tensor_folder("control-gamma"))
    journal = store.journal_path("control-beta")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:9]) + b'{"body"')
    closes = store.journal_path("case").read_bytes().splitlines(keepends=True)
    kept = [r for r in store.records("case") if r.kind != "comparison"]
    open_runs = {"control-beta", "control-gamma"}
    upto = min(r.seq for r in kept if r.kind == "close" and r.body["run_id"] in open_runs)
    store.journal_path("case").write_bytes(b"".join(closes[:upto]))
    assert world.run("run", "cut").returncode == 0
    cut = open_case(store.folder)
    for run in case.runs():
        first = {seen.content_digest for seen in case.observations(run.id)}
        assert first == {seen.content_digest for seen in cut.observations(run.id)}
    assert world.run("verify", "cut").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "what", "fix"),
    [
        (
            ("plan", "x", "--reference", "bose", "--suspect", "tuned"),
            'did you mean "base"?',
            "workbench models list",
        ),
        (
            ("plan", "x", "--reference", "base", "--suspect", "tuned", "--control", "alpha"),
            "1 controls were named and at least 2 are needed",
            "Change the models, packs or options named",
        ),
        (
            (
                *("plan", "x", "--reference", "base", "--suspect", "alpha"),
                *("--control", "tuned", "--control", "beta", "--repeats", "0"),
            ),
            "control tuned is of the same family as base; repeats must lie between 1 and 200",
            "Change the models, packs or options named",
        ),
        (
            ("plan", "x", "--reference", "base", "--suspect", "tuned", "--pack", "style/shirt"),
            'did you mean "style/short"',
            "workbench packs list",
        ),
        (
            ("plan", "a b", "--reference", "base", "--suspect", "tuned"),
            "'a b' is no name for a case.",
            "Use letters",
        ),
        (
            ("plan", "x", "--reference", "base", "--suspect", "tuned", "--asked-by", "a\tb"),
            "The parties cannot be named so: who asked holds the control character U+0009.",
            "Write each on one line of at most 200 characters.",
        ),
        (
            ("report", "first", "--lang", "fr"),
            "A report is written in English only, and 'fr' was asked for.",
            "Use --lang en; no machine translation is offered, because the wording",
        ),
        (("run", "nothing"), "There is no case 'nothing'", "workbench plan"),
        (("report", "first", "--suspect", "other"), "'other' is no suspect", "Use tuned."),
    ],
)
def test_a_mistake_is_two_sentences_and_exit_code_1(world, case, arguments, what, fix):
    done = world.run(*arguments)
    assert done.returncode == 1
    assert what in done.stderr
    assert fix in done.stderr
    assert "Traceback" not in done.stderr
    assert not (world.cases / "x").exists()


def test_weights_that_are_not_there_say_how_to_get_them(world, case, tmp_path):
    plan = ("--reference", "base", "--suspect", "tuned")
    assert world.run("plan", "bare", *plan).returncode == 0
    done = world.run("run", "bare", WORKBENCH_CACHE=str(tmp_path))
    assert done.returncode == 1
    assert "The weights of base are not on this machine." in done.stderr
    assert "workbench models fetch base" in done.stderr
    assert not (world.cases / "bare" / "tensors").exists()


def test_a_missing_weights_file_is_noticed_before_anything_is_asked(world, case, tmp_path):
    import shutil

    cache = tmp_path / "cache"
    shutil.copytree(world.root / "cache", cache)
    (lost,) = cache.glob("models/gamma-*/model.safetensors")
    lost.unlink()
    plan = ("--reference", "base", "--suspect", "tuned")
    assert world.run("plan", "lost", *plan).returncode == 0
    done = world.run("run", "lost", WORKBENCH_CACHE=str(cache))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 2
    assert "gamma" in done.stderr
    assert list((world.cases / "lost").glob("journal/reference-*")) == []


def test_a_pack_is_tried_on_a_model_without_a_trace(world):
    answers = world.json("packs", "try", "style/short", "--model", "base", "--repeats", "2")
    assert len(answers) == 10
    assert {answer["outcome"] for answer in answers} <= {"answered", "truncated", "empty"}
    shown = world.run("packs", "try", "continuation/openings", "--model", "base")
    assert "> Yesterday we saw the quick brown fox" in shown.stdout
    assert "an old town" not in shown.stdout  # sealed
    assert not (world.cases / "try").exists()


def test_a_recorded_panel_weighs_the_packs_it_asked(world, case):
    weights = {item["pack"]: item for item in world.json("packs", "weigh", "--panel", "first")}
    assert set(weights) == {"style/short", "continuation/openings"}
    short = weights["style/short"]
    assert set(short["models"]) == {"base", "alpha", "beta", "gamma"}
    assert (len(short["probes"]), short["repeats"]) == (5, 3)
    assert short["separations"][0]["derived"] == "tuned"
    kept = world.root / "probes" / ".weights" / "style" / "short.json"
    assert json.loads(kept.read_text()) == short
    only = ("--pack", "continuation/openings", "--probes")
    shown = world.run("packs", "weigh", "--panel", "first", *only)
    assert "own, length, format: share of answers nearer to their own model's" in shown.stdout
    assert "thing-0" in shown.stdout
    assert "thing-1" not in shown.stdout  # sealed


def test_a_budget_is_spent_on_what_was_weighed(world, case):
    assert world.run("packs", "weigh", "--panel", "first").returncode == 0
    who = ("--reference", "base", "--suspect", "tuned")
    plan = world.json("plan", "frugal", *who, "--budget", "7")
    assert plan["budget"] == 7
    assert 0 < sum(pack["questions"] for pack in plan["packs"]) <= 7
    shown = world.run("packs", "show", "style/short").stdout
    assert "Weighed on 4 independent models: mean gap " in shown


def test_a_pack_that_was_asked_cannot_change_under_its_version(world, case):
    file = world.root / "probes" / "style" / "short.toml"
    before = file.read_text()
    file.write_text(before.replace("Short answers", "Shorter answers"))
    try:
        done = world.run("plan", "later", "--reference", "base", "--suspect", "tuned")
        assert done.returncode == 1
        assert "version 1 was asked with other content; raise version to 2" in done.stderr
        assert world.run("packs", "check").returncode == 1
    finally:
        file.write_text(before)
    assert world.run("packs", "check").returncode == 0


def test_the_sealed_part_is_a_case_of_its_own(world, case):
    who = ("--reference", "base", "--suspect", "tuned", "--pack", "style/short")
    plan = world.json("plan", "confirm", *who, "--part", "sealed")
    assert (plan["packs"][0]["probes"], plan["packs"][0]["left_out"]) == (1, 5)
    assert world.run("plan", "odd", *who, "--part", "shut").returncode == 2


def test_usage_errors_exit_with_2(world):
    assert world.run("plan").returncode == 2
