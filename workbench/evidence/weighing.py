"""A case's score and a calibration → what may be said of one question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workbench.evidence import grounds, wording
from workbench.evidence.judge import Judged, Measured, Systems, judge, systems_of
from workbench.evidence.labelled import Cluster, Labelled
from workbench.evidence.lattice import Lattice
from workbench.evidence.levels import NEUTRAL, settled_neutral, side
from workbench.evidence.propositions import DERIVED
from workbench.records import (
    CalibrationFigures,
    Gate,
    Opinion,
    Question,
    Status,
    Weighing,
)


@dataclass(frozen=True)
class Calibration:
    """A calibration file at work."""

    figures: CalibrationFigures
    labelled: Mapping[Question, Labelled]
    digest: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Name → content of the files it was read from."""

    @cached_property
    def systems(self) -> Mapping[Question, Systems]:
        """Per question, one system for every alternative."""
        return {
            question: systems_of(labelled, question) for question, labelled in self.labelled.items()
        }

    @cached_property
    def lattices(self) -> Mapping[Question, Lattice]:
        """Per question, the systems of every other choice."""
        return {question: Lattice(systems) for question, systems in self.systems.items()}

    def kin(self, question: Question, models: Sequence[str], families: Cluster) -> Cluster:
        """Families to set aside: those named, and those under which the models are known here."""
        labelled = self.labelled[question]
        return labelled.spelled(families) | labelled.families_of(models)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom a question is asked."""

    question: Question
    reference: str
    suspect: str
    families: Cluster = frozenset()
    """Declared families of both; empty where unknown."""


def nothing_to_weigh(asked: Asked, reason: str) -> Opinion:
    """Give the opinion where there is no score."""
    return _opinion(asked, "not comparable", wording.not_comparable(reason))


def unscored(asked: Asked, reason: str) -> Opinion:
    """Give the opinion where both models answered, but too little, or beside too small a panel."""
    return _opinion(asked, "inconclusive", wording.no_score(reason))


def uncalibrated(asked: Asked, measured: Measured, reasons: Sequence[str]) -> Opinion:
    """Give the opinion where no calibration is of the case's protocol."""
    if reason := _nothing_there(asked, measured):
        return nothing_to_weigh(asked, reason)
    words = wording.not_calibrated()
    return _opinion(asked, "inconclusive", words, tuple(reasons), **_score(measured))


def _nothing_there(asked: Asked, measured: Measured) -> str:
    """Why there is nothing to weigh; empty if there is something."""
    if asked.reference == asked.suspect:
        return "reference and suspect are the same model"
    return "" if measured.usable else "the score or its interval is not a number"


def weigh(
    asked: Asked,
    measured: Measured,
    calibration: Calibration,
    gates: Sequence[Gate] = (),
    *,
    with_lattice: bool = True,
) -> Opinion:
    """Say what a score is worth.

    Args:
        asked: The question and the two models.
        measured: Their score. Numbers that are none make the pair not comparable, and so does a model
            beside itself.
        calibration: Of the case's protocol.
        gates: Conditions on the case; those on the calibration are added.
        with_lattice: Whether to weigh it under other choices, too.

    Returns:
        An opinion. A number stands in it only where a likelihood ratio could be computed and no gate
        failed.
    """
    if reason := _nothing_there(asked, measured):
        return nothing_to_weigh(asked, reason)
    own = [gate for gate in calibration.figures.gates if gate.question == asked.question]
    failed = [gate for gate in (*own, *gates) if not gate.passed]
    known: dict[str, object] = {
        "calibration": calibration.figures.name,
        "calibration_digest": calibration.digest,
        "gates": (*own, *gates),
        **_score(measured),
    }
    if failed:
        words = tuple(f"{gate.words[0].upper()}{gate.words[1:]}." for gate in failed)
        status: Status = "no evaluative opinion"
        return _opinion(asked, status, wording.no_opinion(failed), words, **known)
    kin = calibration.kin(asked.question, [asked.reference, asked.suspect], asked.families)
    judged = judge(calibration.systems[asked.question], measured, kin)
    if judged.headline is None or judged.level is None:
        reasons = tuple(
            wording.untested(item, asked.reference, asked.suspect) for item in judged.weighings
        )
        return _opinion(
            asked,
            "inconclusive",
            wording.too_little_apart(),
            reasons,
            weighings=judged.weighings,
            **known,
        )
    if with_lattice:
        known["lattice"] = tuple(calibration.lattices[asked.question].cells(measured, kin))
    return _weighed(asked, calibration, judged, known)


def _weighed(
    asked: Asked, calibration: Calibration, judged: Judged, known: Mapping[str, object]
) -> Opinion:
    headline, level = judged.headline, judged.level
    assert headline is not None  # noqa: S101 - `weigh` has checked
    assert level is not None  # noqa: S101
    status, words = _said(asked, judged, headline)
    errors = calibration.figures.errors[asked.question]
    reasons = [
        *grounds.evidence_reasons(level, headline, errors, asked.question),
        *(
            wording.untested(item, asked.reference, asked.suspect)
            for item in judged.weighings
            if item.log10_lr is None
        ),
    ]
    return _opinion(
        asked,
        status,
        words,
        tuple(reasons),
        weighings=judged.weighings,
        headline=headline.alternative,
        log10_lr=headline.log10_lr,
        lr_low=headline.low,
        lr_high=headline.high,
        level=level,
        errors=errors,
        **known,
    )


def _said(asked: Asked, judged: Judged, headline: Weighing) -> tuple[Status, str]:
    """Status and sentences of a pair that could be weighed."""
    level = judged.level or NEUTRAL
    if level != NEUTRAL:
        bearing = next(
            item
            for item in sorted(judged.weighings, key=lambda one: one is not headline)
            if item.level == level
        )
        return "evaluated", wording.supported(
            asked.question, level, bearing, asked.reference, asked.suspect
        )
    tested = [item for item in judged.weighings if item.level is not None]
    if any(side(item.level or NEUTRAL) > 0 for item in tested):
        return "inconclusive", wording.explained_otherwise(
            asked.question, tested, asked.reference, asked.suspect
        )
    if all(settled_neutral(item.low or 0.0, item.high or 0.0) for item in tested):
        return "evaluated", wording.unhelpful()
    return "inconclusive", wording.undecided(headline, tested)


def _score(measured: Measured) -> dict[str, float]:
    return {"score": measured.score, "low": measured.low, "high": measured.high}


def _opinion(
    asked: Asked,
    status: Status,
    words: str,
    reasons: tuple[str, ...] = (),
    **values: object,
) -> Opinion:
    proposition = DERIVED[asked.question].about(asked.reference, asked.suspect)
    return Opinion(asked.question, status, words, reasons, proposition, **values)  # type: ignore[arg-type]
