"""What a pilot tells about noise: how far unrelated models lie apart, and how well that is measured.

A likeness of two models at one probe is taken to be

    value = probe + model + model at this probe + pair + pair at this probe + repeat

where everything that belongs to one model alone goes away in two-way centring. What stays is the
pair's own: `pair` with variance tau² is what unrelated families differ by and no number of probes
removes; `pair at this probe` and `repeat` are measurement noise, which more probes make small.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from workbench.errors import PlanError

Floats = NDArray[np.float64]

FEWEST_MODELS = 4
"""With three, additive effects of models explain every table and nothing is left to measure."""
CONFIDENCE = 0.90


@dataclass(frozen=True, slots=True)
class Unknown:
    """A number that cannot be had."""

    reason: str


@dataclass(frozen=True, slots=True)
class Components:
    """Variances of a per-probe likeness after two-way centring, in its unit squared."""

    interaction: float
    """Of a pair at a probe (s²_int); with one repeat that of a repeat is in it."""
    repeat: float | Unknown
    """Of a repeat of the same pair and probe (s²_rep)."""
    tau: float | Unknown
    """Standard deviation, not variance, of pairs of unrelated families (tau)."""
    tau_low: float
    """Lower limit of the 90 % interval of tau; 0 where noise could explain all."""
    tau_high: float
    models: int
    probes: int
    repeats: int

    def noise(self, repeats: int) -> float | Unknown:
        """Variance of one probe's value with so many repeats: s²_int + s²_rep / m."""
        if repeats == self.repeats == 1:
            return self.interaction
        if isinstance(self.repeat, Unknown):
            return self.repeat
        return self.interaction + self.repeat / repeats


def residuals(values: Floats) -> Floats:
    """What is left of symmetric tables when each model's own level is taken away.

    Args:
        values: Likeness of every two models, shape (…, models, models), symmetric; the diagonal is
            not read. At least four models.

    Returns:
        Same shape, symmetric, in the unit of `values`; rows sum to 0, the diagonal is 0.

    Source: Griffing (1956), Australian Journal of Biological Sciences 9, method 4 (specific combining
        ability of a half diallel without parents); the same least squares as two-way centring.
    """
    models = values.shape[-1]
    off = ~np.eye(models, dtype=bool)
    known = np.where(off, values, 0.0)
    rows = known.sum(-1)
    total = rows.sum(-1, keepdims=True) / 2
    level = (rows - 2 * total / models) / (models - 2)
    mean = 2 * total[..., None] / (models * (models - 1))
    left: Floats = np.where(off, known - mean - level[..., None] - level[..., None, :], 0.0)
    return left


def components(values: Floats) -> Components:
    """Split the spread of a pilot into its parts, by mean squares.

    With e the residuals, K models, f = K(K − 3)/2 degrees of freedom, P probes, m repeats:

        MS_rep  = Σ (e − mean over repeats)² / (f P (m − 1))            expects s²_rep
        MS_int  = m Σ (mean over repeats − mean over probes)² / (f (P − 1))    s²_rep + m s²_int
        MS_pair = m P Σ (mean over all)² / f                        s²_rep + m s²_int + m P tau²

    Args:
        values: Likeness per repeat and probe of every two models, none of which is derived from
            another (the reference and the controls), shape (repeats, probes, models, models),
            symmetric; the diagonal is not read. A repeat compares answers that no other repeat uses.

    Returns:
        The estimates; a negative one of the interaction counts as 0, and of tau as unknown.

    Raises:
        PlanError: If there are fewer than four models or two probes, or a value is missing.

    Source: Method of moments for balanced variance components (Searle, Casella & McCulloch 1992,
        "Variance components", ch. 4); limits of tau from the chi-square law of MS_pair with MS_int
        taken as known, which holds for normal effects and many probes.
    """
    repeats, probes, models, _ = values.shape
    _check(values)
    left = residuals(values)
    freedom = models * (models - 3) / 2
    by_probe, by_pair = left.mean(0), left.mean((0, 1))
    within = _squares(left - by_probe)
    ms_int = repeats * _squares(by_probe - by_pair) / (freedom * (probes - 1))
    ms_pair = repeats * probes * _squares(by_pair) / freedom
    ms_rep = within / (freedom * probes * (repeats - 1)) if repeats > 1 else 0.0
    levels = stats.chi2.ppf([(1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2], freedom) / freedom
    low, high = np.sqrt(np.maximum(ms_pair / levels - ms_int, 0) / (repeats * probes))
    return Components(
        interaction=max((ms_int - ms_rep) / repeats, 0.0),
        repeat=ms_rep if repeats > 1 else _one_repeat(),
        tau=_tau((ms_pair - ms_int) / (repeats * probes)),
        tau_low=float(low),
        tau_high=float(high),
        models=models,
        probes=probes,
        repeats=repeats,
    )


def _check(values: Floats) -> None:
    _, probes, models, _ = values.shape
    if models < FEWEST_MODELS or probes < 2:
        raise PlanError(
            f"A pilot of {models} models and {probes} probes says nothing about noise.",
            fix=f"Record at least {FEWEST_MODELS} independent models and 2 probes.",
        )
    if not np.isfinite(values[..., ~np.eye(models, dtype=bool)]).all():
        raise PlanError(
            "The pilot lacks the value of some pair at some probe.",
            fix="Leave out the probes that not every pair has.",
        )


def _squares(left: Floats) -> float:
    """Sum of squares over unordered pairs."""
    return float(np.square(left).sum() / 2)


def _tau(variance: float) -> float | Unknown:
    if variance > 0:
        return float(np.sqrt(variance))
    return Unknown("unrelated models of the pilot differ no more than noise alone explains")


def _one_repeat() -> Unknown:
    return Unknown("the pilot holds one repeat of each probe, so noise cannot be told apart")
