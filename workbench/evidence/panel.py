"""The control panel: what similarity is worth, seen against models known to be independent."""

from collections.abc import Mapping, Sequence
from itertools import permutations

Values = Mapping[str, float]
"""Probe address → value of one pair of models; higher is more alike."""
Pairs = Mapping[tuple[str, str], Values]
"""Ordered pair of models → its values; where a measure is symmetric, both orders hold the same."""

MIN_CONTROLS = 2
"""With fewer, there is no pair of controls to say how alike independent models are."""


def centred(pairs: Pairs, reference: str, candidate: str, panel: Sequence[str]) -> dict[str, float]:
    """Two-way centred similarity of reference and candidate, probe by probe.

    v(R, x) − mean v(R, k) − mean v(k, x) + mean v(k, k'), over the cohort k of all members of the
    panel but x. It takes away what makes the reference alike to everybody and what makes the
    candidate alike to everybody, which is what raw similarity mostly measures.

    Args:
        pairs: Values of every pair needed: of the reference with the panel, of the panel with the
            candidate, and among the rest of the panel.
        reference: The reference.
        candidate: The suspect, or one control.
        panel: The suspect *and* the controls. Every candidate is centred against the others, the
            suspect included, so that under independence suspect and controls are exchangeable and
            their ranks are exact; centring only the controls without the suspect would not be.

    Returns:
        Values at the probes that every pair needed has, in the unit of the metric; 0 is what one
        expects of an independent model, higher is more alike. Empty if no probe is shared.

    Raises:
        KeyError: If a pair is missing.

    Source: S-norm of speaker recognition (Shum et al. 2010, Odyssey), without its scaling; Morrison &
        Enzinger (2018), Speech Communication 105, on similarity and typicality; exchangeability as
        in full conformal prediction (Vovk, Gammerman & Shafer 2005).
    """
    cohort = [member for member in panel if member != candidate]
    direct = pairs[reference, candidate]
    from_reference = [pairs[reference, member] for member in cohort]
    from_candidate = [pairs[member, candidate] for member in cohort]
    among = [pairs[couple] for couple in permutations(cohort, 2)]
    shared = set(direct).intersection(*from_reference, *from_candidate, *among)
    return {
        probe: direct[probe]
        - _mean(from_reference, probe)
        - _mean(from_candidate, probe)
        + _mean(among, probe)
        for probe in sorted(shared)
    }


def needed(reference: str, candidate: str, panel: Sequence[str]) -> dict[tuple[str, str], int]:
    """Ordered pairs that `centred` takes, with the sign that their values count with.

    Returns:
        Pair → 1 where a higher value raises the centred one, −1 where it lowers it.
    """
    cohort = [member for member in panel if member != candidate]
    signs = {(reference, member): -1 for member in cohort}
    signs |= {(member, candidate): -1 for member in cohort}
    signs |= dict.fromkeys(permutations(cohort, 2), 1)
    return signs | {(reference, candidate): 1}


def both_ways(pairs: Mapping[frozenset[str], Values]) -> Pairs:
    """Values of unordered pairs, in either order."""
    return {order: values for pair, values in pairs.items() for order in permutations(pair, 2)}


def _mean(values: Sequence[Values], probe: str) -> float:
    return sum(item[probe] for item in values) / len(values)


def rank_p(suspect: float, controls: Sequence[float]) -> float:
    """Share of the panel at least as alike to the reference as the suspect is.

    Args:
        suspect: The suspect's centred score; higher is more alike.
        controls: The controls' centred scores.

    Returns:
        (1 + controls that reach the suspect) / (controls + 1): exact for a suspect exchangeable with
        the controls, never below 1 / (controls + 1), whatever the number of probes.
    """
    return (1 + sum(control >= suspect for control in controls)) / (len(controls) + 1)
