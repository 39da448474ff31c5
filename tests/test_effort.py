"""What a plan takes: bounds from the packs, expectations from what was recorded, else unknown."""

import pytest

from tests import made
from workbench.effort import NEVER_ASKED, NEVER_TIMED, NO_PRICE, efforts, total
from workbench.packs.variants import with_variants
from workbench.records import Endpoint, ModelEntry
from workbench.store.habits import Habit

WRITE = made.pack(probes=3, repeats=2)  # 6 questions, 16 tokens at most
READ = made.pack("continuation/openings", "next_token", 2, 1)
PACKS = (WRITE, READ)
HABITS = [
    Habit("terse", WRITE.id, 10, 4.0, 20.0, 0.5),
    Habit("wordy", WRITE.id, 10, 12.0, 30.0, 2.0),
    Habit("terse", READ.id, 4, 0.0, 8.0, 0.25),
    Habit("wordy", READ.id, 4, 0.0, 12.0, 0.25),
]


def entry(name, backend="local", **endpoint):
    served = Endpoint(served_as=name, **endpoint) if backend == "http" else None
    return ModelEntry(name, name, name, backend, "folder:x", endpoint=served)


def one(model, packs=PACKS, known=HABITS):
    (found,) = efforts([("suspect", model)], packs, known)
    return found


def test_the_worst_is_what_the_packs_allow():
    found = one(entry("new"), known=[])
    assert found.questions == 8
    assert found.tokens.worst == 6 * 16


def test_what_nobody_was_asked_here_is_unknown_and_not_nothing():
    found = one(entry("new"), known=[])
    assert (found.tokens.low, found.tokens.expected) == (NEVER_ASKED, NEVER_ASKED)
    assert found.seconds == NEVER_TIMED


def test_a_model_is_expected_to_write_as_it_did_before():
    assert one(entry("wordy")).tokens.expected == 6 * 12


def test_a_new_model_is_expected_to_write_as_the_others_do_and_at_least_as_the_tersest():
    found = one(entry("new"))
    assert found.tokens.expected == 6 * 8
    assert found.tokens.low == 6 * 4


def test_several_cases_count_by_their_answers():
    more = [*HABITS, Habit("wordy", WRITE.id, 30, 4.0, 30.0, 2.0)]
    assert one(entry("wordy"), known=more).tokens.expected == 6 * 6


def test_a_pack_asked_once_more_is_expected_to_take_the_same_again():
    packs = with_variants(PACKS, 0.3)
    found, once = one(entry("wordy"), packs), one(entry("wordy"))
    assert found.questions == once.questions + WRITE.questions
    assert found.tokens.expected == 2 * once.tokens.expected
    assert found.tokens.worst == 2 * once.tokens.worst
    assert found.seconds == once.seconds + 6 * 2.0


def test_time_is_what_this_very_model_took_at_each_pack():
    assert one(entry("wordy")).seconds == 6 * 2.0 + 2 * 0.25


def test_a_pack_it_never_saw_takes_its_usual_time():
    only = [habit for habit in HABITS if habit.pack == WRITE.id]
    assert one(entry("wordy"), known=only).seconds == 8 * 2.0


def test_an_endpoint_works_on_several_questions_at_a_time():
    assert one(entry("wordy", "http", concurrency=5)).seconds == pytest.approx(12.5 / 5)


def test_cost_is_tokens_times_price():
    found = one(entry("wordy", "http", price_in=1.0, price_out=10.0, currency="EUR"))
    assert found.currency == "EUR"
    # prompts 6×30 + 2×12, answers 6×12 + 2 read
    assert found.cost.expected == pytest.approx((204 * 1 + 74 * 10) / 1e6)
    # the tersest: prompts 6×20 + 2×8, answers 6×4 + 2
    assert found.cost.low == pytest.approx((136 * 1 + 26 * 10) / 1e6)
    assert found.cost.low < found.cost.expected < found.cost.worst


def test_a_cost_without_a_price_is_unknown_and_not_nothing():
    found = one(entry("wordy", "http"))
    assert (found.cost.low, found.cost.expected, found.cost.worst) == (NO_PRICE,) * 3


def test_weights_on_this_machine_cost_nobody_anything():
    assert one(entry("wordy")).cost is None


def test_a_model_that_others_recorded_is_asked_nothing():
    found = one(entry("paper", "replay"))
    assert (found.questions, found.tokens.worst, found.seconds, found.cost) == (0, 0, 0.0, None)


def test_a_sum_with_one_unknown_part_is_unknown():
    assert total([1.0, 2.0]) == 3.0
    assert total([1.0, NO_PRICE]) == NO_PRICE
