"""Which pairs of one source can be compared, and which models stand beside each as controls."""

from itertools import combinations

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.fuse import Pair
from workbench.evidence.panel import MIN_CONTROLS
from workbench.questions.kin import Kin

MOST_UNRELATED = 2000
"""Unrelated pairs that set slopes and units, at most; more are drawn from by seed."""


class Panels:
    """The panel rule, on the pairs for which there are values."""

    def __init__(self, kin: Kin, comparable: np.ndarray) -> None:
        """Take declared lineage, and which pairs can be compared.

        Args:
            kin: Who is whose relative.
            comparable: Shape (models, models), bool; the row is the place of the reference, which
                only matters where a metric is directed.
        """
        self.kin = kin
        self.comparable = comparable

    def panel(self, reference: int, suspect: int) -> list[int]:
        """Controls that can be compared with both sides and with each other, one per family."""
        chosen: list[int] = []
        for models in self.families(reference, suspect):
            for model in models:
                if self._fits(model, chosen):
                    chosen.append(model)
                    break
        return chosen

    def families(self, reference: int, suspect: int) -> list[list[int]]:
        """Per family that has any, the models that can be compared with both sides."""
        able = self.comparable
        return [
            fitting
            for models in self.kin.eligible(reference, suspect).values()
            if (fitting := [m for m in models if able[reference, m] and self._fits(m, [suspect])])
        ]

    def _fits(self, model: int, others: list[int]) -> bool:
        """Whether a model and others can be compared in both directions."""
        return bool(self.comparable[model, others].all() and self.comparable[others, model].all())

    def unrelated(self, name: str) -> tuple[list[Pair], list[list[int]]]:
        """Pairs that are declared unrelated and have a panel, and the panel of each.

        Args:
            name: Name of the source, which seeds the draw where there are too many.
        """
        everybody = combinations(range(len(self.comparable)), 2)
        pairs = [(i, j) for i, j in everybody if self._fits(i, [j]) and not self.kin.related[i, j]]
        if len(pairs) > MOST_UNRELATED:
            generator = np.random.default_rng(seed_from("unrelated", name))
            drawn = np.sort(generator.choice(len(pairs), MOST_UNRELATED, replace=False))
            pairs = [pairs[i] for i in drawn]
        panels = [self.panel(*pair) for pair in pairs]
        kept = [i for i, panel in enumerate(panels) if len(panel) >= MIN_CONTROLS]
        return [pairs[i] for i in kept], [panels[i] for i in kept]
