"""Every error a user can cause, in two sentences: what happened, and what to do.

WorkbenchError
├── PackError               a probe pack file does not follow probes/README.md
├── ModelError              a model is unknown, missing, unsafe or does not load
├── BackendError            an endpoint cannot be asked: key, address, refusal
├── BudgetSpentError        the budget of this call is used up
├── RecordingError          a file of recorded answers cannot be imported
├── PlanError               a comparison cannot be planned as asked
├── CaseError               a case folder is missing, empty, locked or too new
├── CustodyError            recorded evidence does not verify
├── DistributionError       what should be log-probabilities is not
├── EvaluationError         files of recorded answers and labelled pairs cannot be evaluated
├── NotEnoughEvidenceError  a metric was given too little to compute
├── CalibrationError        a calibration cannot be made, or is missing, malformed or not what it was
└── ReportError             a report could not be written
"""

from collections.abc import Iterable
from difflib import get_close_matches


class WorkbenchError(Exception):
    """What happened (`what`) and what the user can do about it (`fix`)."""

    def __init__(self, what: str, *, fix: str) -> None:
        """Keep both sentences; `str(error)` is the two of them in a row."""
        super().__init__(f"{what} {fix}")
        self.what = what
        self.fix = fix


class PackError(WorkbenchError):
    """A probe pack file does not follow probes/README.md."""

    def __init__(self, name: str, problems: list[str]) -> None:
        """List every problem at once; an analyst should not fix them one by one."""
        count = len(problems)
        super().__init__(
            f"{name} has {count} problem{'s' if count > 1 else ''}: {'; '.join(problems)}.",
            fix="Correct the file and check it again; the format is described in probes/README.md.",
        )
        self.problems = problems


class ModelError(WorkbenchError):
    """A model is unknown, missing, unsafe or does not load."""


class BackendError(WorkbenchError):
    """An endpoint cannot be asked, or refuses for good; one failed question is an observation."""


class BudgetSpentError(WorkbenchError):
    """The budget given for this call is used up; the run goes on later."""


class RecordingError(WorkbenchError):
    """A file of recorded answers cannot be imported, or is not what it was."""


class PlanError(WorkbenchError):
    """A comparison cannot be planned as asked."""


class CaseError(WorkbenchError):
    """A case folder is missing, empty, locked or written by a newer version."""


class CustodyError(WorkbenchError):
    """Recorded evidence was edited, reordered or lost."""


class DistributionError(WorkbenchError):
    """What should be rows of log-probabilities is not, or two of them do not belong together."""


class EvaluationError(WorkbenchError):
    """Files of recorded answers, models or labelled pairs cannot be evaluated as they are."""


class NotEnoughEvidenceError(WorkbenchError):
    """A metric was given fewer answers than it needs."""

    def __init__(self, metric: str, *, got: int, need: int) -> None:
        """Say how much there was and how much it takes."""
        super().__init__(
            f"{metric} needs at least {need} answers and got {got}.",
            fix="Ask more repeats or more probes.",
        )


class CalibrationError(WorkbenchError):
    """A calibration cannot be made of labelled scores, or is missing, malformed or not what it was."""


class ReportError(WorkbenchError):
    """A report could not be written."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean "x"?` for the nearest known name, or an empty string."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else ""
