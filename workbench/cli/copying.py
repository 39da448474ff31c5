"""`workbench copy`: the record of a case as a folder that is only read."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.output import AsJson, CaseName, case_folder, print_json
from workbench.store import open_case


def copy(
    case: CaseName,
    folder: Annotated[Path, typer.Argument(help="Folder to make; its name is the copy's.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Copy the record of a case, to be looked at and verified elsewhere and never added to."""
    from workbench.explore import lineage_of, map_of
    from workbench.store.copying import copy_record

    store = open_case(case_folder(case))
    for comparison in store.comparisons():  # views take embeddings, which no copy holds
        map_of(store, comparison)
        lineage_of(store, comparison)
    size = copy_record(store, folder)
    if as_json:
        print_json({"case": str(folder), "bytes": size})
        return
    typer.echo(f"Copied to {folder}: {size / 1e6:.1f} MB, only to be read.")
