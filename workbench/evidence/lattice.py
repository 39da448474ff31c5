"""The same evidence under every combination of choices that could have been made."""

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from workbench.evidence.calibrators import BiGaussian, BiStudent, Logistic
from workbench.evidence.judge import Measured, Systems
from workbench.evidence.labelled import Cluster
from workbench.evidence.system import Kind, System
from workbench.records import Alternative, LatticeCell

CALIBRATORS: Mapping[str, Kind] = {
    "bi-Student": BiStudent,
    "bi-Gaussian": BiGaussian,
    "logistic": Logistic,
}
KERNEL_WORDS = {"score": "without length and layout", "raw": "with length and layout"}
CHOSEN = ("bi-Student", "score")
"""What likelihood ratios are stated by."""


class Lattice:
    """One question's systems under every choice; each is made when it is first asked for."""

    def __init__(self, systems: Systems) -> None:
        """Take the systems that likelihood ratios are stated by."""
        self._systems = systems
        self._other = cache(self._made)

    def _made(self, key: Alternative, calibrator: str, kernel: str) -> System:
        stated = self._systems[key]
        kind = CALIBRATORS[calibrator]
        return System(stated.labelled, stated.question, key, calibrator=kind, kernel=kernel)

    def _system(self, key: Alternative, calibrator: str, kernel: str) -> System:
        if (calibrator, kernel) == CHOSEN:
            return self._systems[key]
        return self._other(key, calibrator, kernel)

    def cells(self, measured: Measured, kin: Cluster) -> Iterator[LatticeCell]:
        """Weigh a score by each of them.

        Args:
            measured: The pair's score; half-panels are taken at its panel limits.
            kin: Families that are set aside.

        Returns:
            Cells calibrator × kernel × alternative × panel, each within its own bounds; those that
            cannot be computed are left out.

        Source: Lund & Iyer (2017), J. Res. NIST 122:27, on the lattice of assumptions.
        """
        testable = [key for key, one in self._systems.items() if not one.hindrance(kin)]
        for calibrator in CALIBRATORS:
            for kernel, words in KERNEL_WORDS.items():
                panels = _panels(measured, kernel)
                for key in testable if panels else ():
                    system = self._system(key, calibrator, kernel)
                    if system.hindrance(kin):
                        continue
                    scores = np.array(list(panels.values()))
                    values = system.bounded(system.unbounded(scores, kin), kin).tolist()
                    for panel, value in zip(panels, values, strict=True):
                        yield LatticeCell(calibrator, words, key, panel, value)


def _panels(measured: Measured, kernel: str) -> dict[str, float]:
    """Which panel → the score by it."""
    if kernel == "raw":
        raw = measured.raw
        return {} if raw is None or not np.isfinite(raw) else {"whole": raw}
    found = {"whole": measured.score}
    if measured.panel_low < measured.panel_high:
        found |= {"half, low": measured.panel_low, "half, high": measured.panel_high}
    return found
