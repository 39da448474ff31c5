"""Whether a case was made by the protocol that a calibration is of."""

from collections.abc import Mapping, Sequence

from workbench.evidence.weighing import Calibration
from workbench.records import Protocol, Question

SHARED_PROMPTS = 0.9
"""Of the prompts of recorded answers so many must be the same on both sides; answers go missing."""


def differences(case: Protocol, calibrated: Protocol | None) -> tuple[str, ...]:
    """What keeps a calibration from speaking of a case.

    Args:
        case: How the case's scores were made.
        calibrated: How the labelled scores were made; None if nobody said.

    Returns:
        What differs, in words; empty if the protocol is the same.
    """
    if calibrated is None:
        return ("it does not say how its scores were made",)
    found = []
    if case.access != calibrated.access:
        found.append(f"access level {calibrated.access}, here {case.access}")
    mine, theirs = set(case.metrics), set(calibrated.metrics)
    if mine != theirs:
        found.append(f"other metrics ({_apart(mine, theirs)})")
    if case.embedder != calibrated.embedder:
        found.append("another sentence encoder")
    apart = _unlike(case.packs, calibrated.packs)
    if apart:
        found.append(f"other packs or versions of them ({', '.join(apart)})")
    elif not case.packs and (share := _shared(case, calibrated)) < SHARED_PROMPTS:
        found.append(f"other prompts ({share:.0%} are shared)")
    decoding = [key for key in _unlike(case.decoding, calibrated.decoding) if key not in apart]
    if decoding:
        found.append(f"other decoding ({', '.join(decoding)})")
    if case.readings != calibrated.readings:
        found.append(f"{calibrated.readings} probes of each pack were read, here {case.readings}")
    return tuple(found)


def calibrated_for(
    protocol: Protocol, question: Question, calibrations: Sequence[Calibration]
) -> tuple[Calibration | None, tuple[str, ...]]:
    """Choose the calibration of a protocol.

    Args:
        protocol: How scores were made.
        question: The question in hand.
        calibrations: Those at hand.

    Returns:
        Of those that fit, the one with the most independent families, then the first by name; or None
        and, for each, what differs.
    """
    apart = []
    fitting = []
    for one in calibrations:
        if question not in one.labelled:
            continue
        if found := differences(protocol, one.figures.protocols.get(question)):
            apart.append(f"Calibration {one.figures.name}: {'; '.join(found)}.")
        else:
            fitting.append(one)
    if fitting:
        return min(
            fitting, key=lambda one: (-_families(one, question), one.figures.name, one.digest)
        ), ()
    return None, tuple(apart) or ("There is no calibration at hand.",)


def _families(calibration: Calibration, question: Question) -> int:
    return calibration.figures.system(question, "independent").other_families


def _unlike(mine: Mapping[str, object], theirs: Mapping[str, object]) -> list[str]:
    """What only one side has, or has otherwise."""
    return sorted(k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k))


def _apart(mine: set[str], theirs: set[str]) -> str:
    parts = [("only here: ", mine - theirs), ("only there: ", theirs - mine)]
    return "; ".join(words + ", ".join(sorted(names)) for words, names in parts if names)


def _shared(case: Protocol, calibrated: Protocol) -> float:
    """Share of the prompts on the side that shares less."""
    mine, theirs = set(case.prompts), set(calibrated.prompts)
    both = len(mine & theirs)
    return both / max(len(mine), len(theirs), 1)
