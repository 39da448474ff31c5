"""Weights from the Hugging Face hub or from a local folder, copied as plain files."""

import shutil
from fnmatch import fnmatch
from pathlib import Path

from workbench.errors import ModelError
from workbench.models.safety import check_weights_folder
from workbench.models.sources import hub_place

WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "*.tiktoken", "*.txt")
"""Weights, settings and tokenizer; nothing that runs."""
UNWANTED = ("*/*", "*requirements*.txt")


def copy_snapshot(place: str, out: Path) -> str:
    """Download one revision of a hub repository and copy it out of the hub's own cache.

    The user's own login and endpoint are used as `huggingface_hub` finds them; none is kept here.

    Args:
        place: `ORG/NAME@REVISION`.
        out: Empty folder to fill with plain files, links resolved.

    Returns:
        The commit that the revision stands for.

    Raises:
        ModelError: If the hub cannot be reached, or has no such repository or revision.
    """
    repo, revision = hub_place(place)
    snapshot = _download(repo, revision)
    home = snapshot.parent.parent.resolve()
    for file in _wanted_files(snapshot):
        if not file.resolve().is_relative_to(home):
            raise ModelError(
                f"{file.name} of {repo} is a link that leads out of the hub's cache.",
                fix="Remove the repository from the hub's cache and fetch it again.",
            )
        shutil.copyfile(file, out / file.name)
    return snapshot.name


def copy_folder(folder: Path, out: Path) -> None:
    """Check a local folder and copy its weights, settings and tokenizer.

    Raises:
        ModelError: If the folder does not exist or is not safe to load.
    """
    check_weights_folder(folder.expanduser())
    for file in _wanted_files(folder.expanduser()):
        shutil.copyfile(file, out / file.name)


def _download(repo: str, revision: str) -> Path:
    import httpx  # noqa: PLC0415
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - slow import
    from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415

    try:
        found = snapshot_download(
            repo, revision=revision, allow_patterns=list(WANTED), ignore_patterns=list(UNWANTED)
        )
    except (HfHubHTTPError, httpx.HTTPError, OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0].rstrip(".")
        raise ModelError(
            f"{repo} at {revision} could not be had from the hub: {first}.",
            fix="Check the name, the revision and the network; a gated one needs `hf auth login`.",
        ) from error
    return Path(found)


def _wanted_files(folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.iterdir())
        if file.is_file()
        and any(fnmatch(file.name, pattern) for pattern in WANTED)
        and not any(fnmatch(file.name, pattern) for pattern in UNWANTED)
    ]
