"""How long the server takes to draw each page of a large case, cold and warm.

The case is made up: real plan, packs, runs and comparison, written by the store's own code, and
observations put straight into the tables that the pages read. Their journals hold no line of them,
so the case opens but does not verify; writing a million lines of a hash chain would take longer than
everything that is measured here.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

from workbench.digest import digest_of_text, seed_from
from workbench.evidence.verdict import conclude
from workbench.explore import answers
from workbench.records import (
    Capabilities,
    Comparison,
    Decoding,
    EvidenceLine,
    Pack,
    PairScore,
    Plan,
    PlannedPack,
    Probe,
    ProbeValue,
    Run,
    Score,
    to_json,
)
from workbench.store import CaseStore, create_case
from workbench.store.database import connected

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FULL, QUICK = 1_000_000, 20_000
CONTROLS, REPEATS, PROBES_PER_PACK, METRICS = 18, 10, 100, 5
WARM_ROUNDS = 3
DIMENSIONS = 384
EMBEDDER = "made sha256:0"
WORDS = np.array("the rain over a harbour town at dusk is nothing like the maps shown".split())  # noqa: SIM905
ROOT = Path(__file__).parents[1]


def measure(quick: bool) -> dict[str, str]:
    """Seconds to draw each page, first and again, of a case of many observations."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "WORKBENCH_CASES": f"{folder}/cases",
            "WORKBENCH_CACHE": f"{folder}/cache",
        }
        began = time.perf_counter()
        store = made_case(Path(folder) / "cases", QUICK if quick else FULL)
        made = time.perf_counter() - began
        size = store.database.stat().st_size / 1e6
        rows = dict(_pages(store))
        return {"case": f"{size:.0f} MB of tables, made in {made:.0f} s"} | rows


def _pages(store: CaseStore) -> Iterator[tuple[str, str]]:
    for page in sorted((ROOT / "workbench/ui/pages").glob("[!_]*.py")):
        cold, own_cold = _drawn(page, store.name)
        warm, own_warm = zip(*(_drawn(page, store.name) for _ in range(WARM_ROUNDS)), strict=True)
        seen = f"{cold:.2f} s cold, {median(warm):.2f} s warm"
        yield page.stem, f"{seen}; of the processor {own_cold:.2f} s, {median(own_warm):.2f} s"


def _drawn(page: Path, case: str) -> tuple[float, float]:
    """One visit in a session of its own, as a permalink makes it: seconds, and processor seconds."""
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415 - slow to import

    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    app.switch_page(str(page.relative_to(ROOT)))
    app.query_params["case"] = case
    began, own = time.perf_counter(), time.process_time()
    app.run()
    taken = time.perf_counter() - began, time.process_time() - own
    if app.exception:
        msg = f"{page.stem} does not draw: {app.exception[0].value}"
        raise RuntimeError(msg)
    if any("badge[Problem]" in shown.value for shown in app.markdown):
        msg = f"{page.stem} shows a problem: {[shown.value for shown in app.text]}"
        raise RuntimeError(msg)
    return taken


def made_case(root: Path, observations: int) -> CaseStore:
    """Make a case of about so many observations, compared and embedded in part.

    Args:
        root: Folder of cases.
        observations: How many; shared out over 20 models with 10 repeats.
    """
    probes = max(PROBES_PER_PACK, observations // ((CONTROLS + 2) * REPEATS))
    packs = [_pack(n) for n in range(probes // PROBES_PER_PACK)]
    root.mkdir(parents=True, exist_ok=True)
    store = create_case(root / "large", _plan(packs), packs)
    plan = store.plan()
    for role, model in plan.models:
        run = _run(plan, role, model)
        store.record(run.id, "run", [to_json(run)])
        (last,) = store.record(run.id, "close", [{"observations": 0}])
        close = {"run_id": run.id, "head": last.digest, "records": last.seq + 1}
        store.record("case", "close", [close])
    addresses = [probe.address for pack in packs for probe in pack.probes]
    _fill(store, "observation", lambda run: _observations(run, addresses))
    store.record("case", "comparison", [to_json(_comparison(plan, addresses))])
    _embed(store, addresses)
    return store


def _pack(number: int) -> Pack:
    pack_id = f"style/made-{number}"
    return Pack(
        id=pack_id,
        version=1,
        title=f"Made for a benchmark, {number}",
        rationale="How a model writes is a habit.",
        source="Made up.",
        authors=("benchmark",),
        kind="generate",
        template="chat",
        decoding=Decoding(0.8, 64, REPEATS),
        probes=tuple(
            Probe(f"{pack_id}#probe-{n}", f"Write line {n} of letter {number}.")
            for n in range(PROBES_PER_PACK)
        ),
    )


def _plan(packs: list[Pack]) -> Plan:
    return Plan(
        case="large",
        reference="base",
        suspects=("tuned",),
        controls=tuple(f"control-{n}" for n in range(CONTROLS)),
        packs=tuple(
            PlannedPack(p.id, p.version, p.digest, p.digest, len(p.probes), 0, p.questions)
            for p in packs
        ),
        metrics=tuple(f"metric-{n}" for n in range(METRICS)),
        embedder="made",
        seed=7,
        created_at=NOON,
        software="benchmark",
    )


def _run(plan: Plan, role: str, model: str) -> Run:
    return Run(
        id=f"{role}-{model}",
        plan_digest=plan.digest,
        model=model,
        role=role,
        backend="local",
        revision="made",
        weights_digest=digest_of_text(model),
        tokenizer_digest=None,
        capabilities=Capabilities(text=True, logits=False),
        device_sentence="CPU",
        versions={},
        seed=7,
        started_at=NOON,
    )


def _observations(run_id: str, addresses: list[str]) -> pa.Table:
    """Every answer of one run, as the rows of the table that a journal's lines would become."""
    count = len(addresses) * REPEATS
    dice = np.random.default_rng(seed_from("ui", run_id))
    lines = [" ".join(row) for row in WORDS[dice.integers(len(WORDS), size=(count, 30))]]
    return pa.table(
        {
            "run_id": pa.array([run_id] * count),
            "probe_address": [address for address in addresses for _ in range(REPEATS)],
            "repeat": list(range(REPEATS)) * len(addresses),
            "seq": range(1, count + 1),
            "seed": pa.array([7] * count),
            "outcome": pa.array(["answered"] * count),
            "text": pa.array(lines),
            "asked_at": pa.array([NOON.replace(tzinfo=None)] * count),
            "seconds": pa.array([0.5] * count),
            "token_count": pa.array([32] * count),
            "prompt_format": pa.array(["chat"] * count),
            "digest": pa.array(["sha256:0"] * count),
        }
    )


def _fill(store: CaseStore, table: str, rows: Callable[[str], pa.Table]) -> None:
    for run in store.runs():
        with connected(store.database, write=True) as connection:
            connection.register("incoming", rows(run.id))
            connection.execute(f"INSERT INTO {table} BY NAME FROM incoming")


def _embed(store: CaseStore, addresses: list[str]) -> None:
    """Embed the answers that map and lineage read, which are a few whatever the size of the case."""
    probes = sorted(sorted(addresses, key=digest_of_text)[: answers.PROBES])
    with connected(store.database, write=True) as connection:
        texts = connection.execute(
            "SELECT DISTINCT text FROM observation WHERE repeat < ? "
            "AND probe_address IN (SELECT unnest(?))",
            [answers.REPEATS, probes],
        ).fetchall()
        dice = np.random.default_rng(seed_from("ui", "embedding"))
        rows = dice.standard_normal((len(texts), DIMENSIONS)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), DIMENSIONS)
        incoming = {
            "text_digest": [digest_of_text(text) for (text,) in texts],
            "embedder": pa.array([EMBEDDER] * len(texts)),
            "vector": vectors,
        }
        connection.register("incoming", pa.table(incoming))
        connection.execute("INSERT INTO embedding BY NAME FROM incoming")


def _comparison(plan: Plan, addresses: list[str]) -> Comparison:
    lines = tuple(_line(metric, plan, addresses) for metric in plan.metrics)
    return Comparison(
        case=plan.case,
        plan_digest=plan.digest,
        reference=plan.reference,
        suspect=plan.suspects[0],
        controls=plan.controls,
        lines=lines,
        verdict=conclude(plan.reference, plan.suspects[0], lines, len(plan.controls)),
        embedder=EMBEDDER,
        embedding_digest="sha256:0",
        run_heads={},
    )


def _line(metric: str, plan: Plan, addresses: list[str]) -> EvidenceLine:
    dice = np.random.default_rng(seed_from("ui", metric))

    def pair(role: str, model: str, level: float) -> PairScore:
        values = level + 0.1 * dice.standard_normal(len(addresses))
        mean = float(values.mean())
        probes = tuple(
            ProbeValue(address, float(value))
            for address, value in zip(addresses, values, strict=True)
        )
        score = Score(metric, mean, mean - 0.01, mean + 0.01, len(addresses))
        return PairScore(model, role, score, score, probes)

    return EvidenceLine(
        metric=metric,
        title=f"Metric {metric}",
        direction="similarity",
        unit="",
        suspect=pair("suspect", plan.suspects[0], 0.6),
        controls=tuple(pair("control", name, 0.5) for name in plan.controls),
        rank_p=1 / (1 + CONTROLS),
        above_every_control=True,
    )
