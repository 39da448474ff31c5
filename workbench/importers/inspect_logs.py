"""Inspect's logs: `.eval`, a ZIP archive with one JSON file per sample, and the older single `.json`.

Nothing is unpacked onto the disk: members are read by their place in the archive, each up to a limit,
so that a name that leads elsewhere or a member that swells does nothing.

Source: github.com/UKGovernmentBEIS/inspect_ai 0.3, log/_log.py (`EvalLog`, `EvalSample`) and
log/_recorders/eval.py; recent versions compress with Zstandard (ZIP method 93).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import RecordingError
from workbench.importers.json_text import members, one_value
from workbench.importers.messages import content_text, prompt_of
from workbench.importers.rows import (
    MOST_CHARACTERS,
    BadRow,
    Row,
    answer,
    rows_of,
    whole_or_none,
)
from workbench.importers.text import open_text
from workbench.packed import BadZipFile, ZipFile, ZstdError
from workbench.records import Reading

SAMPLES = "samples"
HEADERS = ("header.json", "_journal/start.json")
"""The second stands in the log of a run that did not end."""
MOST_UNPACKED = 64 << 30
"""Bytes that all members may claim together."""
LENGTHS = {"model_length": "length"}
"""Reasons to stop that are a limit under another name."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What a log says once for all samples."""

    model: object = None
    temperature: object = None
    max_tokens: object = None


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """Read every sample of a log, in the order of the file."""
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"PK"
    yield from _zipped(path) if zipped else _single(path, reading)


# --- one JSON file ------------------------------------------------------------------------------


def _single(path: Path, reading: Reading) -> Iterator[Row]:
    told: dict[str, Any] = {}
    with open_text(path, reading.encoding) as stream:
        for name, (number, value) in members(stream, SAMPLES, path.name):
            if name == SAMPLES:
                yield from _sample(number, value, _head(told))
            elif name in {"eval", "plan"}:
                told[name] = value


def _head(told: dict[str, Any]) -> _Head:
    evaluated, plan = told.get("eval"), told.get("plan")
    model = evaluated.get("model") if isinstance(evaluated, dict) else None
    config = plan.get("config") if isinstance(plan, dict) else None
    if not isinstance(config, dict):
        return _Head(model)
    return _Head(model, config.get("temperature"), config.get("max_tokens"))


# --- an archive ---------------------------------------------------------------------------------


def _zipped(path: Path) -> Iterator[Row]:
    try:
        with ZipFile(path) as archive:
            yield from _members(archive, path.name)
    except (BadZipFile, OSError, ValueError) as error:
        raise RecordingError(
            f"{path.name} is no whole ZIP archive ({str(error)[:100].rstrip('.')}).",
            fix="Get the log again; the end of a cut-off archive, which lists its members, is lost.",
        ) from error


def _members(archive: ZipFile, name: str) -> Iterator[Row]:
    listed = archive.infolist()
    if sum(member.file_size for member in listed) > MOST_UNPACKED:
        raise RecordingError(
            f"{name} claims to unpack to more than {MOST_UNPACKED >> 30} GiB.",
            fix="Do not use this file; it may be made to fill memory or disk.",
        )
    head = next(filter(None, (_read_head(archive, listed, header) for header in HEADERS)), _Head())
    samples = [m for m in listed if m.filename.startswith("samples/") and ".json" in m.filename]
    seen = set[str]()
    for number, member in enumerate(samples, start=1):
        if member.filename in seen:
            yield BadRow(number, "the archive holds this sample twice")
            continue
        seen.add(member.filename)
        yield from _sample(number, _content(archive, member, number), head)


def _read_head(archive: ZipFile, listed: list[Any], name: str) -> _Head | None:
    member = next((item for item in listed if item.filename == name), None)
    if member is None:
        return None
    found = _content(archive, member, 0)
    return _head(found) if isinstance(found, dict) else None


def _content(archive: ZipFile, member: Any, number: int) -> Any:  # noqa: ANN401 - any JSON value
    """A member's JSON value, or a bad row."""
    try:
        with archive.open(member) as stream:
            content = stream.read(MOST_CHARACTERS + 1)
    except (BadZipFile, ZstdError, zlib.error, EOFError, OSError, ValueError) as error:
        return BadRow(number, f"it cannot be unpacked ({str(error)[:100].rstrip('.')})")
    except (RuntimeError, NotImplementedError):  # as zipfile says it
        return BadRow(number, "it is encrypted, or compressed in a way that is not known")
    if len(content) > MOST_CHARACTERS:
        return BadRow(number, f"it is longer than {MOST_CHARACTERS:,} bytes")
    return one_value(content.decode("utf-8-sig", "surrogateescape"), number)


# --- one sample ---------------------------------------------------------------------------------


def _sample(number: int, value: object, head: _Head) -> Iterator[Row]:
    yield from rows_of(number, value, lambda at, item: [_answer(at, item, head)])


def _answer(number: int, item: dict[str, Any], head: _Head) -> Row:
    attachments = item.get("attachments")
    attached = attachments if isinstance(attachments, dict) else {}
    before, after = _conversation(item)
    prompt, note = prompt_of(before, attached)
    output = item.get("output")
    choice = _choice(output)
    said = choice.get("message") if choice else after
    text = None
    if isinstance(said, dict):
        text = content_text(said.get("content"), attached)
    failed = "It failed when it was recorded." if item.get("error") and text is None else None
    finish = choice.get("stop_reason")
    return answer(
        number,
        prompt,
        text,
        finish=LENGTHS.get(finish, finish) if isinstance(finish, str) else None,
        model=head.model or (output.get("model") if isinstance(output, dict) else None),
        prompt_id=item.get("id"),
        sample=whole_or_none(item.get("epoch")),
        temperature=head.temperature,
        max_tokens=head.max_tokens,
        note=" ".join(filter(None, [failed, note])) or None,
    )


def _choice(output: object) -> dict[str, Any]:
    choices = output.get("choices") if isinstance(output, dict) else None
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        first: dict[str, Any] = choices[0]
        return first
    return {}


def _conversation(item: dict[str, Any]) -> tuple[list[Any], dict[str, Any] | None]:
    """Messages that led to the answer, and the last message of the model, if there is one."""
    messages = item.get("messages")
    if not isinstance(messages, list) or not messages:
        given = item.get("input")
        messages = given if isinstance(given, list) else [{"role": "user", "content": given}]
    for at in range(len(messages) - 1, -1, -1):
        message = messages[at]
        if isinstance(message, dict) and message.get("role") == "assistant":
            return messages[:at], message
    return messages, None
