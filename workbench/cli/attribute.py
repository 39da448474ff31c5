"""`workbench attribute`: which of several references fit each suspect of a table of scores."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.output import AsJson, print_json, say
from workbench.visible import visible_line

if TYPE_CHECKING:
    from workbench.evaluate.accounts import Accounts
    from workbench.evidence.attribution import Account


def attribute(
    scores: Annotated[
        Path, typer.Argument(help="Scores as `workbench evaluate` writes them, as CSV.")
    ],
    *,
    calibration: Annotated[Path, typer.Option(help="Folder of a calibration of that protocol.")],
    question: Annotated[str, typer.Option(help="weights or outputs.")] = "weights",
    coverage: Annotated[
        float, typer.Option(help="Least chance that the true account is in a set, 0 to 1.")
    ] = 0.8,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where the sets go, as CSV.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which references a suspect may come from, "none of these" among the accounts."""
    from workbench import calibrations
    from workbench.evaluate import read_table
    from workbench.evaluate.accounts import accounts
    from workbench.evaluate.protocols import read_protocols
    from workbench.records import QUESTIONS

    if question not in QUESTIONS:
        raise typer.BadParameter(f"--question is one of {', '.join(QUESTIONS)}.")
    if not 0 < coverage < 1:
        raise typer.BadParameter("--coverage lies between 0 and 1, both left out.")
    found = accounts(
        read_table(scores, "pairs"),
        question,
        calibrations.read(calibration),
        read_protocols(scores),
        alpha=1 - coverage,
    )
    rows = [_row(one, account) for one in found for account in one.attribution.accounts]
    if output is not None:
        _write(rows, output)
        say(f"Sets of {len(found)} suspects are in {output}.")
    if as_json:
        print_json([_plain(one) for one in found])
    elif output is None:
        _print(found, coverage)


def _row(one: "Accounts", account: "Account") -> dict[str, object]:
    """One line of the table of sets: one account of one suspect."""
    return {
        "source": one.source,
        "suspect": one.suspect,
        "account": account.name,
        "kept": int(account.kept),
        "p": account.p if isinstance(account.p, float) else None,
        "reason": "" if isinstance(account.p, float) else account.p.reason,
        "coverage": one.attribution.coverage,
        "set_aside": "|".join(one.set_aside),
    }


def _plain(one: "Accounts") -> dict[str, Any]:
    rows = [_row(one, account) for account in one.attribution.accounts]
    shown = ("account", "kept", "p", "reason")
    return {
        "source": one.source,
        "suspect": one.suspect,
        "coverage": one.attribution.coverage,
        "set": list(one.attribution.fitting),
        "accounts": [{key: row[key] for key in shown} for row in rows],
        "set_aside": list(one.set_aside),
    }


def _write(rows: list[dict[str, object]], output: Path) -> None:
    import pandas as pd

    from workbench.errors import EvaluationError

    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(rows).to_csv(output, index=False, float_format="%.6f")
    except OSError as error:
        raise EvaluationError(
            f"{output} cannot be written ({error.strerror}).", fix="Give another path with -o."
        ) from error


def _print(found: "list[Accounts]", coverage: float) -> None:
    for one in found:
        fitting = ", ".join(one.attribution.fitting) or "no account that was offered"
        typer.echo(visible_line(f"{one.suspect} ({one.source}): {fitting}"))
        for account in one.attribution.accounts:
            p = account.p
            shown = f"p = {p:.3f}" if isinstance(p, float) else f"not tested: {p.reason}"
            mark = "kept" if account.kept else "left out"
            typer.echo(visible_line(f"  {account.name}: {shown}, {mark}"))
        if one.set_aside:
            typer.echo(visible_line(f"  set aside: {', '.join(one.set_aside)}"))
    typer.echo(
        f"Over suspects like those of the calibration, a set holds the true account in at least "
        f"{coverage:.0%} of cases; it says nothing of who came first."
    )
