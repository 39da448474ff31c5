"""What the reference implementation of the Netherlands Forensic Institute says, as an oracle.

Its functions get copies: two of them change what they are given.
"""

import matplotlib as mpl
import numpy as np

mpl.use("agg")  # lir loads matplotlib; nothing may look for a display

from lir.algorithms.bayeserror import elub as lir_elub
from lir.algorithms.invariance_bounds import IVBounder
from lir.algorithms.isotonic_regression import IsotonicCalibrator
from lir.data.models import LLRData
from lir.metrics import cllr as lir_cllr
from lir.metrics import cllr_min as lir_cllr_min
from lir.plotting.expected_calibration_error import calculate_ece


def together(derived, other):
    labels = np.repeat([1, 0], [len(derived), len(other)])
    return np.concatenate([derived, other]).astype(float), labels


def cllr(derived, other):
    values, labels = together(derived, other)
    return lir_cllr(LLRData(features=values, labels=labels))


def cllr_min(derived, other):
    values, labels = together(derived, other)
    return lir_cllr_min(LLRData(features=values, labels=labels))


def pav(derived, other):
    values, labels = together(derived, other)
    return IsotonicCalibrator().fit_transform(values, labels)


def ece(derived, other, log10_prior_odds):
    odds = 10.0 ** np.asarray(log10_prior_odds)
    values, labels = together(derived, other)
    return calculate_ece(10**values, labels, odds / (1 + odds))


def elub(derived, other):
    return lir_elub(*together(derived, other))


def iv_bound(derived, other):
    return IVBounder().calculate_bounds(*together(derived, other))


def systems(rounds, seed, *, decimals=None):
    """log10 LRs of good, poor and misleading systems of many sizes."""
    dice = np.random.default_rng(seed)
    for _ in range(rounds):
        middle, spread = dice.uniform(-0.5, 2), dice.uniform(0.2, 1)
        derived = dice.normal(middle, spread, dice.integers(2, 60))
        other = dice.normal(-middle, spread, dice.integers(2, 200))
        if decimals is not None:
            derived, other = derived.round(decimals), other.round(decimals)
        yield derived, other
