"""A case with an endpoint for a suspect, through the real program; the endpoint is hostile."""

import base64
import gzip
import io
import json
import shutil

import pytest

from tests.backends.faulty import FakeEndpoint, Scripted, answer
from tests.world import World
from workbench.digest import digest_of_bytes
from workbench.store import Journal, open_case
from workbench.store.raw import raw_path, read_raw

KEY = "sk-CANARY-b7f21c90-4d5e"
TABLE = """
[models.served]
title = "Tiny served"
family = "served"
backend = "http"
source = "{url}"
licence = "none"

[models.served.endpoint]
served_as = "served-1"
api_key_env = "SERVED_KEY"
allow_private = true
concurrency = 1
backoff_seconds = 0.001
max_retries = 1
"""


class Hostile:
    """Answers, but repeats the key wherever it can, fails at one seed, and answers by two names."""

    def __init__(self):
        self.count, self.failing = 0, None

    def __call__(self, path, asked, headers):
        self.count += 1
        said = headers.get("authorization", "")
        echoed = {"Content-Type": "application/json", "X-Echo": said, "Set-Cookie": f"k={KEY}"}
        key = said.removeprefix("Bearer ")
        if "prompt" not in asked and "quick brown" in json.dumps(asked):
            self.failing = self.failing or asked["seed"]
        if asked.get("seed") == self.failing is not None:
            body = {"error": {"message": f"bad header {said}", "code": key}}
            return Scripted(json.dumps(body).encode(), 500, echoed)
        content = answer(path, asked)
        if "choices" in content and "messages" in asked:
            text = content["choices"][0]["message"]["content"]
            hidden = base64.b64encode(said.encode()).decode()
            content["choices"][0]["message"]["content"] = f"{text} {said} {hidden}"
        content["model"] = f"served-2 {key}" if "letter" in json.dumps(asked) else "served-1"
        body = json.dumps(content)
        if self.count % 2:
            body = body.replace(key, "".join(f"\\u{ord(c):04x}" for c in key))
        return Scripted(body.encode(), 200, echoed)


@pytest.fixture(scope="module")
def server():
    with FakeEndpoint(script=Hostile()) as server:
        yield server


@pytest.fixture(scope="module")
def world(tmp_path_factory, server):
    world = World(tmp_path_factory.mktemp("world"))
    world.environment["SERVED_KEY"] = KEY
    listed = world.root / "data" / "models.toml"
    listed.write_text(listed.read_text() + TABLE.format(url=server.url))
    done = world.run("models", "fetch", "base", "alpha", "beta", "gamma")
    assert done.returncode == 0, done.stderr
    return world


WHO = ("--reference", "base", "--suspect", "served", "--control", "alpha", "--control", "beta")


@pytest.fixture(scope="module")
def told(world, server):
    """Everything that the program said while it made the case."""
    steps = [
        ("models", "list"),
        ("models", "check", "served"),
        ("plan", "served", *WHO),
        ("run", "served", "--max-queries", "20"),
        ("run", "served"),
        ("compare", "served"),
        ("report", "served", "-o", str(world.root / "evidence.pdf")),
        ("verify", "served"),
    ]
    return {" ".join(step[:3]): world.run(*step) for step in steps}


@pytest.fixture(scope="module")
def case(world, told):
    return open_case(world.cases / "served")


def seen_of(case):
    return case.observations("suspect-served")


def test_every_step_but_the_one_beyond_its_budget_goes_well(told):
    failed = {step for step, done in told.items() if done.returncode != 0}
    assert failed == {"run served --max-queries"}, [done.stderr for done in told.values()]


def test_a_spent_budget_is_two_sentences_and_the_run_goes_on_later(told, case):
    error = told["run served --max-queries"].stderr
    assert "The budget of 20 queries is used up.\nRun the same command again to go on" in error
    assert "Cost: unknown (requests to endpoints: 20)" in error
    planned = sum(pack.questions for pack in case.plan().packs)
    assert len({(o.probe_address, o.repeat) for o in seen_of(case)}) == planned
    assert len(seen_of(case)) == planned


def test_a_list_and_a_plan_know_an_endpoint_from_weights(told):
    line = next(x for x in told["models list"].stdout.splitlines() if x.startswith("served"))
    assert line.split()[:4] == ["served", "served", "none", "endpoint"]
    assert "served is asked at an endpoint; cost without retries: unknown" in (
        told["plan served --reference"].stdout
    )


def test_a_check_prints_what_was_measured(told):
    shown = told["models check served"].stdout
    assert "seed honoured       yes" in shown
    assert "price               unknown" in shown


def unpacked(path):
    """Every readable form of a file's content."""
    content = path.read_bytes()
    yield content
    if path.suffix == ".gz":
        yield gzip.decompress(content)
    if path.suffix == ".pdf":
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(content))
        yield "".join(page.extract_text() for page in reader.pages).encode()
        yield from (data for group in reader.attachments.values() for data in group)


def test_the_key_is_in_no_file_and_in_nothing_that_was_said(world, told, case):
    spellings = [KEY, base64.b64encode(KEY.encode()).decode().rstrip("=")[:-1], "CANARY"]
    spellings += [base64.b64encode(f"Bearer {KEY}".encode()).decode()[12:-4]]
    spellings += ["".join(f"\\u{ord(c):04x}" for c in KEY), KEY.encode().hex(), KEY[::-1]]
    files = [path for path in world.root.rglob("*") if path.is_file()]
    assert sum(path.suffix == ".gz" for path in files) >= 20
    for path in files:
        for content in unpacked(path):
            assert [s for s in spellings if s.encode() in content] == [], path
    for step, done in told.items():
        assert [s for s in spellings if s in done.stdout + done.stderr] == [], step


def test_an_answer_whose_key_was_taken_out_says_so(case):
    answered = [o for o in seen_of(case) if o.outcome == "answered" and o.text]
    assert answered
    assert all("[key removed]" in o.text for o in answered)
    assert all("The endpoint repeated the key" in o.note for o in answered)


def test_an_error_of_the_server_is_a_failed_observation_with_its_exchange(case):
    failed = [o for o in seen_of(case) if o.outcome == "failed"]
    assert {o.probe_address for o in failed} == {"style/short#thing-0"}
    assert all("The endpoint answered 500" in o.note and o.raw_digest for o in failed)


def test_a_change_of_what_answers_is_noted_with_the_observation(case):
    names = {o.answered_as for o in seen_of(case) if o.outcome == "answered"}
    assert names == {"served-1", "served-2 [key removed]"}
    changed = [o for o in seen_of(case) if o.answered_as == "served-2 [key removed]"]
    assert all("was served-1 when the run began and is served-2" in o.note for o in changed)


def test_the_report_says_that_what_answered_changed(world, told):
    from pypdf import PdfReader

    reader = PdfReader(world.root / "evidence.pdf")
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "What answered changed within the run of served" in text
    assert "An endpoint shows neither weights nor tokenizer" in text


def test_metrics_over_tokens_refuse_an_endpoint_instead_of_guessing(world, told):
    (comparison,) = world.json("compare", "served")
    lines = {line["metric"]: line for line in comparison["lines"]}
    assert lines["next-token-js"]["suspect"]["raw"]["reason"] == (
        "served is an endpoint and shows no whole distributions"
    )
    assert lines["word-bigram"]["suspect"]["raw"]["kind"] == "score"


def test_a_list_of_tokens_is_compared_in_bytes_within_its_limits(world, told):
    (comparison,) = world.json("compare", "served")
    lines = {line["metric"]: line for line in comparison["lines"]}
    raw = lines["next-byte-js"]["suspect"]["raw"]
    assert raw["low"] <= raw["least"] < raw["value"] < raw["most"] <= raw["high"]
    assert raw["n"] == 5
    values = lines["next-byte-js"]["suspect"]["probes"]
    assert all(item["low"] < item["high"] for item in values)
    # An endpoint's answers are read by the models that show likelihoods; it reads none itself.
    assert lines["reverse-likelihood"]["suspect"]["raw"]["kind"] == "score"
    assert lines["cross-likelihood"]["suspect"]["raw"]["kind"] == "no score"


def test_next_tokens_of_an_endpoint_are_kept_without_numbers(case):
    read = [o for o in seen_of(case) if o.top]
    assert len(read) == 5
    assert {len(o.top[0].tokens) for o in read} == {20}
    assert set(read[0].top[0].ids) == {None}
    shown = case.next_tokens(read[0].probe_address)
    assert "served" in set(shown["model"])


def doctored(world, case, name):
    shutil.copytree(case.folder, world.cases / name)
    return open_case(world.cases / name)


def test_a_changed_exchange_is_named(world, case):
    store = doctored(world, case, "bent")
    seen = seen_of(store)[3]
    folder = store.raw_folder(seen.run_id)
    content = read_raw(folder, seen.raw_digest).replace(b"served", b"severd", 1)
    raw_path(folder, seen.raw_digest).write_bytes(gzip.compress(content))
    done = world.run("verify", "bent")
    assert done.returncode == 1
    assert "An answer that suspect-served received" in done.stderr
    assert "was changed after it was recorded" in done.stderr


def test_a_lost_exchange_is_named(world, case):
    store = doctored(world, case, "lost")
    raw_path(store.raw_folder("suspect-served"), seen_of(store)[3].raw_digest).unlink()
    assert "cannot be read" in world.run("verify", "lost").stderr


def test_an_answer_that_its_exchange_does_not_hold_is_named(world, case):
    """Whoever holds the case can chain anything anew; the kept exchange still says otherwise."""
    store = doctored(world, case, "forged")
    path = store.journal_path("suspect-served")
    records = list(store.records("suspect-served"))
    path.unlink()
    forged = next(r.seq for r in records if r.body.get("outcome") == "answered" and r.body["text"])
    with Journal(path) as journal:
        for record in records:
            body = record.body | ({"text": "I am base."} if record.seq == forged else {})
            journal.append(record.kind, [body])
        head = journal.head
    closes = list(store.records("case"))
    store.journal_path("case").unlink()
    with Journal(store.journal_path("case")) as journal:
        for record in closes:
            mine = record.kind == "close" and record.body["run_id"] == "suspect-served"
            journal.append(record.kind, [record.body | ({"head": head} if mine else {})])
    store.rebuild()
    done = world.run("verify", "forged")
    assert "the text recorded is not the one that the endpoint sent" in done.stdout


def test_the_same_exchange_is_the_same_file_on_any_day(tmp_path):
    from workbench.store.raw import keep_raw

    digests = [keep_raw(tmp_path / name, b"{}") for name in ("one", "two")]
    assert digests == [digest_of_bytes(b"{}")] * 2
    one, two = (raw_path(tmp_path / name, digests[0]).read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_limit_in_money_needs_prices(world, told):
    done = world.run("run", "served", "--max-cost", "1")
    assert done.returncode == 1
    assert "A limit on costs needs prices, and those of served are unknown." in done.stderr


def test_a_missing_key_is_noticed_before_anything_is_asked(world, told):
    assert world.run("plan", "keyless", *WHO).returncode == 0
    done = world.run("run", "keyless", SERVED_KEY="")
    assert done.returncode == 1
    assert "The key of served is not in the environment variable SERVED_KEY." in done.stderr
    assert list((world.cases / "keyless").glob("journal/reference-*")) == []


def test_a_private_address_is_refused_unless_the_entry_allows_it(world, told, server):
    listed = world.root / "data" / "models.toml"
    before = listed.read_text()
    listed.write_text(before.replace("allow_private = true", "allow_private = false"))
    asked = len(server.asked)
    try:
        done = world.run("models", "check", "served")
    finally:
        listed.write_text(before)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 3
    assert len(server.asked) == asked
