"""Of the items examined: models that were not asked here, and the files their answers come from."""

from collections.abc import Sequence

from workbench.records import RecordedFile, Recording, Run
from workbench.report.blocks import Block, Column, Material, Paragraph, Table
from workbench.report.numbers import counted, moment
from workbench.report.wording import Words, joined, name, own, say

SHOWN = 8
"""Files of one model that are listed; more are counted."""


def blocks(material: Material) -> list[Block]:
    """Write where recorded answers come from; nothing where every model was asked here."""
    found = [(run, run.capabilities.recorded) for run in material.runs]
    pairs = [(run, recording) for run, recording in found if recording is not None]
    if not pairs:
        return []
    return [
        Paragraph(
            say(
                "Nothing was asked of {models}: a third party recorded their answers, which were "
                "taken from the files below. What the files say of model, prompt and settings is "
                "their statement, not an observation made here; times of asking and the format of "
                "prompts are unknown. A prompt that a file does not hold counts as failed.",
                models=joined(name(run.model) for run, _ in pairs),
            )
        ),
        _files(pairs),
        *_families(pairs),
        *_formats(material, pairs),
    ]


def _files(pairs: Sequence[tuple[Run, Recording]]) -> Table:
    return Table(
        own("Files of recorded answers"),
        (
            Column(own("Model"), "code", 2),
            Column(own("File"), "code", 2),
            Column(own("SHA-256 of the file"), "code", 4),
            Column(own("What was taken"), share=3),
        ),
        tuple(row for run, recording in pairs for row in _rows(run, recording)),
    )


def _rows(run: Run, recording: Recording) -> list[tuple[Words, ...]]:
    imported = own(f"imported {moment(recording.imported_at)}")
    rows: list[tuple[Words, ...]] = [
        (name(run.model), name(file.name), name(file.digest), joined([*_taken(file), imported]))
        for file in recording.files[:SHOWN]
    ]
    if (rest := len(recording.files) - SHOWN) > 0:
        rows.append((name(run.model), own(f"and {counted(rest, 'file')} more")))
    return rows


def _taken(file: RecordedFile) -> list[Words]:
    left_out = sum(file.left_out.values())
    parts = [own(counted(file.answers, "answer")), say("format {of}", of=file.reading.format)]
    parts += [own(f"{left_out} left out")] if left_out else []
    parts += [own(f"{file.bad} unreadable and left out")] if file.bad else []
    parts += [] if file.kept else [own("no copy kept")]
    return parts


def _families(pairs: Sequence[tuple[Run, Recording]]) -> list[Block]:
    unknown = [name(run.model) for run, recording in pairs if not recording.family_declared]
    if not unknown:
        return []
    return [
        Paragraph(
            say(
                "The family of {models} was not declared. Each is treated as a family of its own, "
                "so nothing kept a relative of the others out of the panel.",
                models=joined(unknown),
            )
        )
    ]


def _formats(material: Material, pairs: Sequence[tuple[Run, Recording]]) -> list[Block]:
    here = [run for run in material.runs if run.capabilities.recorded is None]
    stated = sorted({t for _, recording in pairs for t in recording.temperatures})
    said = own(", ".join(f"{t:g}" for t in stated) or "none stated")
    words = say("Temperatures that the files state: {stated}.", stated=said)
    if here:
        words += say(
            " {models} were asked here, in the prompt format of this program; the recorded ones "
            "may have seen the same prompts in another format, which alone makes answers differ.",
            models=joined(name(run.model) for run in here),
        )
    return [Paragraph(words)]
