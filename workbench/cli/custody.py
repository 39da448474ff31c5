"""`workbench verify | rebuild | anchor`: whether the record of a case still is what it was."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.case import load_embedder
from workbench.cli.output import AsJson, CaseName, case_folder, now, print_json, say
from workbench.errors import CustodyError
from workbench.records import to_json
from workbench.store import CaseStore, open_case
from workbench.visible import visible_line

if TYPE_CHECKING:
    from workbench.custody import Check


CaseOrPdf = Annotated[
    str,
    typer.Argument(
        metavar="CASE|PDF", help="Name or folder of a case, or a report: a path that ends in .pdf."
    ),
]


def verify(case: CaseOrPdf, *, as_json: AsJson = False) -> None:
    """Recompute the chain, every digest and every number, of a case or of a report by itself."""
    from workbench.verify import verify_case, verify_pdf

    checks = []
    if case.lower().endswith(".pdf"):
        what, fix = f"The report {Path(case).name}", "Ask for another copy of it, or for the case."
        found = verify_pdf(Path(case), load_embedder, say)
    else:
        store = open_case(case_folder(case))
        what = f"Case {store.name!r}"
        fix = "Compare it with a copy whose heads stand in a report; do not rely on it as it is."
        found = verify_case(store, load_embedder, say)
    for check in found:
        checks.append(check)
        if not as_json:
            _print_check(check)
    if as_json:
        print_json([_check_json(check) for check in checks])
    if not all(check.passed for check in checks):
        problems = [problem for check in checks for problem in check.problems]
        raise CustodyError(f"{what} does not verify: {problems[0]}", fix=fix)


def _print_check(check: "Check") -> None:
    outcome = "DIFFERENT" if check.problems else "in part" if check.unchecked else "same"
    typer.echo(f"{outcome:9}  {check.title}: {check.detail}")
    for problem in check.problems:
        typer.echo(f"           {problem}")
    for sentence in check.unchecked:
        typer.echo(f"           not computed again: {sentence}")


def _check_json(check: "Check") -> dict[str, Any]:
    return {
        "title": check.title,
        "passed": check.passed,
        "detail": check.detail,
        "problems": list(check.problems),
        "unchecked": list(check.unchecked),
    }


def rebuild(case: CaseName, *, as_json: AsJson = False) -> None:
    """Make case.duckdb again from the journals."""
    store = CaseStore(open_case(case_folder(case)).folder)
    store.rebuild()
    if as_json:
        print_json({"database": str(store.database)})
        return
    sys.stdout.write(f"Rebuilt {store.database} from {len(store.journals())} journals.\n")


def anchor(
    case: CaseName,
    *,
    tsa: Annotated[
        str,
        typer.Option(envvar="WORKBENCH_TSA", help="Address of a time-stamping server (RFC 3161)."),
    ],
    as_json: AsJson = False,
) -> None:
    """Have a time-stamping server witness the head of the case journal; sends nothing but a digest."""
    from workbench.anchor import anchor_case, server

    made = anchor_case(open_case(case_folder(case)), server(tsa), tsa, now())
    if as_json:
        print_json(to_json(made))
        return
    typer.echo(f"Head {made.head} ({made.records} records)")
    typer.echo(
        f"existed at {made.stated_at:%Y-%m-%d %H:%M:%S} UTC, says {visible_line(made.authority)}"
    )
