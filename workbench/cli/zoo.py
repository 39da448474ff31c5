"""`workbench zoo`: small real models with known lineage, built here, shown, and scored."""

import importlib
import os
from types import ModuleType
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from workbench.cli.output import AsJson, case_folder, now, print_json, say
from workbench.errors import ModelError
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
    folder = case_folder(case or f"zoo-{size}")
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
