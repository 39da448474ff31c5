"""Versions of packs that were asked or weighed, wherever this machine keeps a record of it."""

from pathlib import Path

from workbench import paths
from workbench.packs.weights import weighed_versions
from workbench.store import planned_versions


def asked_versions(root: Path | None = None) -> dict[tuple[str, int], str]:
    """(pack id, version) → digest, of the weights beside the packs and of the cases here.

    Args:
        root: The folder of packs, if it is not probes/; the cases here asked probes/, so they say
            nothing of another folder.
    """
    found = weighed_versions(root)
    return found if root is not None else found | planned_versions(paths.cases_folder())
