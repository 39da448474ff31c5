"""Calibrations made up with known truth, and what they say of themselves."""

from dataclasses import fields, replace

import numpy as np

from benchmarks import simulated
from benchmarks.simulated import panel
from workbench.evidence.calibrating import calibrate
from workbench.evidence.weighing import Calibration
from workbench.records import DecodingUsed, Exceeding, Figure, Protocol, SystemFigures

__all__ = ["calibration", "kept", "labelled", "panel", "protocol", "summed"]


def labelled(rows, **changed):
    """Pairs from (reference, suspect, reference family, suspect family, recipe, label, score)."""
    return replace(simulated.labelled(rows), **changed)


def kept(pairs, index):
    """Some of the pairs, in that order."""
    parts = {field.name: getattr(pairs, field.name) for field in fields(pairs)}
    return replace(
        pairs,
        **{
            name: value[index] if isinstance(value, np.ndarray) else tuple(value[i] for i in index)
            for name, value in parts.items()
        },
    )


def summed(**changed):
    """What a calibration of good order says of itself."""
    parts = {
        "question": "weights",
        "alternative": "independent",
        "derived_pairs": 12,
        "derived_units": 6,
        "other_pairs": 300,
        "other_families": 25,
        "derived_left_out": 0,
        "other_left_out": 0,
        "least": -0.8,
        "most": 1.3,
        "elub": (-0.8, 1.3),
        "invariance": (-0.9, 1.4),
        "cllr": Figure(0.4, 0.3, 0.5),
        "cllr_min": 0.3,
        "cllr_cal": 0.05,
        "exceeding": tuple(Exceeding(k, Figure(0.01), 3) for k in (2.0, 5.0, 10.0)),
    }
    return SystemFigures(**(parts | changed))


def protocol(**changed):
    """Of answers to three prompts that others recorded."""
    parts = {
        "access": "text",
        "metrics": ("character-ngram", "word-bigram"),
        "packs": {},
        "prompts": ("sha256:a", "sha256:b", "sha256:c"),
        "decoding": {"recorded": DecodingUsed(None, None, 1)},
    }
    return Protocol(**(parts | changed))


def calibration(pairs, name="made", **changed):
    """Labelled scores of the weights question at work."""
    labelled_pairs = {"weights": pairs}
    figures = calibrate(
        labelled_pairs,
        name=name,
        title="Made up.",
        protocols={"weights": protocol()},
        scores_digest="sha256:0",
        software="0",
    )
    return Calibration(replace(figures, **changed), labelled_pairs, f"sha256:{name}")
