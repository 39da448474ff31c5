"""Endpoints added on this machine: entries beside the fetched models, never in models.toml."""

from workbench import paths
from workbench.errors import ModelError
from workbench.models.catalogue import (
    ENTRY_FILE,
    NAME,
    entry_problems,
    load_catalogue,
    write_entry,
)
from workbench.records import ModelEntry


def add_endpoint(entry: ModelEntry) -> None:
    """Make an endpoint known by its name; nothing is sent to it.

    Args:
        entry: The endpoint; it names where its key is kept, never a key.

    Raises:
        ModelError: If its fields do not fit, all problems at once, its name is taken, or it cannot be
            written.
    """
    problems = [] if NAME.fullmatch(entry.name) else ["its name is not made of a–z, 0–9, . - _"]
    problems += entry_problems(entry)
    if problems:
        raise ModelError(
            f"The endpoint cannot be added: {'; '.join(problems)}.",
            fix="Correct what is named; docs/endpoints.md describes every field.",
        )
    if entry.name in load_catalogue():
        raise ModelError(
            f'The name "{entry.name}" is taken by another model.', fix="Give this one another name."
        )
    folder = paths.cache_folder() / "models" / f"{entry.name}-endpoint"
    building = folder.with_name(
        f".{folder.name}.partial"
    )  # the catalogue passes hidden folders over
    try:
        building.mkdir(parents=True, exist_ok=True)
        write_entry(building, entry)
        folder.mkdir(exist_ok=True)
        (building / ENTRY_FILE).replace(folder / ENTRY_FILE)
        building.rmdir()
    except OSError as error:
        raise ModelError(
            f"The endpoint cannot be written to {folder} ({error.strerror}).",
            fix="Free some space or make the folder writable, and try again.",
        ) from error
