"""Values of every two runs by every metric, whether or not others have a say in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.compare.choices import Choices
from workbench.compare.habits import Habits
from workbench.compare.material import Material
from workbench.compare.pairs import counted_probes, tables
from workbench.compare.shown import Shown
from workbench.compare.tables import Table
from workbench.metrics import Metric
from workbench.questions.kin import Kin
from workbench.records import Pack

if TYPE_CHECKING:
    from workbench.compare.beside import Beside


class EveryTwo:
    """Values of every two runs of a case."""

    def __init__(
        self,
        packs: Sequence[Pack],
        metrics: Sequence[Metric],
        materials: Mapping[str, Material],
        shown: Shown,
        say: Callable[[str], None],
    ) -> None:
        """Compute what depends on two runs alone; what a panel has a say in is computed when asked.

        Args:
            packs: What was asked.
            metrics: Which metrics.
            materials: Run → what it gave; the reference among them.
            shown: Reads distributions and likelihoods.
            say: Called with a line of progress.

        Raises:
            CustodyError: If a file of the record is missing or was changed.
        """
        self.counted = {metric.id: counted_probes(packs, metric) for metric in metrics}
        self._tables = tables(packs, metrics, list(materials.values()), shown, say)
        self._beside: dict[str, Beside] = {
            metric.id: Choices(metric, packs, materials, self.counted[metric.id])
            for metric in metrics
            if metric.material == "options"
        }
        self._beside |= {
            metric.id: Habits(metric, materials, self.counted[metric.id], shown)
            for metric in metrics
            if metric.material == "byte habits"
        }
        self._runs = [item.run for item in materials.values()]

    def __call__(self, metric: str, examined: str) -> Table:
        """Values by a metric, as they are seen when one suspect or stack is examined."""
        if metric in self._beside:
            reference = next(run.id for run in self._runs if run.role == "reference")
            return self._beside[metric].table(reference, examined)
        return self._tables[metric]

    def among(self, metric: str, members: Sequence[str], kin: Kin) -> Table:
        """Values among some runs, each pair beside the panel that their kin allows it.

        Args:
            metric: Id of the metric.
            members: Runs.
            kin: Who of them is whose relative, in the same order.
        """
        if metric not in self._beside:
            return self._tables[metric]
        place = {member: number for number, member in enumerate(members)}

        def panel(one: str, other: str) -> list[str]:
            return [members[number] for number in kin.panel(place[one], place[other])]

        return self._beside[metric].every_two(members, panel)
