"""Made opinions: real sentences of real records, about likelihood ratios that nobody measured."""

from types import SimpleNamespace

from workbench.digest import digest_of_text
from workbench.evidence import weighing as made_by
from workbench.evidence.counts import upper_limit
from workbench.evidence.judge import Judged, Measured, least_favourable
from workbench.evidence.levels import LEVELS, level_of, side
from workbench.evidence.propositions import ALTERNATIVES, DERIVED, account
from workbench.records import ErrorRate, Gate, LatticeCell, Opinion, Weighing

MEASURED = Measured(2.4, 1.9, 2.9, 2.1, 2.7, 2.2)
KNOWN = {
    "calibration": "recorded-made",
    "calibration_digest": digest_of_text("recorded-made"),
    "score": 2.4,
    "low": 1.9,
    "high": 2.9,
}


def weighed(alternative, value, low, high, *, least=-0.9, most=0.86, families=9) -> Weighing:
    return Weighing(
        alternative, value, low, high, least, most, level_of(value, low, high), families
    )


def untested(alternative, families=0) -> Weighing:
    return Weighing(
        alternative,
        families=families,
        reason=f"the calibration holds no {account(alternative).needs}",
    )


def with_rest(*tested) -> tuple[Weighing, ...]:
    """The weighings given, and every other alternative as not tested, in their order."""
    known = {item.alternative: item for item in tested}
    return tuple(known.get(item.key) or untested(item.key) for item in ALTERNATIVES)


def errors(question) -> tuple[ErrorRate, ...]:
    """Counts of a calibration with 9 families, at every level."""
    kinds = {"unrelated": (0, 741, 0, 9, 58), "same_base_sibling": (6, 151, 2, 6, 47)}
    kinds |= dict.fromkeys(DERIVED[question].labels[:2], (8, 10, 4, 4, 1))
    found = []
    for label, (events, pairs, reaching, families, neither) in kinds.items():
        derived = label in DERIVED[question].labels
        for level in (one for one in LEVELS if side(one) > 0 or (derived and side(one) < 0)):
            n, k = (events, reaching) if level == "weak support" else (0, 0)
            upper = upper_limit(k, families)
            found.append(ErrorRate(label, level, n, pairs, neither, families, k, upper))
    return tuple(found)


def gates(question, *, met=True) -> tuple[Gate, ...]:
    return (
        Gate(
            question, "derivatives", True, "30 derivatives of 14 recipes; at least 8 are required"
        ),
        Gate(
            question,
            "control panel",
            met,
            f"the panel holds {6 if met else 3} independent families; the calibration was made with "
            "at least 5",
        ),
    )


def lattice(*weighings) -> tuple[LatticeCell, ...]:
    shifts = {"bi-Student": 0.0, "bi-Gaussian": 0.15, "logistic": -0.2}
    return tuple(
        LatticeCell(calibrator, kernel, item.alternative, panel, item.log10_lr + shift + more)
        for calibrator, shift in shifts.items()
        for item in weighings
        for kernel, panel, more in (
            ("without length and layout", "whole", 0.0),
            ("without length and layout", "half, low", -0.1),
            ("without length and layout", "half, high", 0.1),
            ("with length and layout", "whole", -0.05),
        )
    )


def opinion(question, *tested, reference="base", suspect="tuned") -> Opinion:
    """What is said of likelihood ratios like these."""
    asked = made_by.Asked(question, reference, suspect)
    headline = min(tested, key=lambda item: item.log10_lr)
    judged = Judged(with_rest(*tested), headline, least_favourable(item.level for item in tested))
    figures = SimpleNamespace(errors={question: errors(question)})
    known = KNOWN | {"gates": gates(question), "lattice": lattice(*tested)}
    return made_by._weighed(asked, SimpleNamespace(figures=figures), judged, known)


def supporting(question="weights", **names) -> Opinion:
    tested = (
        weighed("independent", 0.62, 0.31, 0.86),
        weighed("sibling", 0.45, 0.1, 0.48, most=0.48),
    )
    return opinion(question, *tested, **names)


def opposing(question="weights", **names) -> Opinion:
    tested = weighed("independent", -0.7, -0.9, -0.35), weighed("sibling", -0.1, -0.4, 0.2)
    return opinion(question, *tested, **names)


def neutral(question="weights", **names) -> Opinion:
    return opinion(question, weighed("independent", 0.05, -0.2, 0.25), **names)


def undecided(question="weights", **names) -> Opinion:
    return opinion(question, weighed("independent", 0.4, -0.25, 0.8), **names)


def explained_otherwise(question="weights", **names) -> Opinion:
    nothing = weighed("sibling", 0.0, 0.0, 0.0, least=0.0, most=0.0)
    return opinion(question, weighed("independent", 0.7, 0.4, 0.86), nothing, **names)


def gated(question="weights", reference="base", suspect="tuned") -> Opinion:
    failed = [gate for gate in gates(question, met=False) if not gate.passed]
    return made_by._opinion(
        made_by.Asked(question, reference, suspect),
        "no evaluative opinion",
        made_by.wording.no_opinion(failed),
        tuple(f"{gate.words[0].upper()}{gate.words[1:]}." for gate in failed),
        **KNOWN,
        gates=gates(question, met=False),
    )


def not_comparable(question="weights", reference="base", suspect="tuned") -> Opinion:
    asked = made_by.Asked(question, reference, suspect)
    return made_by.nothing_to_weigh(asked, "only 3 prompts were answered by both")


def uncalibrated(question="weights", reference="base", suspect="tuned") -> Opinion:
    reasons = ("Calibration recorded-made: access level text, here logits; other decoding (x).",)
    return made_by.uncalibrated(made_by.Asked(question, reference, suspect), MEASURED, reasons)


def unscored(question="weights", reference="base", suspect="tuned") -> Opinion:
    asked = made_by.Asked(question, reference, suspect)
    return made_by.unscored(asked, "fewer than 10 pairs of models in this source are unrelated")


KINDS = {
    "supporting": supporting,
    "opposing": opposing,
    "neutral": neutral,
    "undecided": undecided,
    "explained otherwise": explained_otherwise,
    "gated": gated,
    "not comparable": not_comparable,
    "not calibrated": uncalibrated,
    "unscored": unscored,
}
"""One maker for everything that can be said."""
