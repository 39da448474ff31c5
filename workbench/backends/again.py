"""A kept exchange, read once more: does it still say what was recorded?"""

from collections.abc import Iterator

from workbench.backends.answers import reply_from
from workbench.backends.base import QuestionKind, Sent
from workbench.backends.envelope import read_envelope
from workbench.backends.kept import tensor_file
from workbench.digest import digest_of_bytes
from workbench.records import Observation


def differences(
    seen: Observation,
    content: bytes,
    kind: QuestionKind,
    prompt: str,
    continuation: str | None = None,
) -> Iterator[str]:
    """Compare an observation with what its endpoint sent.

    Args:
        seen: The observation, as recorded.
        content: The exchange that was kept, its digest already checked.
        kind: What the probe wanted.
        prompt: The probe's prompt, as planned.
        continuation: The text behind it, for a reading.

    Yields:
        One sentence per field that comes out differently.
    """
    place = f"{seen.run_id} at {seen.probe_address}, repeat {seen.repeat}"
    try:
        exchange = read_envelope(content)
    except ValueError as error:
        yield f"{place}: the kept exchange is {error}."
        return
    reply = reply_from(exchange, kind, prompt, continuation)
    sent = reply.sent or Sent(None)
    asked = exchange.request.get("prompt", exchange.request.get("messages"))
    if asked not in (prompt + (continuation or ""), [{"role": "user", "content": prompt}]):
        yield f"{place}: the kept exchange put another prompt."
    numbers = tensor_file(reply)
    digest = None if numbers is None or seen.tensor_digest is None else digest_of_bytes(numbers)
    for what, recorded, again in (
        ("outcome", seen.outcome, reply.outcome),
        ("text", seen.text, reply.text),
        ("log-probabilities", seen.top, reply.top),
        ("likelihood", seen.tensor_digest, digest),
        ("token count", seen.token_count, reply.token_count),
        ("answering model", seen.answered_as, sent.answered_as),
        ("system fingerprint", seen.system_fingerprint, sent.system_fingerprint),
    ):
        if recorded != again:
            yield f"{place}: the {what} recorded is not the one that the endpoint sent."
