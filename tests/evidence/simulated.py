"""Labelled scores made up with known truth: what a family has in common is drawn at random, too."""

from dataclasses import fields, replace

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.calibrating import calibrate
from workbench.evidence.labelled import Labelled
from workbench.evidence.weighing import Calibration
from workbench.records import DecodingUsed, Exceeding, Figure, Protocol, SystemFigures


def labelled(rows, **changed):
    """Pairs from (reference, suspect, reference family, suspect family, recipe, label, score)."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    score = np.array(columns[6], dtype=float)
    parts = {
        "reference": tuple(columns[0]),
        "suspect": tuple(columns[1]),
        "reference_family": tuple(columns[2]),
        "suspect_family": tuple(columns[3]),
        "recipe": tuple(columns[4]),
        "label": tuple(columns[5]),
        "primary": np.ones(len(score), dtype=bool),
        "score": score,
        "low": score - 0.2,
        "high": score + 0.2,
        "panel_low": score,
        "panel_high": score,
        "raw": score,
        "controls": np.full(len(score), 8),
    }
    return Labelled(**(parts | changed))


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


def panel(seed, *, families=12, models=2, derivatives=12, shift=4.0, hub=0.3, pair=0.6):
    """Unrelated pairs of every two families, and derivatives within families.

    A score is noise, plus what its families add to all their pairs (`hub`), plus what two families have
    in common (`pair`): pairs of the same families are not independent of each other.
    """
    dice = np.random.default_rng(seed_from("panel", seed))
    own = hub * dice.standard_normal(families)
    both = pair * dice.standard_normal((families, families))
    rest = np.sqrt(max(1 - pair**2 - 2 * hub**2, 0.0))
    rows = [
        (
            f"m{f}.{i}",
            f"m{g}.{j}",
            f"f{f}",
            f"f{g}",
            "",
            "unrelated",
            own[f] + own[g] + both[f, g] + rest * dice.standard_normal(),
        )
        for f in range(families)
        for g in range(f)
        for i in range(models)
        for j in range(models)
    ]
    for d in range(derivatives):
        f = d % families
        for i in range(models):
            score = shift + dice.standard_normal() * (1 if i == 0 else 0.3)
            rows.append((f"m{f}.0", f"d{d}.{i}", f"f{f}", f"f{f}", f"r{d}", "fine_tune_of", score))
    return labelled(rows)


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
