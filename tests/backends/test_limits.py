"""Budgets, pace and waits: plain arithmetic, no clock."""

from datetime import UTC, datetime

import pytest

from tests.backends.faulty import entry
from workbench.backends.budget import Budget, check_prices
from workbench.backends.pace import LONGEST_WAIT, Pace, retry_after
from workbench.errors import BudgetSpentError, PlanError
from workbench.models.prices import most_tokens, price
from workbench.records import Endpoint

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PRICED = Endpoint("m", price_in=2.0, price_out=8.0)


def wait(value):
    return retry_after(value, lambda: NOON)


def test_seconds_and_dates_are_waits():
    assert wait("7") == 7.0
    assert wait("Wed, 04 Mar 2026 12:00:30 GMT") == 30.0


@pytest.mark.parametrize("value", ["86400", "inf", "Wed, 04 Mar 2037 12:00:00 GMT"])
def test_a_wait_has_an_upper_limit(value):
    assert wait(value) == LONGEST_WAIT


@pytest.mark.parametrize("value", ["-5", "Wed, 04 Mar 2020 12:00:00 GMT"])
def test_a_wait_that_lies_in_the_past_is_none_at_all(value):
    assert wait(value) == 0.0


@pytest.mark.parametrize("value", [None, "", "soon", "nan", "\ufffd"])
def test_what_is_no_wait_is_absent(value):
    assert wait(value) is None


def test_requests_are_spread_over_the_minute():
    pace = Pace(requests=30, tokens=None)
    assert [pace.delay(10, now=100.0) for _ in range(3)] == [0.0, 2.0, 4.0]


def test_tokens_are_spread_over_the_minute():
    pace = Pace(requests=600, tokens=6000)
    assert [pace.delay(500, now=0.0), pace.delay(500, now=1.0)] == [0.0, 4.0]


def test_without_limits_nothing_waits():
    pace = Pace(None, None)
    assert [pace.delay(10**6, now=5.0) for _ in range(3)] == [0.0] * 3


def test_one_request_that_is_told_to_wait_holds_all_others():
    pace = Pace(None, None)
    pace.hold(9.0, now=100.0)
    assert pace.delay(1, now=101.0) == 8.0


def test_a_budget_of_queries_ends_before_the_query_beyond_it():
    budget = Budget(queries=2)
    budget.reserve(None)
    budget.reserve(None)
    with pytest.raises(BudgetSpentError, match="The budget of 2 queries is used up"):
        budget.reserve(None)
    assert budget.sent == 2


def test_a_budget_in_money_counts_what_is_under_way_at_its_most():
    budget = Budget(cost=1.0)
    budget.reserve(0.6)
    with pytest.raises(BudgetSpentError, match="beyond the budget of 1 "):
        budget.reserve(0.6)
    budget.settle(0.6, 0.1)
    budget.reserve(0.6)
    assert budget.spent == pytest.approx(0.7)


def test_a_request_whose_cost_nobody_told_stays_at_its_most():
    budget = Budget(cost=1.0)
    budget.reserve(0.6)
    budget.settle(0.6, None)
    assert budget.spent == 0.6


def test_prices_are_per_million_tokens():
    assert price(PRICED, 1_000_000, 500_000) == 6.0


def test_an_unknown_price_is_absent_and_never_0():
    assert price(Endpoint("m"), 10, 10) is None
    assert price(PRICED, None, 10) is None


def test_a_prompt_has_no_more_tokens_than_bytes():
    assert most_tokens("日本") - most_tokens("") == 6


def test_a_limit_in_money_needs_known_prices():
    with pytest.raises(PlanError) as error:
        check_prices([entry("https://a.example/v1", "dear")], Budget(cost=1.0))
    assert error.value.what == "A limit on costs needs prices, and those of dear are unknown."


def test_a_limit_in_money_needs_one_currency():
    paid = [
        entry("https://a.example/v1", name, price_in=1.0, price_out=1.0, currency=currency)
        for name, currency in (("one", "EUR"), ("two", "USD"))
    ]
    with pytest.raises(PlanError, match="different currencies: EUR, USD"):
        check_prices(paid, Budget(cost=1.0))
