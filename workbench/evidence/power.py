"""Before anything is asked of a suspect: how many probes and controls it takes, and what can be found.

All of it follows from a pilot on the reference and the controls (`evidence.components`) and from how
many independent families and known derivatives there are. No suspect has any part in it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from workbench.evidence.components import Components, Unknown

MARGIN = 3.0
"""Noise of a score is kept to a third of tau, which widens the null by 5 % (√(1 + 1/9))."""
POWER = 0.8
MOST_REPEATS = 32
WIDEST_SHIFT = 50.0
"""Standard deviations; a shift that large is found by any panel that can find one at all."""


@dataclass(frozen=True, slots=True)
class Design:
    """Probes and repeats that measure a score well enough."""

    probes: int
    repeats: int
    queries: int
    """Questions put to each model."""
    cost: float
    """In the unit of the costs that were given."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a panel can say at the very best, when no unrelated pair scores like a derived one."""

    families: int
    derivatives: int
    cap: float
    """Largest log10 likelihood ratio, at perfect separation."""
    level: str | Unknown
    """Highest level of the scale at or below the cap."""
    needed: tuple[tuple[str, int], ...]
    """Families that each level of the scale takes with so many derivatives."""


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest shift that is found with the stated power."""

    shift: float
    """In the unit of the score."""
    in_tau: float
    """In standard deviations of unrelated families."""
    share: float | Unknown
    """Of the shift of a full derivative; above 1 even that one is missed too often."""
    false_positives: float
    """Exact rate at which an exchangeable, unrelated suspect ranks as high."""
    power: float


def probes_needed(found: Components, repeats: int) -> int | Unknown:
    """Probes that keep a score's noise to a third of tau: P ≥ 9 (s²_int + s²_rep / m) / tau².

    The factor by which two-way centring raises a variance is the same for noise and for tau, so it
    cancels.

    Args:
        found: Components of a pilot.
        repeats: Repeats of each probe, 1 or more.

    Returns:
        A number of probes, 1 or more, or why there is none.
    """
    noise = found.noise(repeats)
    if isinstance(noise, Unknown):
        return noise
    if isinstance(found.tau, Unknown):
        return found.tau
    return max(_rounded_up(MARGIN**2 * noise / found.tau**2), 1)


def cheapest(
    found: Components, *, probe_cost: float, repeat_cost: float, fewest: int = 1
) -> Design | Unknown:
    """The number of repeats that measures a score well enough at the least cost.

    Near m* = √(probe_cost / repeat_cost · s²_rep / s²_int), found by trying whole numbers.

    Args:
        found: Components of a pilot.
        probe_cost: What a further probe costs, whatever its repeats; 0 or more.
        repeat_cost: What one question costs, in the same unit; above 0.
        fewest: Fewest repeats allowed; 2 where a noise floor is to be measured.

    Returns:
        The design, of several equally cheap ones that with the fewest repeats, or why there is none.
    """
    designs: list[Design] = []
    for repeats in range(fewest, MOST_REPEATS + 1):
        probes = probes_needed(found, repeats)
        if isinstance(probes, Unknown):
            return probes
        cost = probes * (probe_cost + repeats * repeat_cost)
        designs.append(Design(probes, repeats, probes * repeats, cost))
    return min(designs, key=lambda design: (design.cost, design.repeats))


def cap(families: int, derivatives: int) -> float:
    """Largest log10 likelihood ratio that a panel carries at perfect separation.

    One misleading ratio is added to each side. At an odds threshold t between the two groups a system
    then costs 1/(D + 1) + t/(F + 1), where F and D count families and derivatives, and is worth no
    more than saying nothing, which costs 1, once t passes (F + 1) D/(D + 1). That is below F + 1, the
    largest ratio that F families without a false alarm can carry at all.

    Args:
        families: Independent unrelated families, 0 or more.
        derivatives: Independent known derivatives, 0 or more.

    Returns:
        log10 of the bound; 0 where the panel carries nothing.

    Source: The empirical lower and upper bound (ELUB) of Vergeer, van Es, de Jongh, Alberink &
        Stoel (2016), Science & Justice 56(6), in closed form for groups that do not overlap.
    """
    return math.log10(max((families + 1) * derivatives / (derivatives + 1), 1.0))


def families_needed(log10_lr: float, derivatives: int) -> int | Unknown:
    """Fewest independent families whose cap reaches a likelihood ratio.

    Args:
        log10_lr: The ratio to be reachable, 0 or more.
        derivatives: Independent known derivatives.

    Returns:
        Number of families, or why none suffices.
    """
    if derivatives < 1:
        return Unknown("without a known derivative no likelihood ratio can be calibrated")
    return max(_rounded_up(10**log10_lr * (derivatives + 1) / derivatives) - 1, 0)


def reach(
    families: int,
    derivatives: int,
    scale: Sequence[tuple[str, float]],
    fewest: Mapping[str, int] | None = None,
) -> Reach | Unknown:
    """The highest level that a panel can reach at all, and what the others would take.

    Args:
        families: Independent unrelated families.
        derivatives: Independent known derivatives.
        scale: Levels with their least log10 likelihood ratio, lowest first.
        fewest: Families that a level takes by rule, whatever the ratio; none if left out.

    Returns:
        What the panel can say at best, or why it can say nothing.
    """
    needed: list[tuple[str, int]] = []
    for name, least in scale:
        count = families_needed(least, derivatives)
        if isinstance(count, Unknown):
            return count
        needed.append((name, max(count, (fewest or {}).get(name, 0))))
    reached = [name for name, count in needed if count <= families]
    best = reached[-1] if reached else Unknown(f"{families} families reach no level of the scale")
    return Reach(families, derivatives, cap(families, derivatives), best, tuple(needed))


def power_by_rank(shift: float, controls: int, allowed: int) -> float:
    """Chance that at most `allowed` − 1 controls score as high as a suspect that is shifted.

    Args:
        shift: By how much the suspect lies above the controls, in their standard deviations.
        controls: Controls of the panel.
        allowed: Greatest rank that counts, 1 for above every control: rank p ≤ allowed / (F + 1).

    Returns:
        0 to 1, for normal scores; allowed / (controls + 1) without a shift, whatever the law.
    """
    at = np.linspace(-9, 9, 3601)
    beaten = stats.binom.cdf(allowed - 1, controls, stats.norm.sf(at + shift))
    return float(np.trapezoid(stats.norm.pdf(at) * beaten, at))


def detectable(
    found: Components,
    design: Design,
    controls: int,
    *,
    false_positives: float,
    full_shift: float | None = None,
    power: float = POWER,
) -> Detectable | Unknown:
    """The smallest rise of a pair's likeness that its rank among the controls shows.

    Scores of unrelated pairs spread by √(tau² + noise / P); centring with F controls leaves a shift
    √((F − 1) / F) of its size in these units, because suspect and controls are in one panel.

    Args:
        found: Components of a pilot.
        design: Probes and repeats that will be asked.
        controls: Controls of the panel, F.
        false_positives: Greatest rate of unrelated suspects that may rank as high.
        full_shift: Shift of a full derivative, in the unit of the score, where one was measured.
        power: Chance of finding the shift.

    Returns:
        The shift, for normal effects, or why there is none.

    Raises:
        ValueError: If false alarms may be as frequent as finds.
    """
    if not 0 < false_positives < power < 1:
        raise ValueError("finds must be more frequent than false positives")
    noise = found.noise(design.repeats)
    if isinstance(noise, Unknown):
        return noise
    if isinstance(found.tau, Unknown):
        return found.tau
    allowed = math.floor(false_positives * (controls + 1) + 1e-9)
    if allowed < 1:
        return Unknown(
            f"{controls} controls cannot show a false-positive rate below 1 in {controls + 1}"
        )
    if controls < 2:
        return Unknown("centring takes two controls or more")
    total = math.sqrt(found.tau**2 + noise / design.probes)
    standard = optimize.brentq(
        lambda shift: power_by_rank(shift, controls, allowed) - power, 0.0, WIDEST_SHIFT
    )
    shift = total * standard * math.sqrt(controls / (controls - 1))
    share = shift / full_shift if full_shift else Unknown("no full derivative was measured")
    rate = allowed / (controls + 1)
    return Detectable(shift, shift / found.tau, share, rate, power)


def _rounded_up(value: float) -> int:
    """Next whole number, a rounding error above one not counting."""
    return math.ceil(value * (1 - 1e-12))
