"""Recorded answers, given as if their model were asked."""

import pytest

from tests.made import NOON
from workbench.backends import Question
from workbench.backends.replay import reply_to
from workbench.records import Reading, RecordedAnswer, RecordedFile, Recording

FILE = RecordedFile("a.json", "sha256:1", 10, Reading("helm"), kept=True, answers=2)
RECORDING = Recording(
    (FILE,), "sha256:2", 2, None, family_declared=False, imported_at=NOON, software="0"
)
ANSWERS = {
    "Hm?": [
        RecordedAnswer(1, "Hm?", "answered", "Yes.", temperature=0.5),
        RecordedAnswer(2, "Hm?", "empty", None, note="Nothing there."),
    ]
}


def question(prompt="Hm?", repeat=0, kind="generate", temperature=0.5):
    return Question("imported/x#p-1", repeat, kind, prompt, "chat", temperature, 16, 7)


def test_the_repeat_takes_the_sample_of_its_number():
    first, second = (reply_to(question(repeat=n), ANSWERS, RECORDING) for n in (0, 1))
    assert (first.outcome, first.text, first.note) == ("answered", "Yes.", None)
    assert (second.outcome, second.text, second.note) == ("empty", None, "Nothing there.")
    assert first.prompt_format == "recorded (helm)"
    assert first.token_count is None


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        (question(repeat=2), "Only 2 of its answers to this prompt were recorded."),
        (question("Hm? "), "This prompt is not among the recorded ones."),
        (question(kind="next_token"), "Recorded answers hold no next-token distributions."),
    ],
)
def test_what_was_not_recorded_has_failed_and_is_never_made_up(asked, note):
    reply = reply_to(asked, ANSWERS, RECORDING)
    assert (reply.outcome, reply.text, reply.note) == ("failed", None, note)


def test_an_answer_sampled_otherwise_than_the_plan_says_carries_a_note():
    reply = reply_to(question(temperature=0), ANSWERS, RECORDING)
    assert reply.note == "Recorded at temperature 0.5; the plan says 0."
