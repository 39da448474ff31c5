"""From other people's files to the PDF, through the real commands, beside a model asked here."""

import json
import shutil

import pytest

from tests.importers.made import WORDS, alpaca, prompts
from tests.world import World
from workbench.digest import digest_of_file
from workbench.models.recorded import kept_path
from workbench.store import open_case

PLAN = (
    *("--reference", "ref-1", "--suspect", "sus"),
    *("--control", "other", "--control", "alpha", "--pack", "imported/made", "--part", "all"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    assert world.run("models", "fetch", "alpha").returncode == 0
    said = {p: f"The {word} is nice today." for p, word in zip(prompts(), WORDS, strict=True)}
    nearly = said | {prompts()[9]: "Nothing but lamps."}
    del nearly[prompts()[8]]
    files = [
        alpaca(world.root / "ref.json", "Ref 1", said),
        alpaca(world.root / "sus.json", "sus", nearly),
    ]
    done = world.run(
        "import", "alpacaeval", *map(str, files), "--pack", "made", "--max-tokens", "8"
    )
    assert done.returncode == 0, done.stderr
    assert "Model sus: 9 answers, recorded by a third party; 9 of 10 prompts" in done.stdout
    table = world.root / "other.csv"
    rows = [f'"{prompt}","{word}, as I see it: {n}"' for n, (prompt, word) in enumerate(
        zip(prompts(), WORDS, strict=True)
    )]  # fmt: skip
    table.write_text("\n".join(["question,reply", *rows]))
    columns = ("--column", "prompt=question", "--column", "answer=reply")
    named = ("--model", "other", "--pack", "made", "--family", "else")
    done = world.run("import", "csv", str(table), *columns, *named)
    assert done.returncode == 0, done.stderr
    return world


@pytest.fixture(scope="module")
def case(world):
    done = world.run("plan", "paper", *PLAN)
    assert done.returncode == 0, done.stderr
    assert (
        "sus is not asked: a third party recorded answers to 9 of its 10 questions" in done.stdout
    )
    for command in ("run", "compare"):
        done = world.run(command, "paper")
        assert done.returncode == 0, done.stderr
    return open_case(world.cases / "paper")


def test_recorded_answers_are_observed_as_they_were_recorded(case):
    seen = {o.probe_address: o for o in case.observations("suspect-sus")}
    prompt = {probe.address: probe.prompt for pack in case.packs() for probe in pack.probes}
    outcomes = {prompt[address]: o.outcome for address, o in seen.items()}
    assert outcomes.pop(prompts()[8]) == "failed"
    assert set(outcomes.values()) == {"answered"}
    texts = {prompt[address]: o.text for address, o in seen.items()}
    assert texts[prompts()[9]] == "Nothing but lamps."


def test_a_run_says_who_recorded_it_and_shows_no_weights(world, case):
    (run,) = [run for run in case.runs() if run.id == "reference-ref-1"]
    assert (run.backend, run.weights_digest, run.tokenizer_digest) == ("replay", None, None)
    (file,) = run.capabilities.recorded.files
    assert (file.name, file.digest) == ("ref.json", digest_of_file(world.root / "ref.json"))
    assert "recorded by a third party" in run.device_sentence


def test_a_local_control_is_asked_the_very_same_prompts(case):
    (local,) = [run for run in case.runs() if run.model == "alpha"]
    assert local.capabilities.recorded is None
    formats = {o.prompt_format for o in case.observations(local.id)}
    assert not any(text.startswith("recorded") for text in formats)
    asked = {o.probe_address for o in case.observations(local.id) if "@" not in o.probe_address}
    assert asked == {o.probe_address for o in case.observations("suspect-sus")}


def test_the_suspect_that_repeats_the_reference_is_more_alike_than_the_controls(world, case):
    (comparison,) = world.json("compare", "paper")
    lines = {line["metric"]: line for line in comparison["lines"]}
    assert lines["word-bigram"]["above_every_control"] is True
    assert comparison["verdict"]["status"] == "inconclusive"
    assert comparison["observations"]["suspect-sus"] == {"answered": 9, "failed": 1}


def test_the_report_says_what_was_recorded_by_whom_and_where(world, case, tmp_path):
    from pypdf import PdfReader

    path = tmp_path / "evidence.pdf"
    assert world.run("report", "paper", "-o", str(path)).returncode == 0
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    text = " ".join(text.split())
    assert "Nothing was asked of ref-1, sus, other: a third party recorded their answers" in text
    assert digest_of_file(world.root / "ref.json") in text.replace(" ", "")
    assert "The family of ref-1, sus was not declared." in text
    assert "alpha were asked here, in the prompt format of this program" in text


def test_the_case_verifies_without_the_folder_of_recordings(world, case):
    recorded = world.root / "data" / "recorded"
    away = world.root / "away"
    recorded.rename(away)
    try:
        checks = {check["title"]: check for check in world.json("verify", "paper")}
    finally:
        away.rename(recorded)
    assert all(check["passed"] for check in checks.values())
    assert checks["What others recorded"]["detail"] == "30 observations against 3 kept files"


def damaged(world, case, name):
    copy = world.cases / name
    shutil.copytree(case.folder, copy)
    return open_case(copy)


def test_a_changed_kept_file_is_named(world, case):
    store = damaged(world, case, "changed")
    path = kept_path(store.recorded_folder(), digest_of_file(world.root / "other.csv"))
    other = kept_path(store.recorded_folder(), digest_of_file(world.root / "ref.json"))
    path.write_bytes(other.read_bytes())
    done = world.run("verify", "changed")
    assert done.returncode == 1
    assert "The kept copy of other.csv" in done.stdout + done.stderr
    path.unlink()
    assert "cannot be read" in world.run("verify", "changed").stdout


def test_an_answer_that_the_kept_file_does_not_hold_is_named(world, case):
    store = damaged(world, case, "invented")
    from workbench.store import Journal

    path = store.journal_path("suspect-sus")
    records = list(store.records("suspect-sus"))
    path.unlink()
    with Journal(path) as journal:  # whoever holds the case can chain anything anew
        for record in records:
            body = record.body
            if record.kind == "observation" and body["text"] == "Nothing but lamps.":
                body = body | {"text": "The lamps is nice today."}
            journal.append(record.kind, [body])
        last = list(store.records("suspect-sus"))[-1]
    case_journal = store.journal_path("case")
    kept = [r for r in store.records("case") if r.kind != "comparison"]
    case_journal.unlink()
    with Journal(case_journal) as journal:
        for record in kept:
            body = record.body
            if record.kind == "close" and body["run_id"] == "suspect-sus":
                body = body | {"head": last.digest}
            journal.append(record.kind, [body])
    store.rebuild()
    done = world.run("verify", "invented")
    assert done.returncode == 1
    assert "the text recorded is not the one that the kept file holds." in done.stdout
    assert done.stdout.count("that the kept file holds") == 1


def test_recorded_models_and_packs_are_listed_with_the_others(world, case):
    listed = {entry["name"]: entry for entry in world.json("models", "list")}
    assert listed["sus"]["here"] is None
    assert "imported/made" in [pack["id"] for pack in world.json("packs", "list")]
    done = world.run("models", "check", "other")
    assert "ok: 10 answers as they were imported." in done.stdout
    checked = world.json("packs", "show", "imported/made", "--sealed")
    assert len(checked["probes"]) == 10


def test_a_plan_without_packs_leaves_imported_ones_out(world, case):
    who = ("--reference", "base", "--suspect", "tuned")
    assert world.run("models", "fetch", "base", "tuned").returncode == 0
    plan = world.json("plan", "plain", *who)
    assert "imported/made" not in [pack["id"] for pack in plan["packs"]]
    assert plan["controls"] == ["alpha", "beta", "gamma"]


def test_an_import_in_json_names_models_pack_and_files(world):
    path = alpaca(world.root / "json.json", "Json Model")
    made = world.json("import", "alpacaeval", str(path))
    assert made["models"][0]["entry"]["name"] == "json-model"
    assert (made["pack"], made["pack_is_new"], made["probes"]) == ("imported/json-model", True, 10)


def test_a_column_that_is_no_pair_is_a_usage_error(world):
    assert world.run("import", "csv", "x.csv", "--column", "promt").returncode == 2


def test_a_missing_file_is_two_sentences(world):
    done = world.run("import", "csv", "none.csv", "--model", "x")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "none.csv cannot be opened (No such file or directory).",
        "Check how its name is written.",
    ]


def test_the_journal_of_a_run_holds_the_whole_recording(case):
    first = json.loads(case.journal_path("control-other").read_text().splitlines()[0])
    recorded = first["body"]["capabilities"]["recorded"]
    assert recorded["files"][0]["reading"]["columns"] == [
        ["prompt", "question"],
        ["answer", "reply"],
    ]
    assert recorded["family_declared"] is True
