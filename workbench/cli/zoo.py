"""`workbench zoo`: small real models with known lineage, built here, shown, and scored."""

import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from workbench.cli.evaluate import write_table
from workbench.cli.output import AsJson, case_folder, now, print_json, say
from workbench.errors import ModelError
from workbench.records import Access
from workbench.store import open_case
from workbench.visible import visible_line

app = typer.Typer(
    no_args_is_help=True,
    help="Small real models with known lineage: the ground truth of error rates.",
)
Size = Annotated[str, typer.Option(help="tiny, small or full.")]


@app.command()
def build(
    *,
    size: Size = "small",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Models made at a time; one a core if left out.")
    ] = None,
    case: Annotated[
        str | None, typer.Option(help="Case to plan for it; zoo-SIZE if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make every model that is not made yet, and plan the case that asks them all."""
    zoo = _zoo("build")
    recorded = zoo.build(size, jobs=jobs or os.cpu_count() or 1, say=say)
    say(f"Record {recorded.digest}")
    folder = case_folder(case or f"zoo-{size}", own=True)
    store = _zoo("asking").plan_zoo(recorded, folder, now(), say)
    if as_json:
        print_json({"zoo": recorded.digest, "case": str(store.folder)})
        return
    typer.echo(f"Next: workbench run {store.name}, then workbench zoo evaluate --size {size}")


@app.command()
def show(*, size: Size = "small", as_json: AsJson = False) -> None:
    """Print who descends from whom, and write the same as a picture."""
    record, draw = _zoo("record"), _zoo("draw")
    recorded = record.read_record(size)
    picture = record.zoo_folder(size) / "lineage.svg"
    picture.write_text(draw.as_svg(recorded), encoding="utf-8")
    if as_json:
        print_json(record.plain(recorded))
        return
    for line in draw.as_text(recorded):
        Console(soft_wrap=True).print(Text(visible_line(line)))
    typer.echo(f"{len(recorded.members)} members; picture: {picture}")


@app.command()
def evaluate(
    *,
    size: Size = "small",
    case: Annotated[str | None, typer.Option(help="The zoo's case; zoo-SIZE if left out.")] = None,
    access: Annotated[
        Access, typer.Option(help="What is scored: texts, or distributions as well.")
    ] = "text",
    controls: Annotated[
        int | None,
        typer.Option(min=2, help="Score each pair as a case with so many controls would."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where the scores go, as CSV; beside the record."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score every related pair and many unrelated ones, and say how each relation is told apart."""
    from workbench.evaluate.protocols import write_protocols

    record, scoring = _zoo("record"), _zoo("scoring")
    recorded = record.read_record(size)
    store = open_case(case_folder(case or f"zoo-{size}"))
    scored = scoring.score_zoo(recorded, store, access, controls, say)
    name = access if controls is None else f"{access}-{controls}"
    path = output or record.zoo_folder(size) / f"scores-{name}.csv"
    write_table(scored.table, path)
    write_protocols(scored.protocols, path)
    say(f"Scores of {len(scored.table)} pairs are in {path}.")
    found = scoring.rate_all(scored.table, scoring.SCORES)
    if as_json:
        print_json({"output": str(path), "rates": scoring.plain(found)})
        return
    for line in scoring.as_markdown(found):
        typer.echo(line)
    typer.echo(f"\nNext: workbench calibrate {path} -o data/calibration/zoo-{size}-{name}")


def _zoo(part: str) -> ModuleType:
    """A part of the zoo, which stands beside the program and is not installed with it.

    Raises:
        ModelError: If it is not there.
    """
    try:
        return importlib.import_module(f"benchmarks.zoo.{part}")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("benchmarks"):
            raise
        raise ModelError(
            "The zoo is not part of an installed program.",
            fix="Run this from a checkout of the project, where benchmarks/ is.",
        ) from error
