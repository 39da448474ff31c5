"""`workbench packs weigh`: which probes carry information, measured on recorded panels."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench.cli.output import AsJson, case_folder, print_json, say
from workbench.visible import visible_line

if TYPE_CHECKING:
    from workbench.packs.weights import PackWeights, ProbeWeight
    from workbench.records import Pack
    from workbench.weigh import Panel

WIDE = 160
LEGEND = (
    "gap: how much more alike a model's own answers are than those of two models; 0 tells nothing.",
    "agree: likeness of independent models. noise: 1 − likeness within one model.",
    "own, length, format: share of answers nearer to their own model's than to another's,",
    "  by meaning, by length alone, by format alone; 0.50 is chance.",
    "contrast: centred likeness of the derivative less the controls' mean, 95 % interval.",
    "per 100: that contrast in standard errors after 100 questions; ranks packs, is no evidence.",
)


def weigh(
    *,
    panel: Annotated[list[str], typer.Option(help="A recorded case; repeatable.")],
    pack: Annotated[
        list[str] | None, typer.Option(help="A pack id; all that the cases asked if left out.")
    ] = None,
    probes: Annotated[bool, typer.Option("--probes", help="List every probe.")] = False,
    keep: Annotated[
        bool, typer.Option(help="Keep the weights beside the packs, for `plan --budget`.")
    ] = True,
    root: Annotated[
        Path | None, typer.Option("--root", help="The folder of packs, if it is not probes/.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure on recorded panels how well each open probe tells models apart."""
    from workbench.packs.weights import write_weights
    from workbench.records import to_json
    from workbench.weigh import weigh_pack

    packs = _packs(pack, root)
    seen = _panel(panel, packs)
    packs = _weighable(seen, packs, named=bool(pack))
    found = []
    for item in packs:
        say(f"Weighing {item.id}")
        found.append(weigh_pack(seen, item))
        if keep:
            write_weights(found[-1], root)
    if as_json:
        print_json([to_json(weights) for weights in found])
        return
    _print_packs(found)
    if probes:
        for weights in found:
            _print_probes(weights)
    _explain(seen, kept=keep)


def _packs(ids: list[str] | None, root: Path | None) -> "list[Pack]":
    from workbench.packs import find_pack, load_packs

    return [find_pack(i, root) for i in ids] if ids else list(load_packs(root).values())


def _panel(cases: list[str], packs: "list[Pack]") -> "Panel":
    from workbench.cli.case import load_embedder
    from workbench.models.catalogue import load_catalogue
    from workbench.store import open_case
    from workbench.weigh import read_panel

    say("Reading the record")
    stores = [open_case(case_folder(case)) for case in dict.fromkeys(cases)]
    panel = read_panel(stores, packs, load_catalogue(), load_embedder)
    for run in panel.unfinished:
        say(f"{run} is left out: it does not hold every answer yet.")
    return panel


def _weighable(panel: "Panel", packs: "list[Pack]", *, named: bool) -> "list[Pack]":
    """Packs of which the panel was asked something; the others are told of if they were named."""
    from workbench.errors import PackError

    asked = [item for item in packs if any(probe.address in panel.asked for probe in item.probes)]
    for item in packs:
        if named and item not in asked:
            say(f"{item.id} is left out: these cases asked nothing of it in its present form.")
    if not asked:
        raise PackError("The panel", ["it was asked none of these packs in their present form"])
    return asked


def _print_packs(found: "list[PackWeights]") -> None:
    table = Table(box=None, pad_edge=False, title="Packs, the best separated first")
    for column in (
        "pack", "probes", "repeats", "gap", "agree", "noise", "own", "length", "format",
        "contrast", "controls below", "per 100",
    ):  # fmt: skip
        table.add_column(column, justify="left" if column == "pack" else "right")
    for weights in sorted(found, key=_separated, reverse=True):
        table.add_row(*(Text(visible_line(cell)) for cell in _pack_row(weights)))
    _wide().print(table)


def _wide() -> Console:
    return Console(width=None if Console().is_terminal else WIDE)


def _separated(weights: "PackWeights") -> float:
    values = [item.per_hundred for item in weights.separations if item.per_hundred is not None]
    return sum(values) / len(values) if values else float("-inf")


def _pack_row(weights: "PackWeights") -> tuple[str, ...]:
    first = next(iter(weights.separations), None)
    return (
        weights.pack,
        str(len(weights.probes)),
        str(weights.repeats),
        *_means(weights),
        "–" if first is None else f"{first.contrast:.3f} ({first.low:.3f} to {first.high:.3f})",
        "–" if first is None else f"{first.below} of {first.controls}",
        "–" if first is None or first.per_hundred is None else f"{first.per_hundred:.1f}",
    )


def _means(weights: "PackWeights") -> list[str]:
    fields = ("gap", "agreement", "noise", "discriminability", "length", "form")
    columns = [[getattr(weight, field) for weight in weights.probes] for field in fields]
    return [_mean([value for value in column if value is not None]) for column in columns]


def _mean(values: list[float]) -> str:
    return f"{sum(values) / len(values):.2f}" if values else "–"


def _print_probes(weights: "PackWeights") -> None:
    table = Table(box=None, pad_edge=False, title=visible_line(weights.pack))
    for column in ("probe", "models", "gap", "agree", "noise", "own", "length", "format"):
        table.add_column(column, justify="left" if column == "probe" else "right")
    for weight in sorted(weights.probes, key=lambda weight: -weight.gap):
        table.add_row(*_probe_row(weight))
    for missing in weights.unweighed:
        table.add_row(missing.key, "–", visible_line(missing.reason))
    _wide().print(table)


def _probe_row(weight: "ProbeWeight") -> tuple[str, ...]:
    values = (weight.gap, weight.agreement, weight.noise, weight.discriminability, weight.length)
    cells = ("–" if value is None else f"{value:.2f}" for value in (*values, weight.form))
    return (weight.key, str(weight.models), *cells)


def _explain(panel: "Panel", *, kept: bool) -> None:
    names = ", ".join(member.entry.name for member in panel.independent)
    pairs = ", ".join(
        f"{child.entry.name} of {parent.entry.name}" for parent, child in panel.derived
    )
    lines = (
        f"Independent: {names}. Derived: {pairs or 'none on this panel'}.",
        *LEGEND,
        "Sealed probes are never weighed." + (" The weights are kept beside the packs." * kept),
    )
    for line in lines:
        typer.echo(line)
