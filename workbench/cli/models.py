"""`workbench models`: list, fetch, check and derive models."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench.cli.output import AsJson, print_json, say
from workbench.visible import visible_line

if TYPE_CHECKING:
    from workbench.models.inspect import Inspection
    from workbench.records import Endpoint, ModelEntry

app = typer.Typer(no_args_is_help=True, help="List, fetch, check and derive models.")

WHERE = {"http": "endpoint", "replay": "recorded"}
"""Backend → where a model is whose weights cannot be here."""

Name = Annotated[str | None, typer.Option(help="What to call it here.")]


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """List every known model: are its weights here, is it an endpoint, did others record it?"""
    from workbench.models.catalogue import load_catalogue
    from workbench.models.places import is_here

    rows = [(entry, is_here(entry)) for entry in load_catalogue().values()]
    if as_json:
        print_json([{**_entry_json(e), "here": _here_json(e, here)} for e, here in rows])
        return
    table = Table("name", "family", "licence", "here", "title", box=None, pad_edge=False)
    for entry, here in rows:
        where = WHERE.get(entry.backend, "yes" if here else "no")
        cells = (entry.name, entry.family, entry.licence, where, entry.title)
        table.add_row(*(Text(visible_line(cell)) for cell in cells))
    Console(width=None if Console().is_terminal else 160).print(table)


@app.command()
def fetch(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="Known names, hf:ORG/NAME@REVISION or folder:PATH."),
    ],
    *,
    name: Name = None,
    family: Annotated[
        str | None, typer.Option(help="Family of an hf: or folder: model: who shares its weights.")
    ] = None,
    licence: Annotated[
        str, typer.Option(help="Licence of an hf: or folder: model.")
    ] = "not stated",
    as_json: AsJson = False,
) -> None:
    """Bring weights to this machine: download, check against the pinned digest, convert once."""
    from workbench.models.fetch import fetch as fetch_model
    from workbench.models.fetch import wanted

    if name and len(names) > 1:
        raise typer.BadParameter("--name names one model; fetch one at a time.")
    entries = [wanted(spelled, name=name, family=family, licence=licence) for spelled in names]
    folders = {entry.name: str(fetch_model(entry, say=say)) for entry in entries}
    if as_json:
        print_json(folders)
        return
    for own, folder in folders.items():
        _print(f"{own}  {folder}")


@app.command()
def check(name: str, *, as_json: AsJson = False) -> None:
    """Check a model's files, load it and say what it is; measure what an endpoint offers."""
    from workbench.models.catalogue import find_model
    from workbench.models.inspect import inspect_model

    entry = find_model(name)
    if entry.endpoint is not None:
        _check_endpoint(entry, entry.endpoint, as_json=as_json)
        return
    if entry.backend == "replay":
        _check_recorded(entry, as_json=as_json)
        return
    seen = inspect_model(entry, say=say)
    if as_json:
        print_json({**_entry_json(entry), **_inspection_json(seen)})
        return
    _print(f"{entry.name}: {entry.title}")
    _print(f"parameters  {seen.parameters:,}")
    _print(f"vocabulary  {seen.vocabulary:,} tokens")
    _print(f"chat        {'has a template' if seen.chat_template else 'no template'}")
    _print(f"licence     {entry.licence}")
    _print(f"source      {entry.source}")
    _print(f"weights     {seen.weights_digest}")
    _print(f"folder      {seen.folder}")
    _print(f"ok: {seen.files} files as recorded, and the model loads and answers.")


def _check_recorded(entry: "ModelEntry", *, as_json: bool) -> None:
    from workbench.models.recorded import read_recording
    from workbench.records import to_json

    recording = read_recording(entry)
    if as_json:
        print_json({**_entry_json(entry), "recording": to_json(recording)})
        return
    _print(f"{entry.name}: {entry.title}")
    for file in recording.files:
        kept = "kept" if file.kept else "not kept"
        _print(f"{file.name}  {file.digest}  {file.size} bytes, {kept}, {file.bad} bad entries")
    _print(f"ok: {recording.answers} answers as they were imported.")


def _check_endpoint(entry: "ModelEntry", endpoint: "Endpoint", *, as_json: bool) -> None:
    from workbench.backends import Budget, HttpBackend
    from workbench.records import to_json

    say(f"Measuring {entry.name}.")
    budget = Budget()
    traits = HttpBackend(entry, budget).capabilities.endpoint
    if as_json:
        print_json({**_entry_json(entry), "measured": to_json(traits), "requests": budget.sent})
        return
    _print(f"{entry.name}: {entry.title}")
    for what, found in to_json(traits).items():
        _print(f"{what.replace('_', ' '):<19} {_shown(found)}")
    _print(f"{'price':<19} {_price(endpoint)}")
    _print(f"ok: measured with {budget.sent} requests.")


def _shown(found: object) -> str:
    match found:
        case None:
            return "unknown"
        case bool():
            return "yes" if found else "no"
        case list():
            return "; ".join(map(str, found)) or "none"
        case _:
            return str(found)


def _price(endpoint: "Endpoint") -> str:
    if endpoint.price_in is None or endpoint.price_out is None:
        return "unknown"
    return (
        f"{endpoint.price_in:g} {endpoint.currency} per million tokens in, "
        f"{endpoint.price_out:g} out"
    )


@app.command()
def derive(  # noqa: PLR0913 - the options of every method
    parent: Annotated[str, typer.Argument(metavar="NAME", help="Model to derive from.")],
    *,
    method: Annotated[
        str, typer.Option(help="finetune, lora, quantise, prune, noise, permute, rotate or drop.")
    ],
    name: Name = None,
    steps: Annotated[int | None, typer.Option(help="Gradient steps (finetune, lora).")] = None,
    rank: Annotated[int | None, typer.Option(help="Dimensions trained (lora).")] = None,
    bits: Annotated[int | None, typer.Option(help="Bits of a weight (quantise).")] = None,
    share: Annotated[
        float | None, typer.Option(help="Share of weights cut, or of noise (prune, noise).")
    ] = None,
    layers: Annotated[int | None, typer.Option(help="Layers left out (drop).")] = None,
    seed: Annotated[int, typer.Option(help="Everything random follows from it.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Make a derivative with known lineage; the same recipe again returns at once."""
    from workbench.models.catalogue import find_model
    from workbench.models.derive import derive as derive_model

    given = {"steps": steps, "rank": rank, "bits": bits, "share": share, "layers": layers}
    options = {key: value for key, value in given.items() if value is not None}
    entry = derive_model(
        find_model(parent), method=method, name=name, options=options, seed=seed, say=say
    )
    if as_json:
        print_json(_entry_json(entry))
        return
    _print(f"{entry.name}: {entry.note}")


def _print(line: str) -> None:
    Console(soft_wrap=True).print(Text(visible_line(line)))


def _here_json(entry: "ModelEntry", here: bool) -> bool | None:
    """Whether weights are here; None for a model that shows none."""
    return None if entry.backend in WHERE else here


def _entry_json(entry: "ModelEntry") -> dict[str, Any]:
    from workbench.records import to_json

    content: dict[str, Any] = to_json(entry)
    return content


def _inspection_json(seen: "Inspection") -> dict[str, Any]:
    return {
        "parameters": seen.parameters,
        "vocabulary": seen.vocabulary,
        "chat_template": seen.chat_template,
        "weights_digest": seen.weights_digest,
        "files": seen.files,
        "folder": str(seen.folder),
    }
