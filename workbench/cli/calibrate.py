"""`workbench calibrate`: labelled scores → a calibration with measured error rates."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from workbench.cli.output import AsJson, print_json, say
from workbench.errors import CalibrationError
from workbench.records import to_json
from workbench.visible import visible_line

if TYPE_CHECKING:
    import pandas as pd

    from workbench.evaluate.protocols import Protocols
    from workbench.records import (
        CalibrationFigures,
        ErrorRate,
        Figure,
        Level,
        Question,
        SystemFigures,
    )

WIDE = 140


def calibrate(
    scores: Annotated[
        Path, typer.Argument(help="Labelled scores as `workbench evaluate` writes them, as CSV.")
    ],
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder of the calibration.")
    ] = None,
    title: Annotated[str, typer.Option(help="What it was made from.")] = "",
    source: Annotated[
        str | None, typer.Option(help="Which source of the table, if there are several.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="SCORES is a calibration's folder: compute it again.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables as Markdown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure what scores are worth, every pair judged without its own families."""
    from workbench import calibrations

    if check:
        _check(scores, as_json=as_json)
        return
    if output is None:
        raise typer.BadParameter("Name the folder of the calibration with -o.")
    table, protocols = _read(scores, source)
    figures, kept = calibrations.make(
        table, name=output.name, title=title or f"Scores of {scores.name}", protocols=protocols
    )
    calibrations.write(kept, output)
    if as_json:
        print_json({"output": str(output), **to_json(figures)})
    elif markdown:
        _print_markdown(figures)
    else:
        _print_tables(figures)
    if not protocols:
        say("No file beside the scores says how they were made, so this calibration fits no case.")
    say(f"Calibration {figures.name} is in {output}.")


def _read(scores: Path, source: str | None) -> "tuple[pd.DataFrame, Protocols]":
    from workbench.evaluate import read_table
    from workbench.evaluate.material import ONE_SOURCE
    from workbench.evaluate.protocols import read_protocols

    table, stated = read_table(scores, "pairs"), read_protocols(scores)
    if "source" not in table:
        table["source"] = next(iter(stated)) if len(stated) == 1 else ONE_SOURCE
    sources = table["source"].fillna(ONE_SOURCE).astype(str)
    chosen = _one_of(sorted(set(sources)), source, scores.name)
    return table[sources == chosen], stated.get(chosen, {})


def _one_of(names: list[str], source: str | None, file: str) -> str:
    if source in names:
        return source
    if source is None and len(names) == 1:
        return names[0]
    listed = visible_line(", ".join(names))
    if source is None:
        raise CalibrationError(
            f"{file} holds scores of {len(names)} sources, and each is a protocol of its own.",
            fix=f"Choose one with --source: {listed}.",
        )
    raise CalibrationError(
        f"{file} holds no scores of source {source}.", fix=f"Choose one of these: {listed}."
    )


def _check(folder: Path, *, as_json: bool) -> None:
    from workbench import calibrations

    found = calibrations.check(folder)
    if as_json:
        print_json({"folder": str(folder), "differences": found})
    if found:
        raise CalibrationError(
            f"{len(found)} figures of {folder.name} come out otherwise: {'; '.join(found[:5])}.",
            fix="Make the calibration anew with `workbench calibrate`.",
        )
    if not as_json:
        typer.echo(f"Every figure of {folder.name} comes out the same.")


SYSTEM_COLUMNS = (
    "question",
    "alternative",
    "derivatives (recipes)",
    "others (families)",
    "Cllr",
    "Cllr_min",
    "loss",
    "bounds",
    "P(LR ≥ 2 | other)",
    "P(LR ≥ 5 | other)",
    "P(LR ≥ 10 | other)",
)
ERROR_COLUMNS = (
    "question",
    "pairs known as",
    "pairs",
    "level or beyond",
    "reached",
    "neither way",
    "families reached",
    "95 % limit",
)


def _system_rows(figures: "CalibrationFigures") -> list[list[str]]:
    rows = [_system_row(one) for one in figures.systems]
    for question, loss in figures.headline.items():
        rows.append([question, "smallest of all", "", "", _figure(loss), *[""] * 6])
    return rows


def _system_row(one: "SystemFigures") -> list[str]:
    counted = [
        one.question,
        one.alternative,
        f"{one.derived_pairs} ({one.derived_units})",
        f"{one.other_pairs} ({one.other_families})",
    ]
    if one.cllr is None or one.least is None or one.most is None:
        return [*counted, "not tested", *[""] * 6]
    return [
        *counted,
        _figure(one.cllr),
        f"{one.cllr_min:.3f}",
        f"{one.cllr_cal:.3f}",
        f"1/{10**-one.least:.2g} to {10**one.most:.2g}",
        *(f"{_figure(item.share)}, {item.pairs} pairs" for item in one.exceeding),
    ]


def _error_rows(figures: "CalibrationFigures") -> list[list[str]]:
    """Counts at the levels that the bounds allow to be reached at all."""
    return [
        [question, *_error_row(rate)]
        for question, rates in figures.errors.items()
        for rate in rates
        if _within(figures, question, rate.level)
    ]


def _within(figures: "CalibrationFigures", question: "Question", level: "Level") -> bool:
    from workbench.evidence.levels import reachable, reaches

    independent = figures.system(question, "independent")
    return any(reaches(one, level) for one in reachable(independent))


def _notes(figures: "CalibrationFigures") -> list[str]:
    """What the tables leave open."""
    untested = [
        f"{one.question} against {one.alternative}: not tested, because {one.reason}."
        for one in figures.systems
        if one.cllr is None
    ]
    from workbench.evidence.levels import reachable

    limits = [
        f"{one.question}: the bounds allow no more than {' or '.join(reachable(one))}."
        for one in figures.systems
        if one.alternative == "independent" and one.cllr is not None
    ]
    gates = [
        f"{gate.question}, {gate.name}: {'passed' if gate.passed else 'FAILED'} ({gate.words})."
        for gate in figures.gates
    ]
    return [*limits, *untested, *gates]


def _error_row(rate: "ErrorRate") -> list[str]:
    return [
        visible_line(rate.label),
        str(rate.pairs),
        rate.level,
        str(rate.events),
        str(rate.inconclusive),
        f"{rate.families_reaching} of {rate.families}",
        f"{rate.upper:.1%}",
    ]


def _figure(figure: "Figure") -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _print_tables(figures: "CalibrationFigures") -> None:
    console = Console(width=None if Console().is_terminal else WIDE)
    for columns, rows in (
        (SYSTEM_COLUMNS, _system_rows(figures)),
        (ERROR_COLUMNS, _error_rows(figures)),
    ):
        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for note in _notes(figures):
        typer.echo(note)


def _print_markdown(figures: "CalibrationFigures") -> None:
    for columns, rows in (
        (SYSTEM_COLUMNS, _system_rows(figures)),
        (ERROR_COLUMNS, _error_rows(figures)),
    ):
        for row in (list(columns), ["---"] * len(columns), *rows):
            typer.echo("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |")
        typer.echo()
    for note in _notes(figures):
        typer.echo(f"- {note}")
