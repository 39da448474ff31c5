"""Metrics that compare two runs beside a panel: others have a say in what the two are worth."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

from workbench.compare.material import Material
from workbench.compare.tables import Table

Panel = Callable[[str, str], Sequence[str]]
"""Two runs → what stands beside them."""


class Beside(ABC):
    """One such metric on the runs of a case, for one suspect at a time."""

    def __init__(self, materials: Mapping[str, Material]) -> None:
        """Take run → what it gave."""
        self._materials = materials
        self._tables: dict[str, Table] = {}

    def table(self, reference: str, examined: str) -> Table:
        """Compare every two of reference, one suspect or stack, and the controls.

        The panel of a pair is the rest of suspect and controls, never the reference: then suspect and
        controls are treated alike, which their ranks rest on, and no other suspect has a say.
        """
        if examined not in self._tables:
            own = self._materials[examined].run.model
            controls = [
                material.run.id
                for material in self._materials.values()
                if material.run.role == "control" and material.run.model != own
            ]
            panel = [examined, *controls]

            def rest(one: str, other: str) -> list[str]:
                return [member for member in panel if member not in {one, other}]

            self._tables[examined] = self.every_two([reference, *panel], rest)
        return self._tables[examined]

    @abstractmethod
    def every_two(self, members: Sequence[str], panel: Panel) -> Table:
        """Compare every two runs, each pair beside the panel that a rule gives it.

        Args:
            members: Runs, the members of every panel among them.
            panel: Two runs → what stands beside them.
        """
