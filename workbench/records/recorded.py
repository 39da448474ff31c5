"""Answers that somebody else recorded, and the files they came in."""

from dataclasses import dataclass, field
from datetime import datetime

from workbench.records.words import Outcome


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """One answer as a file holds it, usable or not."""

    entry: int
    """Line, row or entry of the file, from 1."""
    prompt: str
    """What was asked, as far as the file says; recorded answers are found by it."""
    outcome: Outcome
    text: str | None
    """The answer, verbatim; None unless the outcome is usable."""
    note: str | None = None
    """Why there is no usable text, and what else was out of the ordinary."""
    model: str | None = None
    """Name that the file gives to whoever answered."""
    prompt_id: str | None = None
    sample: int | None = None
    """Number that the file gives to this sample of the prompt; None: in the order of the file."""
    temperature: float | None = None
    """As recorded; None where the file says nothing."""
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read; the same again gives the same answers."""

    format: str
    """Key of `importers.IMPORTERS`."""
    columns: tuple[tuple[str, str], ...] = ()
    """(what we need, what the file calls it), for tables."""
    encoding: str | None = None
    """Encoding that the user named; None: UTF-8, or what the byte order mark says."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """One file of somebody else's answers, as it was when it was imported."""

    name: str
    """Its own name, without its folder."""
    digest: str
    """Digest of the file as it was given."""
    size: int
    """Bytes."""
    reading: Reading
    kept: bool
    """Whether a compressed copy was kept, here and with every case that uses it."""
    answers: int
    """Answers taken from it, for whichever model."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Why an entry holds no answer to take → how many."""
    bad: int = 0
    """Entries that could not be read."""
    problems: tuple[str, ...] = ()
    """The first of them, each with its place in the file."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Where one model's answers were recorded: by somebody else, never on this machine."""

    files: tuple[RecordedFile, ...]
    answers_digest: str
    """Digest of our own file of this model's answers."""
    answers: int
    named: str | None
    """Name under which the files hold this model; None where every answer in them is its."""
    family_declared: bool
    """Whether whoever imported it said what family it belongs to; else its own name stands in."""
    imported_at: datetime
    """UTC, by the clock of the machine that imported it."""
    software: str
    """Version of this program that read the files."""
    temperatures: tuple[float, ...] = ()
    """Those that the files state, rising, at most `MOST_SETTINGS`; empty where none is stated."""
    max_tokens: tuple[int, ...] = ()


MOST_SETTINGS = 8
