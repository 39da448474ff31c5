"""`workbench import`: answers that somebody else recorded, as models and a pack of their prompts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.output import AsJson, now, print_json, say
from workbench.records import to_json
from workbench.visible import visible_line

if TYPE_CHECKING:
    from workbench.importers.bring import Brought


def import_answers(  # noqa: PLR0913 - one argument for each option
    file_format: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help="alpacaeval, lm-eval, inspect, helm, jsonl, csv or parquet."
        ),
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="All of one format.")],
    *,
    model: Annotated[
        str | None, typer.Option(help="What to call the model; as the files say if left out.")
    ] = None,
    family: Annotated[
        str | None, typer.Option(help="Its family: who shares its weights. Unknown if left out.")
    ] = None,
    parent: Annotated[
        list[str] | None, typer.Option(help="A model it was derived from; repeatable.")
    ] = None,
    pack: Annotated[
        str | None, typer.Option(help="Name of the pack of its prompts: imported/NAME.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help="For tables: prompt=question; repeatable."),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a text file that is not UTF-8.")] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Count entries that cannot be read, and go on.")
    ] = False,
    copy: Annotated[
        bool, typer.Option("--copy/--no-copy", help="Keep a compressed copy of each file.")
    ] = True,
    temperature: Annotated[
        float | None, typer.Option(min=0, max=2, help="For models asked the same prompts here.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, max=4096, help="For models asked the same prompts here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring in answers that somebody else recorded, as models that a plan can name."""
    from workbench.importers.bring import Wish, bring
    from workbench.records import Reading

    wish = Wish(
        reading=Reading(file_format, _columns(column or []), encoding),
        model=model,
        family=family,
        parents=tuple(parent or ()),
        pack=pack.removeprefix("imported/") if pack else None,
        skip_bad=skip_bad,
        copy=copy,
        temperature=temperature,
        max_tokens=max_tokens,
    )
    brought = bring(files, wish, now=now(), say=say)
    if as_json:
        print_json(_as_json(brought))
        return
    for line in _lines(brought):
        typer.echo(visible_line(line))


def _columns(spelled: list[str]) -> tuple[tuple[str, str], ...]:
    from workbench.importers.columns import COLUMNS

    pairs = [item.partition("=") for item in spelled]
    for ours, equals, theirs in pairs:
        if ours not in COLUMNS or not (equals and theirs):
            raise typer.BadParameter(f"--column is OURS=THEIRS, OURS one of {', '.join(COLUMNS)}.")
    return tuple((ours, theirs) for ours, _, theirs in pairs)


def _as_json(brought: "Brought") -> dict[str, object]:
    models = zip(brought.entries, brought.recordings, brought.answered, strict=True)
    return {
        "models": [
            {"entry": to_json(entry), "recording": to_json(recording), "answered": answered}
            for entry, recording, answered in models
        ],
        "pack": brought.pack.id,
        "pack_is_new": brought.pack_is_new,
        "probes": len(brought.pack.probes),
    }


def _lines(brought: "Brought") -> list[str]:
    files = {file.digest: file for item in brought.recordings for file in item.files}.values()
    lines = [_file_line(file.name, file.answers, file.left_out, file.bad) for file in files]
    pack, total = brought.pack, len(brought.pack.probes)
    for entry, recording, answered in zip(
        brought.entries, brought.recordings, brought.answered, strict=True
    ):
        lines.append(
            f"Model {entry.name}: {recording.answers} answers, recorded by a third party; "
            f"{answered} of {total} prompts of {pack.id}"
        )
        if not recording.family_declared:
            lines.append(f"  Its family is not known; say --family NAME if {entry.name} has one.")
    made = "made" if brought.pack_is_new else "was there, and stays as it is"
    lines.append(f"Pack {pack.id} {made}: {total} prompts, repeats: {pack.decoding.repeats}")
    if brought.pack_is_new and brought.prompts_dropped:
        lines.append(f"  There were more prompts; {total} of them were chosen by their digests.")
    if brought.prompts_too_long:
        lines.append(f"  {brought.prompts_too_long} answers are to prompts too long for a pack.")
    plan = f"workbench plan CASE --reference R --suspect S --control C --pack {pack.id}"
    return [*lines, f"Next: {plan}"]


def _file_line(name: str, answers: int, left_out: dict[str, int], bad: int) -> str:
    rest = [f"{count} left out ({reason})" for reason, count in left_out.items()]
    rest += [f"{bad} could not be read"] if bad else []
    return ", ".join([f"{name}: {answers} answers", *rest])
