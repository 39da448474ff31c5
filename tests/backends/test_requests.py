import pytest

from tests.backends.test_reading import continued, passage
from workbench.backends.requests import NotAskable, request_for
from workbench.records import Endpoint, EndpointTraits

ENDPOINT = Endpoint(served_as="m")


def traits(**changes):
    fields = {
        "chat": True,
        "completions": True,
        "chat_top_k": 0,
        "completions_top_k": 20,
        "echo": True,
        "several": False,
        "seed_honoured": None,
        "length_field": "max_tokens",
    }
    return EndpointTraits(**(fields | changes))


def test_a_continuation_is_sent_behind_its_prompt_and_echoed():
    request = request_for(continued(0, " It is.", template="raw"), ENDPOINT, traits())
    assert request.body["prompt"] == "Red? It is."
    assert (request.path, request.body["echo"], request.body["logprobs"]) == (
        "/completions",
        True,
        1,
    )


@pytest.mark.parametrize(
    ("question", "changes", "reason"),
    [
        (continued(0, "x"), {}, "The endpoint reads a given text only behind raw text."),
        (
            continued(0, "x", template="raw"),
            {"echo": False},
            "The endpoint gives no log-probabilities of the prompt's own tokens.",
        ),
        (
            passage(0, "One, two"),
            {"completions_top_k": 0},
            "The endpoint gives no log-probabilities for raw text.",
        ),
    ],
)
def test_what_an_endpoint_cannot_be_asked_has_a_reason(question, changes, reason):
    assert request_for(question, ENDPOINT, traits(**changes)) == NotAskable(reason, "raw")
