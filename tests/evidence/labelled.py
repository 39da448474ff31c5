"""Labelled scores for the tests of calibrators."""

import json
from dataclasses import asdict

import numpy as np


def normal(derived, other, *, gap=2.0, seed=1, spreads=(1.0, 1.0)):
    """Scores of `derived` and `other` units, a gap apart in mean."""
    dice = np.random.default_rng(seed)
    return dice.normal(gap, spreads[0], derived), dice.normal(0, spreads[1], other)


def fitted(calibrator, derived, other, **options):
    """Fit where every score is a unit of its own."""
    ones = np.ones(len(derived)), np.ones(len(other))
    return calibrator.fit(derived, other, *ones, len(derived), len(other), **options)


def from_json(calibrator):
    """The same calibrator, written out and read again."""
    fields = json.loads(json.dumps(asdict(calibrator), allow_nan=False))
    return type(calibrator)(**{key: _frozen(value) for key, value in fields.items()})


def _frozen(value):
    return tuple(value) if isinstance(value, list) else value
