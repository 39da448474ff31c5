"""What an exhibit is, and what the exhibits share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbench.digest import digest_of
from workbench.evidence.propositions import Statement
from workbench.records import Comparison, EvidenceLine, NoScore, Question, Score
from workbench.report.charts import Row
from workbench.report.wording import Words, joined, recorded, say


@dataclass(frozen=True)  # no slots: the specification is kept
class Exhibit:
    """A numbered figure with everything that must travel with it."""

    number: int
    title: str
    caption: str
    """What it shows, what to see, and what is missing from it."""
    alt: str
    """What a reader who cannot see it is told."""
    chart: Any = field(compare=False, repr=False)
    """An Altair chart."""
    rows: tuple[Row, ...]
    """Its data."""
    question: Question | None = None
    """The question it weighs or whose calibration it shows; None: it shows results."""
    validates: bool = False
    """Whether it shows a calibration."""

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The chart as Vega-Lite, checked against its schema; made once, never to be changed."""
        spec: dict[str, Any] = self.chart.to_dict()
        return spec

    @property
    def digest(self) -> str:
        """Digest of the exhibit's data."""
        return digest_of(list(self.rows))


def stated(comparison: Comparison, statement: Statement) -> Words:
    """A statement in few words, with the models of a comparison named."""
    return say(statement.clause, reference=comparison.reference, suspect=comparison.suspect)


def lead_line(comparison: Comparison) -> EvidenceLine | None:
    """The first metric, in report order, that ranks the suspect among the controls.

    Without any, the first whose suspect has a raw score: a value with nothing beside it shows little,
    but it shows something. None if there is none either.
    """
    found = [line for line in comparison.lines if isinstance(line.suspect.raw, Score)]
    ranked = (line for line in found if line.rank_p is not None)
    return next(ranked, next(iter(found), None))


def missing(lines: Sequence[EvidenceLine]) -> Words:
    """Name in words every metric that could not be computed for the suspect."""
    absent = [
        say(
            "{title} ({reason})",
            title=recorded(line.title),
            reason=recorded(line.suspect.centred.reason.rstrip(".")),
        )
        for line in lines
        if isinstance(line.suspect.centred, NoScore)
    ]
    return say(" Not computed for the suspect: {all}.", all=joined(absent, "; ")) if absent else ()
