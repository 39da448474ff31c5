"""What the metrics take: answers, their embeddings, and distributions, per run and probe."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from workbench.digest import digest_of, digest_of_file, digest_of_text
from workbench.embed import Embedder
from workbench.errors import CustodyError
from workbench.observed import tensor_path
from workbench.records import USABLE, Observation, Outcome, Run
from workbench.store import CaseStore
from workbench.store.embeddings import add_embeddings, embeddings


@dataclass(slots=True)
class Material:
    """Everything one run gave that can be compared."""

    run: Run
    outcomes: dict[Outcome, int]
    texts: dict[str, list[str]]
    """Probe → usable answers."""
    embeddings: dict[str, Tensor] = field(default_factory=dict)
    """Probe → unit rows, shape (answers, dim)."""
    tensors: dict[str, str] = field(default_factory=dict)
    """Probe → digest of its tensor file."""
    offsets: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Probe → characters before each kept position."""


def gather(store: CaseStore, run: Run) -> Material:
    """Read one run's observations from its journal."""
    material = Material(run, {}, {})
    for seen in store.observations(run.id):
        material.outcomes[seen.outcome] = material.outcomes.get(seen.outcome, 0) + 1
        _take(material, seen)
    return material


def _take(material: Material, seen: Observation) -> None:
    if seen.outcome not in USABLE:
        return
    if seen.text is not None:
        material.texts.setdefault(seen.probe_address, []).append(seen.text)
    if seen.tensor_digest is not None:
        material.tensors[seen.probe_address] = seen.tensor_digest
        material.offsets[seen.probe_address] = tuple(top.offset for top in seen.top)


def logprobs(store: CaseStore, material: Material, probe: str) -> Tensor:
    """Log-probabilities a run recorded at one probe.

    Returns:
        Shape (positions, vocab), float16.

    Raises:
        CustodyError: If the tensor file is missing or was changed.
    """
    digest = material.tensors[probe]
    path = tensor_path(store.tensor_folder(material.run.id), digest)
    try:
        if digest_of_file(path) != digest:
            raise _tensor_lost(material, probe, "was changed after it was recorded")
        return load_file(path)["logprobs"]
    except (OSError, SafetensorError, KeyError) as error:
        raise _tensor_lost(material, probe, "cannot be read") from error


def _tensor_lost(material: Material, probe: str, what: str) -> CustodyError:
    return CustodyError(
        f"The distributions of {material.run.id} at {probe} {what}.",
        fix="Restore the case's tensors folder from a copy, or record the case anew.",
    )


def embed_answers(
    store: CaseStore, materials: Iterable[Material], load: Callable[[], Embedder], revision: str
) -> str:
    """Fill in the embeddings of every answer, computing those the case does not hold yet.

    Args:
        store: The case, which keeps embeddings by text digest and encoder.
        materials: Filled in place.
        load: Opens the encoder; called only if a text is new.
        revision: Name and digest of the encoder.

    Returns:
        Digest over every embedding used.
    """
    materials = list(materials)
    texts = sorted({t for m in materials for group in m.texts.values() for t in group})
    by_digest = {digest_of_text(text): text for text in texts}
    known = embeddings(store, revision)
    missing = {key: text for key, text in by_digest.items() if key not in known}
    if missing:
        rows = load().embed(list(missing.values())).tolist()
        fresh = dict(zip(missing, rows, strict=True))
        add_embeddings(store, revision, fresh)
        known |= fresh
    for material in materials:
        for probe, group in material.texts.items():
            material.embeddings[probe] = torch.tensor([known[digest_of_text(t)] for t in group])
    return digest_of([[key, known[key]] for key in sorted(by_digest)])
