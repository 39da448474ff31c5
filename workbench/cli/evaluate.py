"""`workbench evaluate`: score labelled pairs from recorded answers, and say how well that works."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from workbench.cli.output import AsJson, case_folder, print_json, say
from workbench.records import Access
from workbench.store import open_case
from workbench.visible import visible_line

if TYPE_CHECKING:
    import pandas as pd

    from workbench.evaluate import Evaluated
    from workbench.evaluate.ablation import Line
    from workbench.evaluate.pairs import Embed
    from workbench.evaluate.summary import LabelRate
    from workbench.evidence.weighing import Calibration

WIDE = 140
FORM_WORDS = {"raw": "raw", "centred": "centred", "adjusted": "without length and layout"}


def evaluate(  # noqa: PLR0913 - the options of a command
    *,
    responses: Annotated[
        Path | None,
        typer.Option(help="model_id, prompt_id, response; source, sample_idx if there are."),
    ] = None,
    case: Annotated[
        str | None, typer.Option(help="A recorded case, in place of a file of responses.")
    ] = None,
    access: Annotated[
        Access, typer.Option(help="How much of a case: its texts, or distributions as well.")
    ] = "text",
    pairs: Annotated[
        Path | None,
        typer.Option(help="reference, suspect; source, label if there are. Of a case: all pairs."),
    ] = None,
    models: Annotated[
        Path,
        typer.Option(help="model_id, family; base_model, teachers, vendor … if they are known."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the scores go, as CSV.")],
    embed: Annotated[
        bool, typer.Option("--embed", help="Add sentence embeddings: slow on a CPU.")
    ] = False,
    cache: Annotated[
        Path | None, typer.Option(help="A folder that keeps embeddings between runs.")
    ] = None,
    calibration: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of a calibration; repeatable. All shipped ones if left out."),
    ] = None,
    controls: Annotated[
        int | None,
        typer.Option(min=2, help="Score each pair as a case with so many controls would."),
    ] = None,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Show every metric alone, as a Markdown table.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score pairs of models from recorded answers, and sum up how labels are told apart."""
    from workbench.evaluate import read_table
    from workbench.evaluate.protocols import write_protocols

    listed = read_table(models, "models")
    asked = read_table(pairs, "pairs").reset_index(drop=True) if pairs else None
    how = {
        "embed": _embeddings(cache) if embed else None,
        "embedder": _embedder() if embed else None,
        "calibrations": _calibrations(calibration),
        "controls": controls,
    }
    found = _scores(responses, case, access, asked, listed, how)
    write_table(found.table, output)
    write_protocols(found.protocols, output)
    say(f"Scores of {len(found.table)} pairs are in {output}.")
    result: dict[str, Any] = {"output": str(output), "pairs": len(found.table)}
    if "label" in found.table:
        result["summary"] = _sum_up(found.table, listed, shown=not as_json)
        if ablation:
            result["ablation"] = _ablation(found, shown=not as_json)
    if as_json:
        print_json(result)


def _scores(
    responses: Path | None,
    case: str | None,
    access: Access,
    pairs: "pd.DataFrame | None",
    models: "pd.DataFrame",
    how: dict[str, Any],
) -> "Evaluated":
    from workbench.evaluate import evaluate as score_pairs
    from workbench.evaluate import read_sources, read_table
    from workbench.evaluate.cases import evaluate_case

    if (responses is None) == (case is None):
        raise typer.BadParameter("Give either --responses or --case.")
    if case is not None:
        store = open_case(case_folder(case))
        return evaluate_case(store, models, access=access, pairs=pairs, report=say, **how)
    if responses is None or pairs is None or access != "text":
        raise typer.BadParameter("--responses needs --pairs, and holds texts only.")
    sources = read_sources(read_table(responses, "responses"), models)
    return score_pairs(sources, pairs, models, report=say, **how)


def _calibrations(folders: "list[Path] | None") -> "list[Calibration]":
    from workbench import calibrations

    return [calibrations.read(folder) for folder in folders or ()] or calibrations.library()


def _embeddings(cache: Path | None) -> "Embed":
    from workbench.cli.case import load_embedder
    from workbench.embed import EMBEDDED_DEFAULT
    from workbench.evaluate.embedded import Embeddings

    return Embeddings(lambda: load_embedder(EMBEDDED_DEFAULT), cache)


def _embedder() -> str:
    """What texts are embedded with, and how much of them."""
    from workbench.cli.case import load_embedder
    from workbench.embed import EMBEDDED_DEFAULT
    from workbench.evaluate.embedded import CUT

    return f"{load_embedder(EMBEDDED_DEFAULT).revision}, first {CUT} characters"


def write_table(table: "pd.DataFrame", output: Path) -> None:
    """Write scores as CSV.

    Raises:
        EvaluationError: If the file cannot be written.
    """
    from workbench.errors import EvaluationError

    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(output, index=False, float_format="%.6f")
    except OSError as error:
        raise EvaluationError(
            f"{output} cannot be written ({error.strerror}).", fix="Give another path with -o."
        ) from error


def _sum_up(table: "pd.DataFrame", models: "pd.DataFrame", *, shown: bool) -> dict[str, Any]:
    from workbench.evaluate.summary import pair_families, rates
    from workbench.records import QUESTIONS

    result: dict[str, Any] = {}
    for question in QUESTIONS:
        for form, column in (("without length and layout", "score"), ("with them", "raw")):
            usable = table[table[f"{question}_{column}"].notna() & table["label"].notna()]
            found = rates(
                usable[f"{question}_{column}"].to_numpy(dtype=float),
                usable["label"].to_numpy(dtype=str),
                pair_families(usable, models),
            )
            result[f"{question}_{column}"] = [_plain(rate) for rate in found]
            if shown:
                _show(f"{question}, {form}", question, found)
    return result


def _plain(rate: "LabelRate") -> dict[str, Any]:
    from dataclasses import asdict

    return {key: None if value != value else value for key, value in asdict(rate).items()}  # noqa: PLR0124 - NaN


def _show(title: str, question: str, found: "list[LabelRate]") -> None:
    from workbench.evaluate.summary import POSITIVES

    table = Table(box=None, pad_edge=False, title=title, title_justify="left")
    for column in ("label", "pairs", "AUC against unrelated", "called at 1 %"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for rate in found:
        mark = " *" if rate.label in POSITIVES[question] else ""  # type: ignore[index]
        table.add_row(
            visible_line(rate.label) + mark,
            str(rate.pairs),
            _with_limits(rate.auc, rate.low, rate.high),
            _with_limits(rate.called, rate.called_low, rate.called_high),
        )
    Console(width=None if Console().is_terminal else WIDE).print(table)


def _with_limits(value: float, low: float, high: float) -> str:
    return "–" if value != value else f"{value:.3f} ({low:.3f} to {high:.3f})"  # noqa: PLR0124 - NaN


def _ablation(found: "Evaluated", *, shown: bool) -> list[dict[str, Any]]:
    from workbench.evaluate.ablation import ablation

    lines = ablation(found)
    if shown:
        _print_markdown(lines)
    return [
        {"metric": line.metric, "form": line.form, "questions": line.questions} | line.areas
        for line in lines
    ]


def _print_markdown(lines: "list[Line]") -> None:
    columns = list(lines[0].areas) if lines else []
    rows = [
        ["metric", "goes into", "form", *columns],
        ["---"] * (3 + len(columns)),
        *(
            [line.metric, line.questions or "–", FORM_WORDS[line.form], *_cells(line)]
            for line in lines
        ),
    ]
    for row in rows:
        typer.echo(f"| {' | '.join(row)} |")


def _cells(line: "Line") -> list[str]:
    return ["–" if v != v else f"{v:.3f}" for v in line.areas.values()]  # noqa: PLR0124 - NaN
