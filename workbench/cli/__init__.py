"""The command line: parse, call, print. One module per command group."""

import os
import sys

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
if not sys.stderr.isatty():
    os.environ.setdefault("TQDM_DISABLE", "1")  # bars of other libraries would fill a log file

import typer

from workbench.cli import (
    attribute,
    bring,
    calibrate,
    case,
    copying,
    custody,
    demo,
    evaluate,
    export,
    models,
    packs,
    plan,
    ui,
    zoo,
)
from workbench.errors import WorkbenchError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Model fingerprinting forensics: is this model derived from that one?",
)
app.command()(demo.demo)
app.command()(ui.ui)
app.add_typer(models.app, name="models")
app.add_typer(packs.app, name="packs")
app.add_typer(zoo.app, name="zoo")
app.command("import")(bring.import_answers)
for command in (plan.plan, case.run, case.compare, case.report, export.export):
    app.command()(command)
app.command()(evaluate.evaluate)
app.command()(calibrate.calibrate)
app.command()(attribute.attribute)
app.command()(custody.verify)
app.command()(custody.anchor)
app.command()(custody.rebuild)
app.command()(copying.copy)


def main() -> None:
    """Run a command; an error a user can cause is two sentences on stderr and exit code 1."""
    try:
        app()
    except WorkbenchError as error:
        sys.stderr.write(f"{error.what}\n{error.fix}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write(
            "Stopped.\nRun the same command again to go on; what is recorded is kept.\n"
        )
        sys.exit(1)
