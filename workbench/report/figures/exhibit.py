"""What an exhibit is, and what the exhibits share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.digest import digest_of
from workbench.records import Comparison, EvidenceLine, NoScore, Score
from workbench.report.charts import Row
from workbench.report.wording import Words, joined, recorded, say


@dataclass(frozen=True, slots=True)
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

    @property
    def digest(self) -> str:
        """Digest of the exhibit's data."""
        return digest_of(list(self.rows))


def lead_line(comparison: Comparison) -> EvidenceLine | None:
    """The first metric, in report order, whose suspect has a raw score; None if there is none."""
    found = (line for line in comparison.lines if isinstance(line.suspect.raw, Score))
    return next(found, None)


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
