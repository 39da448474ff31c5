"""The zoo's labelled pairs by peers that take recorded answers: knowlyr-modelaudit and MET's MMD.

Takes the small zoo and its recorded case as `workbench zoo` leaves them; --quick takes the tiny one.
What each is told is the same answers to the same prompts. None of them uses controls.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec

import numpy as np
import pandas as pd

from benchmarks.peers import AUDITS, Compare, audit
from benchmarks.zoo.record import read_record
from benchmarks.zoo.scoring import model_table, pair_table, rate_all
from workbench import paths
from workbench.compare.material import gather
from workbench.compare.recorded import source_of
from workbench.evaluate.pairs import declared_of
from workbench.questions.source import Source
from workbench.store import open_case

LENGTH = 200
"""Characters of an answer that a kernel compares; the packs' answers are shorter."""


def measure(quick: bool) -> dict[str, object]:
    """AUC against unrelated pairs and share called at 1 % by label, for each peer."""
    size = "tiny" if quick else "small"
    recorded = read_record(size)
    store = open_case(paths.cases_folder() / f"zoo-{size}")
    source = source_of(
        store.name, store.packs(), {run.model: gather(store, run) for run in store.runs()}
    )
    pairs = pair_table(recorded.members)
    table = pd.concat([pairs, declared_of(pairs, model_table(recorded.members))], axis=1)
    found: dict[str, object] = {}
    for name, (module, make) in PEERS.items():
        if find_spec(module) is None:
            found[name] = f"not measured: pip install {name.partition(',')[0]}"
            continue
        started = time.perf_counter()
        compare = make(source)
        told = [compare(a, b) for a, b in zip(pairs["reference"], pairs["suspect"], strict=True)]
        seconds = time.perf_counter() - started
        table["score"], table["own"] = np.array(told, dtype=float).T
        found |= _lines(name, table, seconds)
    return found


def _lines(name: str, table: pd.DataFrame, seconds: float) -> dict[str, object]:
    own = table.groupby("label")["own"].mean()
    lines: dict[str, object] = {f"{name}, seconds": round(seconds, 1)}
    for one in rate_all(table, ["score"]):
        if one.kind not in own:  # labels only
            continue
        rate = one.rate
        lines[f"{name}, {one.kind}"] = (
            f"{rate.pairs} pairs, AUC {rate.auc:.3f} ({rate.low:.3f} to {rate.high:.3f}), "
            f"called at 1 % {rate.called:.3f} ({rate.called_low:.3f} to {rate.called_high:.3f}), "
            f"by its own threshold {own[one.kind]:.3f}"
        )
    return lines


def _audited(name: str, source: Source) -> Compare:
    return audit(name, _texts(source))


def _texts(source: Source) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {model: [] for model in source.models}
    for prompt in source.prompts:
        for place, text in zip(prompt.models, prompt.texts, strict=True):
            found[source.models[place]].append(text)
    return found


def _equality(source: Source) -> Compare:
    """The peer's statistic, which says how unlike two samples are; it has no threshold of its own."""
    import torch  # noqa: PLC0415 - seconds to import
    from model_equality_testing.distribution import CompletionSample  # noqa: PLC0415 - optional
    from model_equality_testing.tests import mmd_hamming  # noqa: PLC0415 - optional

    from workbench.metrics.hamming import characters  # noqa: PLC0415 - after torch

    samples = {}
    for place, model in enumerate(source.models):
        own = [
            (number, text)
            for number, prompt in enumerate(source.prompts)
            for at, text in zip(prompt.models, prompt.texts, strict=True)
            if at == place
        ]
        samples[model] = CompletionSample(
            prompts=torch.tensor([number for number, _ in own]),
            completions=characters([text for _, text in own], LENGTH),
            m=len(source.prompts),
        )

    def compare(reference: str, suspect: str) -> tuple[float, bool]:
        return -float(mmd_hamming(samples[reference], samples[suspect])), False

    return compare


PEERS: Mapping[str, tuple[str, Callable[[Source], Compare]]] = {
    **{f"knowlyr-modelaudit, {name}": ("modelaudit", partial(_audited, name)) for name in AUDITS},
    "model-equality-testing, MMD": ("model_equality_testing", _equality),
}
"""Package and method → module, and what makes a comparison of a source."""
