"""What recorded panels showed of each probe, kept as data beside the packs: `probes/.weights/`."""

import json
from dataclasses import dataclass
from pathlib import Path

from workbench.digest import canonical
from workbench.errors import PackError
from workbench.paths import probes_folder
from workbench.records import Pack, from_json, to_json

FOLDER = ".weights"
MAX_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class ProbeWeight:
    """What one probe told on a panel of independent models."""

    key: str
    models: int
    """Independent models that gave something usable."""
    gap: float
    """How much more alike a model's own answers are than those of two models: 0 tells nothing, 1
    everything. Mean cosine of embeddings for answers; for distributions, which repeat themselves,
    the distance between models."""
    agreement: float
    """How alike the answers of two independent models are, from 0 to 1 on the scale of the gap."""
    noise: float | None = None
    """1 − how alike one model's own answers are; None for distributions, which are read once."""
    discriminability: float | None = None
    """Share of answers nearer to their own model's than to another's; 0.5 is chance."""
    length: float | None = None
    """The same by nothing but length: what length alone gives away."""
    form: float | None = None
    """The same by nothing but format: lists, markup, line breaks, capitals, punctuation."""


@dataclass(frozen=True, slots=True)
class Unweighed:
    """A probe that could not be weighed, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Separation:
    """How far a pack sets one declared derivative apart from the independent models."""

    reference: str
    derived: str
    probes: int
    contrast: float
    """Mean over probes: the derivative's centred likeness less the controls' mean."""
    low: float
    high: float
    """95 % bootstrap interval over probes."""
    controls: int
    below: int
    """Controls whose centred likeness lies below the derivative's."""
    per_hundred: float | None
    """Contrast in standard errors after 100 questions, to compare packs at the same cost; it ranks
    packs and is no evidence. None where every probe has the same contrast."""


@dataclass(frozen=True, slots=True)
class PackWeights:
    """What a panel showed of one version of one pack."""

    pack: str
    version: int
    digest: str
    """Digest of the pack as its file had it."""
    repeats: int
    """Answers of each model at each probe."""
    embedder: str
    models: dict[str, str]
    """Independent model → digest of its weights."""
    probes: tuple[ProbeWeight, ...]
    unweighed: tuple[Unweighed, ...]
    separations: tuple[Separation, ...]


def weights_file(pack_id: str, root: Path) -> Path:
    """Where the weights of a pack are kept; the folder is hidden from the checker of packs."""
    return root / FOLDER / f"{pack_id}.json"


def write_weights(weights: PackWeights, root: Path | None = None) -> Path:
    """Keep what a panel showed of a pack, in place of what an earlier one showed.

    Raises:
        PackError: If the place is or lies behind a symbolic link, which could lead out of the folder.
    """
    root = root or probes_folder()
    file = weights_file(weights.pack, root)
    if any(place.is_symlink() for place in (root / FOLDER, file.parent, file)):
        raise _unreadable(file, "it is a symbolic link or lies behind one")
    file.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(to_json(weights), indent=1, ensure_ascii=False, allow_nan=False)
    file.write_text(content + "\n", encoding="utf-8")
    return file


def read_weights(pack: Pack, root: Path | None = None) -> PackWeights | None:
    """Read what is known of this very version of a pack.

    Returns:
        Its weights; None where it was never weighed, or changed since.

    Raises:
        PackError: If the file of weights cannot be read.
    """
    file = weights_file(pack.id, root or probes_folder())
    if not file.exists():
        return None
    found = _read(file)
    return found if found.digest == pack.digest else None


def weighed_versions(root: Path | None = None) -> dict[tuple[str, int], str]:
    """Versions that a panel was asked: (pack id, version) → digest. Those never change again.

    Raises:
        PackError: If a file of weights cannot be read.
    """
    found = {}
    folder = (root or probes_folder()) / FOLDER
    for file in sorted(folder.glob("*/*.json")):
        weights = _read(file)
        found[weights.pack, weights.version] = weights.digest
    return found


def _read(file: Path) -> PackWeights:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise _unreadable(file, f"it is larger than {MAX_BYTES:,} bytes")
        content = json.loads(file.read_text(encoding="utf-8"))
        canonical(content)  # refuses NaN and infinities, which JSON readers let through
        return from_json(PackWeights, content)
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(file, f"it cannot be read ({error})") from error


def _unreadable(file: Path, problem: str) -> PackError:
    return PackError("/".join(file.parts[-3:]), [problem])
