"""Small made cases: real records with invented content, for tests that need no model."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from workbench.digest import digest_of_text, seed_from
from workbench.evidence.verdict import conclude
from workbench.records import (
    Capabilities,
    Comparison,
    Decoding,
    EvidenceLine,
    NoScore,
    Observation,
    Pack,
    PairScore,
    Plan,
    PlannedPack,
    Probe,
    ProbeValue,
    Role,
    Run,
    Score,
    TopTokens,
    Verdict,
    to_json,
)
from workbench.store import CaseStore, create_case
from workbench.store.embeddings import add_embeddings

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOSTILE = (
    "![x](http://127.0.0.1:9/x.png) <script>alert(1)</script> #strong[no] $a^2$ \u202eevil\x00"
)


def pack(pack_id="style/greetings", kind="generate", probes=3, repeats=2) -> Pack:
    return Pack(
        id=pack_id,
        version=1,
        title="Greetings",
        rationale="How a model opens a letter is an arbitrary choice.",
        source="Made for a test.",
        authors=("a.tester",),
        kind=kind,
        template="chat" if kind == "generate" else "raw",
        decoding=Decoding(temperature=0.8, max_tokens=16, repeats=repeats),
        probes=tuple(
            Probe(f"{pack_id}#probe-{n}", f"Write greeting number {n}.") for n in range(probes)
        ),
    )


def plan(
    packs,
    suspects=("tuned",),
    controls=("alpha", "beta", "gamma"),
    readings=0,
    metrics=("paired-embedding", "next-token-js"),
    *,
    other_temperature=None,
    asked_by="",
    done_by="",
) -> Plan:
    return Plan(
        case="made",
        reference="base",
        suspects=tuple(suspects),
        controls=tuple(controls),
        packs=tuple(
            PlannedPack(p.id, p.version, p.digest, p.digest, len(p.probes), 0, p.questions)
            for p in packs
        ),
        metrics=tuple(metrics),
        embedder="minilm",
        seed=7,
        created_at=NOON,
        software="0.1.0",
        readings=readings,
        asked_by=asked_by,
        done_by=done_by,
        other_temperature=other_temperature,
    )


def run(the_plan, role: Role, model) -> Run:
    return Run(
        id=f"{role}-{model}",
        plan_digest=the_plan.digest,
        model=model,
        role=role,
        backend="fake",
        revision=f"made:{model}",
        weights_digest=digest_of_text(model),
        tokenizer_digest=digest_of_text("shared" if role != "control" else model),
        capabilities=Capabilities(text=True, logits=True, top_k=64),
        device_sentence="CPU, float32: answers do not depend on the batch size.",
        versions={"torch": "2.13.0", "transformers": "5.23.0"},
        seed=the_plan.seed,
        started_at=NOON,
    )


def observation(run_id, probe, repeat, text="Hello there.", outcome="answered", **changes):
    fields = {
        "run_id": run_id,
        "probe_address": probe.address,
        "repeat": repeat,
        "seed": seed_from(run_id, probe.address, repeat),
        "outcome": outcome,
        "text": text if outcome in {"answered", "truncated"} else None,
        "asked_at": NOON,
        "seconds": 0.25,
        "token_count": 4,
        "prompt_format": "chat",
        "note": None if outcome in {"answered", "truncated"} else "the model gave no text",
    }
    return Observation(**(fields | changes))


def tops():
    return (TopTokens(5, (3, 1, 2), (" the", " a", "\n"), (-0.5, -1.25, -3.0)),)


def pair(metric, model, role, value, centred, addresses) -> PairScore:
    return PairScore(
        model=model,
        role=role,
        raw=Score(metric, value, value - 0.05, value + 0.05, len(addresses)),
        centred=Score(metric, centred, centred - 0.04, centred + 0.04, len(addresses)),
        probes=tuple(ProbeValue(a, value + 0.01 * i) for i, a in enumerate(addresses)),
    )


def line(metric, title, the_plan, suspect, addresses) -> EvidenceLine:
    return EvidenceLine(
        metric=metric,
        title=title,
        direction="similarity",
        unit="mean cosine",
        suspect=pair(metric, suspect, "suspect", 0.9, 0.2, addresses),
        controls=tuple(
            pair(metric, name, "control", 0.5 + 0.02 * i, -0.05 + 0.02 * i, addresses)
            for i, name in enumerate(the_plan.controls)
        ),
        rank_p=1 / (1 + len(the_plan.controls)),
        above_every_control=True,
    )


def absent_line(the_plan, suspect) -> EvidenceLine:
    none = NoScore("next-token-js", "different tokenizers")
    return EvidenceLine(
        metric="next-token-js",
        title="Next-token divergence",
        direction="distance",
        unit="bits",
        suspect=PairScore(suspect, "suspect", none, none),
        controls=tuple(PairScore(name, "control", none, none) for name in the_plan.controls),
        rank_p=None,
        above_every_control=None,
    )


def comparison(the_plan, addresses, suspect="tuned", heads=None) -> Comparison:
    return Comparison(
        case="made",
        plan_digest=the_plan.digest,
        reference=the_plan.reference,
        suspect=suspect,
        controls=the_plan.controls,
        lines=(
            line("paired-embedding", "Paired embedding similarity", the_plan, suspect, addresses),
            absent_line(the_plan, suspect),
        ),
        verdict=Verdict(
            status="inconclusive",
            wording="Inconclusive: not calibrated for this protocol.",
            reasons=("No calibration exists for these packs, metrics and decoding.",),
            proposition=f"The behaviour of {suspect} comes from {the_plan.reference}.",
            alternative=f"{suspect} is independent of {the_plan.reference}.",
            untested=("a sibling of the reference", "a shared teacher"),
        ),
        embedder="minilm sha256:abc",
        embedding_digest=digest_of_text("made"),
        run_heads=heads or {},
        observations={f"suspect-{suspect}": {"answered": 6}},
    )


def weighed(found: Comparison, opinions) -> Verdict:
    """What is concluded from a comparison's lines and from opinions."""
    names = found.reference, found.suspect
    return conclude(*names, found.lines, len(found.controls), opinions)


def planned_case(root: Path, name="made", packs=None, **changes) -> CaseStore:
    packs = packs or (pack(), pack("continuation/openings", "next_token", 2, 1))
    return create_case(root / name, plan(packs, **changes), packs)


def says(model, address, repeat):
    return f"{model} says {address} {repeat}"


def recorded_case(root: Path, name="made", text=None, says=says, **changes) -> CaseStore:
    """A case whose runs are all recorded and closed; not yet compared."""
    store = planned_case(root, name, **changes)
    the_plan = store.plan()
    for role, model in the_plan.models:
        run_id = f"{role}-{model}"
        store.record(run_id, "run", [to_json(run(the_plan, role, model))])
        seen = [
            observation(
                run_id,
                probe,
                repeat,
                text=(text or says(model, probe.address, repeat))
                if pack.kind == "generate"
                else None,
                top=tops() if pack.kind != "generate" else (),
            )
            for pack in store.packs()
            for probe in pack.probes
            for repeat in range(pack.decoding.repeats)
        ]
        store.record(run_id, "observation", [to_json(item) for item in seen])
        (last,) = store.record(run_id, "close", [{"observations": len(seen)}])
        close = {"run_id": run_id, "head": last.digest, "records": last.seq + 1}
        store.record("case", "close", [close])
    return store


def evaluated_case(root: Path, name="made", text=None, opinions=(), **changes) -> CaseStore:
    """A recorded case with one comparison per suspect, which holds the opinions given."""
    store = recorded_case(root, name, text, **changes)
    addresses = [probe.address for pack in store.packs() for probe in pack.probes]
    heads = {
        record.body["run_id"]: record.body["head"]
        for record in store.records("case")
        if record.kind == "close"
    }
    for suspect in store.plan().suspects:
        found = comparison(store.plan(), addresses, suspect, heads)
        if opinions:
            found = replace(found, verdict=weighed(found, opinions))
        store.record("case", "comparison", [to_json(found)])
    return store


def embedded(store: CaseStore) -> CaseStore:
    """Give every answer a made embedding: one axis for each model."""
    answers = store.answers()
    answers = answers[answers["text"].notna()]
    axes = {model: n for n, model in enumerate(sorted(answers["model"].unique()))}
    vectors = {
        digest_of_text(row.text): [float(n == axes[row.model]) for n in range(8)]
        for row in answers.itertuples()
    }
    add_embeddings(store, "minilm sha256:abc", vectors)
    return store
