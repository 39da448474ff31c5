import json

import pytest

from tests.backends.faulty import chat
from workbench.backends.answers import reply_from
from workbench.backends.envelope import Envelope, read_envelope


def exchange(body, path="/chat/completions", status=200, kind="application/json"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Envelope(path, {"model": "m"}, status, kind, content)


def read(body, kind="generate", prompt="Say", **changes):
    return reply_from(exchange(body, **changes), kind, prompt)


def raw(choice, **more):
    return {"choices": [choice], "model": "m", "usage": {"prompt_tokens": 4}, **more}


def message(**fields):
    return {"choices": [{"message": {"role": "assistant", **fields}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("stop", "answered"),
        ("eos_token", "answered"),
        ("length", "truncated"),
        ("content_filter", "refused"),
        (None, "answered"),
    ],
)
def test_the_reason_for_stopping_decides_the_outcome(reason, outcome):
    assert read(chat("Good morning.", reason)).outcome == outcome


def test_an_answer_keeps_its_text_its_counts_and_who_answered():
    reply = read(chat(" Good morning. "))
    assert (reply.text, reply.token_count, reply.prompt_tokens) == (" Good morning. ", 3, 5)
    assert (reply.sent.answered_as, reply.sent.system_fingerprint) == ("served-1", "fp-1")


def test_a_count_that_nobody_made_is_absent():
    assert read(message(content="Hi")).token_count is None


def test_a_refusal_field_is_a_refusal_with_its_words():
    reply = read(message(content=None, refusal="I cannot\u202e help."))
    assert (reply.outcome, reply.text) == ("refused", None)
    assert reply.note == 'The endpoint refused to answer: "I cannot⟨U+202E⟩ help".'


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_a_missing_text_is_empty_and_never_an_answer(text):
    reply = read(message(content=text))
    assert (reply.outcome, reply.text) == ("empty", None)


def test_a_text_in_parts_is_put_together():
    parts = [{"type": "text", "text": "Good "}, {"type": "text", "text": "morning"}]
    assert read(message(content=parts)).text == "Good morning"


def test_half_a_character_is_replaced_and_noted():
    reply = read(b'{"choices": [{"message": {"content": "a\\ud800b"}, "finish_reason": "stop"}]}')
    assert reply.text == "a\ufffdb"
    assert "Unpaired surrogates" in reply.note


UNREADABLE = {
    "no JSON": (b"<html>", "application/json", "not well-formed JSON"),
    "HTML": (b"<html>", "text/html", "answered 200 with text/html instead of JSON"),
    "no type": (b"{}", "", "answered 200 with nothing instead of JSON"),
    "not UTF-8": (b'{"choices": "\xff"}', "application/json", "not valid UTF-8"),
    "NaN": (b'{"choices": [NaN]}', "application/json", "not well-formed JSON"),
    "a name twice": (b'{"a": 1, "a": 2}', "application/json", "not well-formed JSON"),
    "deep": (b"[" * 100_000, "application/json", "not well-formed JSON"),
    "a long number": (b'{"a": ' + b"9" * 5000 + b"}", "application/json", "not well-formed JSON"),
    "a list": (b"[]", "application/json", "not an object"),
    "no choice": (b'{"choices": []}', "application/json", "holds no choice"),
    "no choices": (b'{"choices": null}', "application/json", "holds no choice"),
    "odd choice": (b'{"choices": [3]}', "application/json", "a choice that is no object"),
    "odd text": (b'{"choices": [{"text": 3}]}', "application/json", "a text that is no text"),
    "an error": (b'{"error": {"message": "no"}}', "application/json", 'answered 200: "no"'),
    "error text": (b'{"error": "no"}', "application/json", 'answered 200: "no"'),
    "nothing": (b"{}", "application/json", "The endpoint answered 200."),
}


@pytest.mark.parametrize(("body", "kind", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_answer_fails_with_its_reason(body, kind, why):
    reply = read(body, kind="generate") if kind == "application/json" else None
    reply = reply or reply_from(exchange(body, kind=kind), "generate", "Say")
    assert (reply.outcome, reply.text) == ("failed", None)
    assert why in reply.note


def test_a_redirect_fails_because_it_is_not_followed():
    reply = read({}, status=307)
    assert reply.note == "The endpoint answered 307, which leads elsewhere and is not followed."


def test_a_prompt_that_is_too_long_is_about_that_prompt():
    body = {"error": {"code": 400, "type": "exceed_context_size_error", "message": "too long"}}
    reply = read(body, status=400)
    assert reply.note == 'The prompt is longer than the model reads: "too long".'


def test_a_filter_on_the_prompt_is_a_refusal():
    body = {"error": {"code": "content_filter", "message": "blocked"}}
    assert read(body, status=400).outcome == "refused"


TOPS = [{"token": " a", "logprob": -1.5, "bytes": [32, 97]}, {"token": "\n", "logprob": -0.5}]
CHAT_STYLE = {"content": [{"token": " a", "logprob": -1.5, "top_logprobs": TOPS}]}
LEGACY_STYLE = {
    "tokens": [" a"],
    "token_logprobs": [-1.5],
    "top_logprobs": [{" a": -1.5, "\n": -0.5}],
    "text_offset": [3],
}


@pytest.mark.parametrize("style", [CHAT_STYLE, LEGACY_STYLE], ids=["chat", "legacy"])
def test_every_style_of_log_probabilities_becomes_one_record(style):
    choice = {"text": " a", "logprobs": style, "finish_reason": "length"}
    reply = read(raw(choice), kind="next_token", path="/completions")
    (top,) = reply.top
    assert (reply.outcome, reply.text, reply.token_count) == ("answered", None, 4)
    assert (top.offset, top.tokens, top.logprobs) == (3, ("\n", " a"), (-0.5, -1.5))
    assert top.ids == (None, None)


def test_a_choice_is_read_from_the_first_token_of_the_answer():
    style = {"content": [{"token": " A", "logprob": -0.2, "top_logprobs": [TOPS[0]]}]}
    (top,) = read(raw({"text": " A", "logprobs": style}), kind="choice").top
    assert (top.offset, top.tokens) == (3, (" a",))


def test_bytes_and_numbers_of_tokens_are_kept_where_they_are_known():
    tops = [{"token": "\ufffd", "logprob": -1.0, "bytes": [130], "id": 226}]
    style = {"content": [{"token": "x", "logprob": -3.0, "top_logprobs": tops}]}
    (top,) = read(raw({"text": "x", "logprobs": style}), kind="next_token").top
    assert (top.ids, top.spelled) == ((226,), ("82",))


def test_legacy_spellings_of_bytes_and_numbers_are_understood():
    top = {"bytes:\\x9c": -1.0, "token_id:17": -2.0}
    style = {"tokens": ["x"], "token_logprobs": [-1.0], "top_logprobs": [top]}
    (found,) = read(raw({"text": "x", "logprobs": style}), kind="next_token").top
    assert (found.ids, found.spelled) == ((None, 17), ("9c", None))


@pytest.mark.parametrize(
    "logprob",
    [0.5, 1e999, -1e300, "high", True],
    ids=["above 0", "infinite", "below all numbers of a model", "a word", "true"],
)
def test_what_cannot_be_a_log_probability_fails(logprob):
    tops = [{"token": "x", "logprob": logprob}]
    style = {"content": [{"token": "x", "logprob": -1.0, "top_logprobs": tops}]}
    body = json.dumps(raw({"text": "x", "logprobs": style})).replace("Infinity", "1e999").encode()
    assert read(body, kind="next_token").outcome == "failed"


def test_probabilities_that_sum_to_more_than_one_are_none():
    tops = [{"token": token, "logprob": -0.2} for token in "xy"]
    style = {"content": [{"token": "x", "logprob": -1.0, "top_logprobs": tops}]}
    reply = read(raw({"text": "x", "logprobs": style}), kind="next_token")
    assert reply.outcome == "failed"
    assert "sum to 1.637" in reply.note


def test_an_answer_without_log_probabilities_says_so():
    reply = read(raw({"text": "x", "finish_reason": "length"}), kind="next_token")
    assert reply.note == "The endpoint's answer carries no log-probabilities."


def echoed(tokens):
    tops = [None, *({token: -0.5, "z": -2.0} for token in tokens[1:])]
    chances = [None, *(-0.5 for _ in tokens[1:])]
    style = {"tokens": tokens, "token_logprobs": chances, "top_logprobs": tops}
    return raw({"text": "".join(tokens), "logprobs": style})


TOKENS = ["One", " two", " three", " four", " five", " six"]


@pytest.mark.parametrize("opening", [[], ["<s>"]], ids=["bare", "with an opening token"])
def test_an_echoed_prompt_gives_the_distribution_after_each_word(opening):
    prompt = "".join(TOKENS[:5])
    reply = read(echoed([*opening, *TOKENS]), kind="passage", prompt=prompt)
    assert [top.offset for top in reply.top] == [3, 7, 13, 18]
    assert [top.tokens[0] for top in reply.top] == TOKENS[1:5]


def test_another_prompt_than_the_one_sent_is_no_echo():
    reply = read(echoed(TOKENS), kind="passage", prompt="One two five")
    assert reply.note == "The endpoint did not echo the prompt as it was sent."


@pytest.mark.parametrize("body", [b'{"a": "\xc3\xa9"}', b"\xff\x00"], ids=["text", "bytes"])
def test_an_envelope_comes_back_byte_for_byte(body):
    kept = Envelope("/completions", {"prompt": "é"}, 200, "a/json", body, True, ("429", "200"))
    assert read_envelope(kept.written()) == kept
    assert read_envelope(kept.written()).written() == kept.written()


@pytest.mark.parametrize("content", [b"{}", b"[]", b"3", b"{", b'{"body": 3}'])
def test_what_is_no_envelope_is_refused(content):
    with pytest.raises(ValueError, match="not an envelope"):
        read_envelope(content)


@pytest.mark.parametrize(("opening", "first"), [([], 1), (["<s>"], 0)], ids=["bare", "opened"])
def test_an_echoed_prompt_says_how_likely_its_tokens_were(opening, first):
    reply = read(echoed([*opening, *TOKENS]), kind="passage", prompt="".join(TOKENS[:5]))
    assert reply.likelihood.token_logprobs.tolist() == [-0.5] * (5 - first)
    assert reply.likelihood.token_ends.tolist() == [3, 7, 13, 18, 23][first:]


def test_an_echo_that_leaves_out_a_chance_says_nothing_of_the_text():
    body = echoed(TOKENS)
    body["choices"][0]["logprobs"]["token_logprobs"][2] = None
    reply = read(body, kind="passage", prompt="".join(TOKENS[:5]))
    assert (reply.outcome, reply.likelihood) == ("answered", None)


def continued(tokens, prompt, continuation):
    return reply_from(
        exchange(echoed(tokens), path="/completions"), "reading", prompt, continuation
    )


def test_a_continuation_at_an_endpoint_is_read_behind_its_prompt():
    reply = continued(TOKENS, "One two", " three four five")
    assert reply.likelihood.token_logprobs.tolist() == [-0.5] * 3
    assert reply.likelihood.token_ends.tolist() == [6, 11, 16]
    assert (reply.outcome, reply.text, reply.top, reply.token_count) == ("answered", None, (), 3)


@pytest.mark.parametrize(
    ("prompt", "continuation", "why"),
    [
        ("One tw", "o three four five", "a token that lies across the start of the text"),
        ("One two", " three fourteen", "did not echo the prompt as it was sent"),
        ("One two three four five", "", "no log-probabilities of the text"),
    ],
)
def test_a_continuation_that_cannot_be_told_apart_fails_with_its_reason(prompt, continuation, why):
    reply = continued(TOKENS, prompt, continuation)
    assert (reply.outcome, reply.likelihood) == ("failed", None)
    assert why in reply.note
