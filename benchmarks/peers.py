"""Lineage from recorded answers, and agreement on errors, against knowlyr-modelaudit and lm-sim.

The folder of answers is named by WORKBENCH_LINEAGE and never copied; without it only lm-sim is run.
"""

import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.robust import FOLDER
from workbench.evaluate import evaluate, read_sources, read_table
from workbench.evaluate.summary import auc, held_out_calls, pair_families
from workbench.metrics.agreement import chance_adjusted_agreement

WEIGHTS = ("same_model_variant", "fine_tune_of")
Compare = Callable[[str, str], tuple[float, bool]]
"""Reference and suspect → similarity, and whether the peer's own threshold calls them derived."""
AUDITS = ("dli", "llmmap")
"""Methods of knowlyr-modelaudit that take answers."""


def measure(quick: bool) -> dict[str, object]:
    """AUC, false alarms and time of each on the same pairs; value and time of CAPA."""
    return _capa(2000 if quick else 10_000) | _lineage(quick=quick)


def _lineage(*, quick: bool) -> dict[str, object]:
    if not os.environ.get(FOLDER):
        return {"lineage": f"not measured: set {FOLDER} to a folder with responses, models, pairs"}
    folder = Path(os.environ[FOLDER])
    models = read_table(folder / "models.csv", "models")
    pairs = read_table(folder / "pairs.csv", "pairs")
    answers = read_table(folder / "responses.parquet", "responses")
    if quick:
        answers = answers[answers["prompt_id"].isin(sorted(answers["prompt_id"].unique())[:60])]
    started = time.perf_counter()
    table = evaluate(read_sources(answers, models), pairs, models).table
    seconds = time.perf_counter() - started
    scores = table["weights_score"].to_numpy(dtype=float)
    labels = table["label"].to_numpy(dtype=str)
    called = held_out_calls(scores, labels, pair_families(pairs, models))
    found: dict[str, object] = {
        "workbench evaluate (weights)": _line(scores, called, labels, seconds)
    }
    if find_spec("modelaudit") is None:
        return found | {"knowlyr-modelaudit": "not measured: pip install knowlyr-modelaudit"}
    texts = {str(k): list(g) for k, g in answers.groupby("model_id")["response"]}
    for name in AUDITS:
        found[f"knowlyr-modelaudit, {name}"] = _audited(name, texts, pairs, labels)
    return found


def _line(scores: np.ndarray, called: np.ndarray, labels: np.ndarray, seconds: float) -> str:
    unrelated, related = labels == "unrelated", np.isin(labels, WEIGHTS)
    return (
        f"AUC {auc(scores[related], scores[unrelated]):.3f}, "
        f"unrelated called {np.nanmean(called[unrelated]):.1%}, "
        f"related called {np.nanmean(called[related]):.1%}, {seconds:.0f} s"
    )


def _audited(
    name: str, texts: dict[str, list[str]], pairs: pd.DataFrame, labels: np.ndarray
) -> str:
    """The peer's own features, comparison and threshold, on recorded answers for live ones."""
    started = time.perf_counter()
    compare = audit(name, texts)
    found = [compare(a, b) for a, b in zip(pairs["reference"], pairs["suspect"], strict=True)]
    scores, called = np.array(found, dtype=float).T
    return _line(scores, called, labels, time.perf_counter() - started)


def audit(name: str, texts: dict[str, list[str]]) -> Compare:
    """Fingerprint every model by one method of knowlyr-modelaudit, to be compared pair by pair.

    Args:
        name: One of `AUDITS`.
        texts: Model → its answers.
    """
    from modelaudit.methods import dli, llmmap  # noqa: PLC0415 - optional
    from modelaudit.models import Fingerprint  # noqa: PLC0415 - optional

    fingerprints = {}
    for model, answers in texts.items():
        if name == "dli":
            data = {"signature": dli._extract_behavior_signature(answers)}  # noqa: SLF001
        else:
            features = [llmmap._extract_response_features(text) for text in answers]  # noqa: SLF001
            data = {"vector": llmmap._compute_fingerprint_vector(features)}  # noqa: SLF001
        fingerprints[model] = Fingerprint(
            model_id=model, method=name, fingerprint_type="blackbox", data=data
        )
    maker = dli.DLIFingerprinter if name == "dli" else llmmap.LLMmapFingerprinter

    def compare(reference: str, suspect: str) -> tuple[float, bool]:
        result = maker().compare(fingerprints[reference], fingerprints[suspect])
        return result.similarity, result.is_derived

    return compare


def _capa(items: int) -> dict[str, object]:
    dice = np.random.default_rng(1)
    first, second = dice.dirichlet(np.ones(6), (2, items))
    key = dice.integers(0, 6, items)
    started = time.perf_counter()
    mine = chance_adjusted_agreement(first, second, key)
    ours = time.perf_counter() - started
    result: dict[str, object] = {"CAPA, input": f"{items} items × 6 options"}
    if find_spec("lmsim") is None:
        return result | {"lm-sim": "not measured: pip install lm-sim"}
    from lmsim.metrics import CAPA  # noqa: PLC0415 - optional

    rows = list(first), list(second), list(key)
    started = time.perf_counter()
    theirs = CAPA().compute_k(*rows)
    seconds = time.perf_counter() - started
    return result | {
        "CAPA, difference to lm-sim": abs(theirs - mine),
        "CAPA, ours and lm-sim, seconds": f"{ours:.5f} and {seconds:.3f}",
        "CAPA, lm-sim / ours": round(seconds / ours),
    }
