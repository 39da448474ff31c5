"""`workbench run | compare | report | verify | rebuild`: one case, step by step."""

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.output import AsJson, CaseName, case_folder, collecting, now, print_json, say
from workbench.errors import CaseError, CustodyError
from workbench.records import Comparison, EvidenceLine, NoScore, Score, to_json
from workbench.store import CaseStore, open_case

if TYPE_CHECKING:
    from workbench.backends import Budget
    from workbench.embed import Embedder
    from workbench.verify import Check

Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]


def run(
    case: CaseName,
    *,
    device: Device = "auto",
    max_queries: Annotated[
        int | None,
        typer.Option(min=1, help="Most requests to endpoints in this call, retries included."),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(min=0, help="Most money for endpoints in this call, in their currency."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every model what the plan says; goes on where it was stopped."""
    from workbench.backends import Budget

    store = open_case(case_folder(case))
    budget = Budget(max_queries, max_cost)
    try:
        ask_everyone(store, device, budget)
    finally:
        _say_spent(budget)
    counts = store.outcomes()
    if as_json:
        print_json(counts.to_dict("records"))
        return
    for run_id, rows in counts.groupby("run_id"):
        outcomes = ", ".join(f"{row.n} {row.outcome}" for row in rows.itertuples())
        typer.echo(f"{run_id}: {outcomes}")
    typer.echo(f"Next: workbench compare {case}")


def _say_spent(budget: "Budget") -> None:
    if budget.sent:
        cost = "unknown" if budget.unknown else f"at most {budget.spent:.6g}"
        say(f"Requests to endpoints: {budget.sent}; cost: {cost}")


def ask_everyone(store: CaseStore, device: str, budget: "Budget | None" = None) -> None:
    """Collect every run of the plan, once every model's weights or key are known to be here."""
    from workbench.backends import check_prices
    from workbench.collect import check_ready, collect, open_backend
    from workbench.device import choose_device
    from workbench.models.catalogue import find_model

    chosen = choose_device(device)
    entries = [(role, find_model(name)) for role, name in store.plan().models]
    if budget is not None:
        check_prices([entry for _, entry in entries], budget)
    for _, entry in entries:
        check_ready(entry)
    with collecting() as progress:
        for role, entry in entries:
            collect(
                store,
                role,
                entry,
                lambda entry=entry: open_backend(entry, chosen, budget),  # type: ignore[misc]
                clock=now,
                progress=progress,
            )


def compare(case: CaseName, *, as_json: AsJson = False) -> None:
    """Compute scores, rank them against the controls, and conclude."""
    comparisons = compare_all(open_case(case_folder(case)))
    if as_json:
        print_json([{**to_json(item), "digest": item.digest} for item in comparisons])
        return
    for item in comparisons:
        _print_comparison(item)


def compare_all(store: CaseStore) -> tuple[Comparison, ...]:
    """Compare every suspect of a case, keeping what is new."""
    from workbench.compare import compare_case

    return compare_case(store, load_embedder, say)


@cache
def load_embedder(name: str) -> "Embedder":
    """Open a sentence encoder on the CPU, where embeddings come out alike everywhere."""
    from workbench.device import choose_device
    from workbench.embed import Embedder

    return Embedder(name, choose_device("cpu"))


def _print_comparison(comparison: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{comparison.suspect} beside the controls, seen from {comparison.reference}"
    )
    for column in ("metric", "model", "raw", "centred (higher is more alike)", "rank"):
        table.add_column(column)
    for line in comparison.lines:
        for row in _rows(line):
            table.add_row(*row)
        table.add_section()
    Console().print(table)
    typer.echo(comparison.verdict.wording)
    for reason in comparison.verdict.reasons:
        typer.echo(f"  {reason}")


def _rows(line: EvidenceLine) -> list[tuple[str, ...]]:
    rank = "not ranked" if line.rank_p is None else f"p = {line.rank_p:.2f}"
    pairs = (line.suspect, *line.controls)
    return [
        (
            line.title if number == 0 else "",
            f"{pair.model} ({pair.role})",
            _number(pair.raw),
            _number(pair.centred),
            rank if number == 0 else "",
        )
        for number, pair in enumerate(pairs)
    ]


def _number(score: Score | NoScore) -> str:
    if isinstance(score, NoScore):
        return score.reason
    return f"{score.value:.3f} ({score.low:.3f} to {score.high:.3f})"


def report(
    case: CaseName,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The PDF to write.")] = Path(
        "evidence.pdf"
    ),
    suspect: Annotated[
        str | None, typer.Option(help="Which suspect, if there are several.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the evidence PDF of one suspect."""
    path = write_report(open_case(case_folder(case)), suspect, output)
    if as_json:
        print_json({"path": str(path)})
        return
    typer.echo(f"Wrote {path}")


def write_report(store: CaseStore, suspect: str | None, output: Path) -> Path:
    """Write the report on one suspect of a case.

    Raises:
        CaseError: If the case was not compared, or the suspect must be named.
    """
    from workbench.report import build_document, write_pdf
    from workbench.store.views import served

    found = {item.suspect: item for item in store.comparisons()}
    if not found:
        raise CaseError(
            f"Case {store.name!r} was not compared yet.",
            fix=f"Run `workbench compare {store.name}` first.",
        )
    if suspect is None and len(found) > 1:
        raise CaseError(
            f"Case {store.name!r} has {len(found)} suspects.",
            fix=f"Name one with --suspect: {', '.join(found)}.",
        )
    chosen = suspect or next(iter(found))
    if chosen not in found:
        raise CaseError(
            f"{chosen!r} is no suspect of case {store.name!r}.", fix=f"Use {', '.join(found)}."
        )
    comparison = found[chosen]
    document = build_document(comparison, store.plan(), store.runs(), store.packs(), served(store))
    return write_pdf(document, output)


def verify(case: CaseName, *, as_json: AsJson = False) -> None:
    """Recompute the chain, every digest and every number; name the first that differs."""
    from workbench.verify import verify_case

    store = open_case(case_folder(case))
    checks = []
    for check in verify_case(store, load_embedder, say):
        checks.append(check)
        if not as_json:
            _print_check(check)
    if as_json:
        print_json([_check_json(check) for check in checks])
    if not all(check.passed for check in checks):
        problems = [problem for check in checks for problem in check.problems]
        raise CustodyError(
            f"Case {store.name!r} does not verify: {problems[0]}",
            fix="Compare it with a copy whose heads stand in a report; do not rely on it as it is.",
        )


def _print_check(check: "Check") -> None:
    typer.echo(f"{'same     ' if check.passed else 'DIFFERENT'}  {check.title}: {check.detail}")
    for problem in check.problems:
        typer.echo(f"           {problem}")


def _check_json(check: "Check") -> dict[str, Any]:
    return {
        "title": check.title,
        "passed": check.passed,
        "detail": check.detail,
        "problems": list(check.problems),
    }


def rebuild(case: CaseName, *, as_json: AsJson = False) -> None:
    """Make case.duckdb again from the journals."""
    store = CaseStore(open_case(case_folder(case)).folder)
    store.rebuild()
    if as_json:
        print_json({"database": str(store.database)})
        return
    sys.stdout.write(f"Rebuilt {store.database} from {len(store.journals())} journals.\n")
