"""Which probes a report shows as examples: by a rule on recorded numbers, never by eye."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from workbench.records import Comparison, EvidenceLine, Pack

EACH = 3
"""Examples of either kind, at most."""


@dataclass(frozen=True, slots=True)
class Example:
    """One probe, and what it says by the metric it was chosen by."""

    probe_address: str
    suspect: float
    """Value of the suspect with the reference, in the unit of the metric."""
    controls: float
    """Mean of the controls' values."""
    excess: float
    """How much more alike the suspect is than the controls are on average; above 0 it is more alike."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Examples of both kinds."""

    line: EvidenceLine
    carrying: tuple[Example, ...]
    """Those at which the suspect stands furthest above the controls, the furthest first."""
    against: tuple[Example, ...]
    """Those at which it stands least above them, or furthest below, that one first."""
    probes: int
    """Probes that were chosen from."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Probes of all examples."""
        return tuple(example.probe_address for example in (*self.carrying, *self.against))


def chosen(comparison: Comparison, packs: Sequence[Pack]) -> Chosen | None:
    """Choose the probes that carry most and those that speak against.

    The metric is the first, in report order, that ranks the suspect among the controls and has values
    at probes answered in text; without one, the first that has such values. At each such probe the
    suspect's likeness to the reference is set beside the mean of the controls'. Ties go to the address
    that comes first.

    Args:
        comparison: The comparison.
        packs: The planned packs, which say what is answered in text.

    Returns:
        The examples; no probe is in both kinds. None where no metric has two such probes.
    """
    texts = {p.address for pack in packs if pack.kind == "generate" for p in pack.probes}
    ranked_first = sorted(comparison.lines, key=lambda line: line.rank_p is None)
    for line in ranked_first:
        found = _examples(line, texts)
        if len(found) > 1:
            each = min(EACH, len(found) // 2)
            rising = sorted(found, key=lambda one: (one.excess, one.probe_address))
            falling = sorted(found, key=lambda one: (-one.excess, one.probe_address))
            carrying = tuple(falling[:each])
            against = tuple([one for one in rising if one not in carrying][:each])
            return Chosen(line, carrying, against, len(found))
    return None


def _examples(line: EvidenceLine, texts: set[str]) -> list[Example]:
    sign = 1.0 if line.direction == "similarity" else -1.0
    controls = [{one.probe_address: one.value for one in pair.probes} for pair in line.controls]
    found = []
    for own in line.suspect.probes:
        beside = [values[own.probe_address] for values in controls if own.probe_address in values]
        if own.probe_address in texts and beside:
            mean = fmean(beside)
            found.append(Example(own.probe_address, own.value, mean, sign * (own.value - mean)))
    return found
