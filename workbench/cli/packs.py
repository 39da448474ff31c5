"""`workbench packs`: list, show, try, check, start and weigh probe packs."""

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.asked import asked_versions
from workbench.cli.output import AsJson, print_json
from workbench.cli.weigh import weigh
from workbench.visible import visible_line, visible_token

if TYPE_CHECKING:
    from workbench.packs import CheckedFile
    from workbench.packs.weights import PackWeights
    from workbench.records import Pack

app = typer.Typer(no_args_is_help=True, help="List, show, try, check, start and weigh probe packs.")
app.command()(weigh)

Root = Annotated[
    Path | None, typer.Option("--root", help="The folder of packs, if it is not probes/.")
]
Sealed = Annotated[
    bool, typer.Option("--sealed", help="Show the sealed probes too; that opens them for you.")
]


@app.command("list")
def list_packs(*, root: Root = None, as_json: AsJson = False) -> None:
    """List every pack, imported ones last: id, version, how it asks, how many questions it is."""
    from workbench.packs import imported_ids, load_packs, read_imported

    packs = list(load_packs(root).values())
    if root is None:
        packs += [read_imported(pack_id) for pack_id in imported_ids()]
    if as_json:
        print_json([_summary(pack) for pack in packs])
        return
    width = max((len(pack.id) for pack in packs), default=0)
    for pack in packs:
        size = f"{len(pack.probes)} probes, {pack.decoding.repeats} each"
        counted = "" if pack.weak is None else " (weak: never counted)"
        line = f"{pack.id:{width}}  v{pack.version}  {pack.kind:10}  {pack.access:6}  {size:19}"
        typer.echo(f"{line}  {pack.title}{counted}")


@app.command()
def show(
    pack_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    sealed: Sealed = False,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Show one pack: why it asks, what it asks, and what else could explain the answers."""
    from workbench.packs import find_pack, part_of
    from workbench.packs.weights import read_weights
    from workbench.records import to_json

    pack = find_pack(pack_id, root)
    shown = part_of(pack, "all" if sealed else "open")
    hidden = len(pack.probes) - len(shown.probes)
    if as_json:
        print_json({**to_json(shown), "digest": pack.digest, "sealed_not_shown": hidden})
        return
    typer.echo(_as_text(shown, pack.digest))
    typer.echo(f"\n{_weighed(read_weights(pack, root))}")
    if hidden:
        typer.echo(f"Sealed and not shown: {hidden} of {len(pack.probes)} probes.")


@app.command("try")
def try_pack(
    pack_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    model: Annotated[str, typer.Option(help="A model that is on this machine.")],
    repeats: Annotated[int, typer.Option(min=1, max=20, help="Samples per probe.")] = 1,
    sealed: Sealed = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Put a pack to one model and show what comes back; nothing is recorded."""
    from workbench.collect import open_backend, questions
    from workbench.device import choose_device
    from workbench.models.catalogue import find_model
    from workbench.packs import find_pack, part_of

    pack = part_of(find_pack(pack_id, root), "all" if sealed else "open")
    pack = replace(pack, decoding=replace(pack.decoding, repeats=repeats))
    backend = open_backend(find_model(model), choose_device(device))
    prompts = {probe.address: probe.prompt for probe in pack.probes}
    shown = []
    for question, reply in backend.ask(list(questions(0, [pack], "suspect", model))):
        best = [
            list(pair)
            for top in reply.top[:1]
            for pair in zip(top.tokens, top.logprobs, strict=True)
        ]
        answer = {"probe": question.address, "outcome": reply.outcome, "text": reply.text}
        shown.append({**answer, "note": reply.note, "top": best[:5]})
        if not as_json:
            typer.echo(_answer(prompts[question.address], shown[-1]))
    if as_json:
        print_json(shown)


def _answer(prompt: str, answer: dict[str, Any]) -> str:
    head = f"{answer['probe']}  ({answer['outcome']})\n  > {visible_line(prompt)}"
    if answer["top"]:
        tokens = (
            f"{visible_token(token)} {math.exp(logprob):.2f}" for token, logprob in answer["top"]
        )
        return f"{head}\n  next: {'  '.join(tokens)}"
    return f"{head}\n    {visible_line(answer['text'] or answer['note'] or '')}"


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...")] = None,
    *,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Check files or folders, all packs if none is given; list every problem at once."""
    from workbench.packs import check_paths
    from workbench.paths import probes_folder

    folder = root or probes_folder()
    checked = check_paths(paths or [folder], folder, asked_versions(root))
    if as_json:
        print_json([_checked_json(file) for file in checked])
    else:
        _print_checked(checked)
    if not checked or any(file.problems for file in checked):
        raise typer.Exit(1)


@app.command()
def new(
    pack_id: Annotated[str, typer.Argument(metavar="FAMILY/NAME")],
    *,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Write a commented skeleton to fill in."""
    from workbench.packs import new_pack

    file = new_pack(pack_id, root)
    if as_json:
        print_json({"id": pack_id, "file": str(file)})
        return
    typer.echo(f"{file}\nReplace every TODO, then run: workbench packs check {file}")


def _summary(pack: "Pack") -> dict[str, Any]:
    from workbench.packs import sealed_addresses

    return {
        "id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "kind": pack.kind,
        "template": pack.template,
        "access": pack.access,
        "weak": pack.weak,
        "probes": len(pack.probes),
        "sealed": len(sealed_addresses(pack)),
        "repeats": pack.decoding.repeats,
        "digest": pack.digest,
    }


def _weighed(weights: "PackWeights | None") -> str:
    if weights is None:
        return "Never weighed in this version; see `workbench packs weigh`."
    mean = sum(weight.gap for weight in weights.probes) / max(len(weights.probes), 1)
    return f"Weighed on {len(weights.models)} independent models: mean gap {mean:.2f}."


def _as_text(pack: "Pack", digest: str) -> str:
    decoding = pack.decoding
    sampled = (
        f"temperature {decoding.temperature:g}, {decoding.max_tokens} tokens at most, "
        f"{decoding.repeats} repeats"
    )
    lines = [
        f"{pack.id}  version {pack.version}",
        pack.title,
        "",
        f"why      {pack.rationale}",
        f"source   {pack.source}",
        f"authors  {', '.join(pack.authors)}",
        f"asks     {pack.kind}, {pack.template}"
        + (f": {sampled}" if pack.kind == "generate" else ""),
        f"access   {pack.access}",
        f"metrics  {', '.join(pack.metrics) or 'every one that can take it'}",
        f"counts   {'yes' if pack.weak is None else f'no: {pack.weak}'}",
        f"digest   {digest}",
        "",
        "What else makes models answer alike:",
        *(f"- {confounder}" for confounder in pack.confounders),
        "",
        *(f"#{probe.key} [{probe.language}]  {probe.prompt}" for probe in pack.probes),
    ]
    return "\n".join(lines)


def _checked_json(file: "CheckedFile") -> dict[str, Any]:
    problems = [{"line": problem.line, "text": problem.text} for problem in file.problems]
    return {"file": file.name, "probes": file.probes, "ok": not problems, "problems": problems}


def _print_checked(checked: "list[CheckedFile]") -> None:
    if not checked:
        typer.echo("There is no pack file in this place.", err=True)
    for file in checked:
        if not file.problems:
            typer.echo(f"ok  {file.name}  ({file.probes} probes)")
            continue
        count = len(file.problems)
        typer.echo(f"{file.name} has {count} problem{'s' if count > 1 else ''}:", err=True)
        for problem in file.problems:
            typer.echo(f"  {problem}", err=True)
