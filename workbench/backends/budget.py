"""A hard limit on what one call may ask of endpoints, in requests and in money."""

from collections.abc import Sequence

from workbench.errors import BudgetSpentError, PlanError
from workbench.records import ModelEntry


class Budget:
    """Counts what was sent; refuses what could go beyond the limit."""

    def __init__(self, queries: int | None = None, cost: float | None = None) -> None:
        """Set the limits.

        Args:
            queries: Most requests, retries and measurements included; None for no limit.
            cost: Most money, in the endpoints' currency; None for no limit.
        """
        self.queries, self.cost = queries, cost
        self.sent = 0
        self.spent = 0.0
        """What was spent, requests under way and lost ones counted at their most."""
        self.unknown = False
        """Whether something was sent whose price nobody knows."""

    def reserve(self, most: float | None) -> None:
        """Take one request out of the budget before it is sent.

        Args:
            most: What it can cost at most; None if unknown.

        Raises:
            BudgetSpentError: If the request could go beyond a limit; nothing is taken then.
        """
        if self.queries is not None and self.sent >= self.queries:
            raise _spent(f"The budget of {self.queries} queries is used up.")
        if self.cost is not None and self.spent + (most or 0.0) > self.cost:
            raise _spent(
                f"The next query could go beyond the budget of {self.cost:g} "
                f"({self.spent:.6g} is spent or under way)."
            )
        self.sent += 1
        self.spent += most or 0.0
        self.unknown = self.unknown or most is None

    @property
    def words(self) -> str | None:
        """What was spent, `unknown` where a price is, never 0 for it; None if nothing was sent."""
        if not self.sent:
            return None
        requests = f"requests to endpoints: {self.sent}"
        return f"{'unknown' if self.unknown else f'at most {self.spent:.6g}'} ({requests})"

    def settle(self, most: float | None, actual: float | None) -> None:
        """Put what one request really cost in place of what it could have cost.

        Args:
            most: What was reserved.
            actual: By the endpoint's own count; None if it gave none, and then the most stands.
        """
        if most is not None and actual is not None:
            self.spent += actual - most


def check_prices(entries: Sequence[ModelEntry], budget: Budget) -> None:
    """Refuse a limit in money that nothing could be held to.

    Raises:
        PlanError: If a price is unknown, or two endpoints are paid in different currencies.
    """
    served = [(entry.name, entry.endpoint) for entry in entries if entry.endpoint is not None]
    if budget.cost is None or not served:
        return
    unknown = [name for name, endpoint in served if endpoint.price_in is None]
    if unknown:
        raise PlanError(
            f"A limit on costs needs prices, and those of {', '.join(unknown)} are unknown.",
            fix="Name price_in and price_out in models.toml, or use --max-queries.",
        )
    currencies = sorted({endpoint.currency for _, endpoint in served})
    if len(currencies) > 1:
        raise PlanError(
            f"The endpoints are paid in different currencies: {', '.join(currencies)}.",
            fix="State all prices in one currency, or use --max-queries.",
        )


def _spent(what: str) -> BudgetSpentError:
    return BudgetSpentError(
        what, fix="Run the same command again to go on; what is recorded is kept."
    )
