"""Where a folder of weights came from and what every file in it was when it was made."""

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench.digest import digest_of, digest_of_file
from workbench.errors import ModelError
from workbench.models.catalogue import ENTRY_FILE
from workbench.records import ModelEntry

PROVENANCE_FILE = "provenance.json"
LIBRARIES = (
    "gguf",
    "huggingface_hub",
    "onnx",
    "safetensors",
    "tokenizers",
    "torch",
    "transformers",
)
_NOT_DIGESTED = frozenset({PROVENANCE_FILE, ENTRY_FILE})


def file_digests(folder: Path) -> dict[str, str]:
    """Digest of every file in a folder except its own records, by name."""
    return {
        file.relative_to(folder).as_posix(): digest_of_file(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in _NOT_DIGESTED
    }


def weights_digest(folder: Path) -> str:
    """Digest over the names and digests of a folder's safetensors files."""
    return digest_of({file.name: digest_of_file(file) for file in folder.glob("*.safetensors")})


def library_versions() -> dict[str, str]:
    """Version of Python and of every library that takes part in a conversion."""
    versions = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def write_provenance(folder: Path, entry: ModelEntry, *, sha256: str, resolved: str) -> None:
    """Write `provenance.json` beside the weights.

    Args:
        folder: Folder with every file in place.
        entry: The model.
        sha256: Digest of the file or files it was made from, in order; empty for a copied folder.
        resolved: The source with everything that was left open filled in, such as a commit.
    """
    content = {
        "name": entry.name,
        "source": entry.source,
        "resolved": resolved,
        "file": entry.file,
        "sha256": sha256,
        "converter": entry.format,
        "licence": entry.licence,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": library_versions(),
        "files": file_digests(folder),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / PROVENANCE_FILE).write_text(text, encoding="utf-8")


def read_provenance(folder: Path) -> dict[str, Any]:
    """Read `provenance.json`.

    Raises:
        ModelError: If it is missing or not readable.
    """
    try:
        content = json.loads((folder / PROVENANCE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder} has no readable {PROVENANCE_FILE}.", fix=f"Remove {folder} and fetch again."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        raise ModelError(
            f"{PROVENANCE_FILE} in {folder} lists no files.",
            fix=f"Remove {folder} and fetch again.",
        )
    return content


def changed_files(folder: Path) -> list[str]:
    """Compare a folder with its provenance.

    Args:
        folder: Folder of a fetched or derived model.

    Returns:
        One sentence part for every file that changed, is missing or was added; empty if none.

    Raises:
        ModelError: If there is no provenance to compare with.
    """
    recorded, now = read_provenance(folder)["files"], file_digests(folder)
    problems = [f"{name} is missing" for name in recorded if name not in now]
    problems += [f"{name} was added" for name in now if name not in recorded]
    shared = (name for name in recorded if name in now)
    return problems + [f"{name} changed" for name in shared if recorded[name] != now[name]]
