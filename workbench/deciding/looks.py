"""Rule and answers → the decision, looked for after every few probes."""

from collections.abc import Iterator

from workbench.compare.material import Material
from workbench.deciding.panel import Panel
from workbench.digest import digest_of
from workbench.evidence.sequential import settled
from workbench.evidence.steps import PackMean, Steps
from workbench.records import Decided, StoppingRule, to_json


class Looks:
    """One suspect's looks, in their order."""

    def __init__(self, panel: Panel, rule: StoppingRule) -> None:
        """Begin with nothing seen."""
        self._panel, self._rule = panel, rule
        self._steps = Steps(rule.edges, rule.levels)
        self._mean = PackMean(rule.least, rule.most, size=len(rule.order), alpha=rule.alpha)
        self._asked = self._without = self._cut = 0

    def batches(self) -> Iterator[tuple[str, ...]]:
        """Probes between one look and the next, in the order of the rule."""
        order, look = self._rule.order, self._rule.look
        yield from (order[at : at + look] for at in range(0, len(order), look))

    def see(self, batch: tuple[str, ...], suspect: Material) -> Decided | None:
        """See what the suspect answered to a batch, and look.

        Args:
            batch: The next one of `batches`.
            suspect: What it gave so far, to the whole batch at least.

        Returns:
            The decision, if the level is settled.
        """
        rule = self._rule
        found = self._panel.of(suspect, batch)
        terms = [found.get(address) for address in batch]
        kept = [None if term is None else min(max(term, rule.least), rule.most) for term in terms]
        self._mean.see(kept)
        self._asked += len(batch)
        self._without += terms.count(None)
        self._cut += sum(one != other for one, other in zip(terms, kept, strict=True))
        low, high = self._mean.interval
        if self._asked - self._without < rule.fewest or not settled(self._steps.at, low, high):
            return None
        return Decided(
            question=rule.question,
            level=self._steps.at(low),
            asked=self._asked,
            planned=len(rule.order),
            without=self._without,
            cut=self._cut,
            low=low,
            high=high,
            alpha=rule.alpha,
            rule=digest_of(to_json(rule)),
            calibration_digest=rule.calibration_digest,
        )
