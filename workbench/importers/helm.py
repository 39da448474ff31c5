"""HELM's `scenario_state.json`: one object whose `request_states` hold request and result.

Source: github.com/stanford-crfm/helm 0.5, helm/benchmark/adaptation/request_state.py and
helm/common/request.py (`Request`, `RequestResult`, `GeneratedOutput`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.importers.json_text import members
from workbench.importers.messages import prompt_of
from workbench.importers.rows import LeftOut, Row, UnfitError, answer, kind_of, rows_of, text_in
from workbench.importers.text import open_text
from workbench.records import Reading

STATES = "request_states"
ECHOED = "a prompt read for its log-probabilities, no answer"


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """Read every request and its completions."""
    with open_text(path, reading.encoding) as stream:
        for name, (number, value) in members(stream, STATES, path.name):
            if name == STATES:
                yield from rows_of(number, value, _answers)


def _answers(number: int, item: dict[str, Any]) -> Iterator[Row]:
    request, result = _object(item, "request"), _object(item, "result")
    if request.get("echo_prompt") or request.get("max_tokens") == 0:
        yield LeftOut(number, ECHOED)
        return
    messages = request.get("messages")
    prompt, note = prompt_of(messages) if messages else (text_in(request, "prompt"), None)
    instance = item.get("instance")
    for text, finish in _completions(result):
        yield answer(
            number,
            prompt,
            text,
            finish=finish,
            model=request.get("model") or request.get("model_deployment"),
            prompt_id=instance.get("id") if isinstance(instance, dict) else None,
            temperature=request.get("temperature"),
            max_tokens=request.get("max_tokens"),
            note=note,
        )


def _completions(result: dict[str, Any]) -> Iterator[tuple[str | None, str | None]]:
    """(text, reason to stop) of each completion; one without a text where the request failed."""
    if result.get("success") is False:
        yield None, None
        return
    completions = result.get("completions")
    if not isinstance(completions, list):
        raise UnfitError(f'its "completions" is {kind_of(completions)}, not a list')
    for completion in completions:
        if not isinstance(completion, dict):
            raise UnfitError(f"a completion is {kind_of(completion)}, not an object")
        yield text_in(completion, "text"), _finish(completion.get("finish_reason"))


def _object(item: dict[str, Any], key: str) -> dict[str, Any]:
    found = item.get(key)
    if not isinstance(found, dict):
        raise UnfitError(f'its "{key}" is {kind_of(found)}, not an object')
    return found


def _finish(found: object) -> str | None:
    reason = found.get("reason") if isinstance(found, dict) else found
    return reason if isinstance(reason, str) else None
