"""Rows about probe packs: their probes, what panels showed of them, and what the checker says."""

from collections.abc import Sequence

import pandas as pd

from workbench.packs import Problem
from workbench.packs.weights import PackWeights
from workbench.records import Pack
from workbench.report.numbers import number
from workbench.ui.tables import ABSENT


def about_rows(pack: Pack) -> pd.DataFrame:
    """How a pack asks, in few words."""
    sampled = (
        f"temperature {pack.decoding.temperature:g}, {pack.decoding.max_tokens} tokens at most, "
        f"{pack.decoding.repeats} repeats"
    )
    return pd.DataFrame(
        [
            ("asks", f"{pack.kind}, {pack.template}"),
            ("decoding", sampled if pack.kind == "generate" else "read, not sampled"),
            ("metrics", ", ".join(pack.metrics) or "every one that can take it"),
            ("authors", ", ".join(pack.authors)),
            ("digest", pack.digest),
        ],
        columns=["what", "words"],
    )


def probe_rows(pack: Pack, weights: PackWeights | None) -> pd.DataFrame:
    """One row for each probe, with what a panel showed of it where one was asked."""
    found = {probe.key: probe for probe in weights.probes} if weights else {}
    rows = pd.DataFrame(
        [
            {
                "probe": probe.key,
                "language": probe.language,
                "gap": found[probe.key].gap if probe.key in found else None,
                "told apart": found[probe.key].discriminability if probe.key in found else None,
                "prompt": probe.prompt,
            }
            for probe in pack.probes
        ]
    )
    return rows.dropna(axis="columns", how="all")


def separation_rows(weights: PackWeights) -> pd.DataFrame:
    """One row for each declared derivative that a panel held: how far the pack set it apart."""
    return pd.DataFrame(
        [
            (
                item.reference,
                item.derived,
                number(item.contrast, 3, signed=True),
                f"{number(item.low, 3, signed=True)} to {number(item.high, 3, signed=True)}",
                f"{item.below} of {item.controls}",
                item.probes,
            )
            for item in weights.separations
        ],
        columns=["reference", "derived", "contrast", "95 % interval", "controls below", "probes"],
    )


def problem_rows(problems: Sequence[Problem], text: str) -> pd.DataFrame:
    """What the checker says, beside the line it says it of."""
    lines = text.split("\n")
    return pd.DataFrame(
        [(_number(it.line), _line(lines, it.line), it.text) for it in problems],
        columns=["line", "what it says", "what is wrong"],
    )


def _number(line: int | None) -> str:
    return ABSENT if line is None else str(line)


def _line(lines: Sequence[str], line: int | None) -> str:
    return lines[line - 1] if line is not None and line <= len(lines) else ABSENT
