"""What the metrics take: answers, their embeddings, and distributions, per run and probe."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from workbench.backends import Likelihood
from workbench.digest import digest_of, digest_of_file, digest_of_text
from workbench.embed import Embedder
from workbench.errors import CustodyError
from workbench.observed import tensor_path
from workbench.packs.variants import planned_name
from workbench.records import USABLE, Observation, Outcome, Run, TopTokens
from workbench.store import CaseStore
from workbench.store.archive import Kind, tensor_kind
from workbench.store.embeddings import add_embeddings, embeddings


@dataclass(slots=True)
class Material:
    """Everything one run gave that can be compared."""

    run: Run
    outcomes: dict[Outcome, int]
    answers: dict[str, dict[int, str]]
    """Probe → repeat → usable answer."""
    embeddings: dict[str, Tensor] = field(default_factory=dict)
    """Probe → unit rows, shape (answers, dim)."""
    tensors: dict[str, str] = field(default_factory=dict)
    """Probe → digest of the tensor file that holds its whole distributions."""
    readings: dict[tuple[str, int], str] = field(default_factory=dict)
    """Probe and repeat → digest of the tensor file that may hold how likely its text was."""
    offsets: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Probe → characters before each kept position."""
    tops: dict[str, tuple[TopTokens, ...]] = field(default_factory=dict)
    """Probe → the most probable next tokens at each kept position."""
    asked: frozenset[str] | None = None
    """Probes that were asked before the level was settled; None where all were."""
    varied: dict[str, dict[int, str]] = field(default_factory=dict)
    """Probe → repeat → usable answer at the plan's other temperature, which no score is made of."""

    @property
    def texts(self) -> dict[str, list[str]]:
        """Probe → usable answers, in the order of their repeats."""
        return {probe: self.texts_of(probe) for probe in self.answers}

    def texts_of(self, probe: str) -> list[str]:
        """Usable answers to one probe, in the order of their repeats."""
        by = self.answers.get(probe, {})
        return [by[repeat] for repeat in sorted(by)]


def gather(store: CaseStore, run: Run) -> Material:
    """Read one run's observations from its journal."""
    material = Material(run, {}, {})
    seen_at = set()
    for seen in store.observations(run.id):
        material.outcomes[seen.outcome] = material.outcomes.get(seen.outcome, 0) + 1
        seen_at.add(seen.probe_address)
        _take(material, seen)
    if store.decided(run.id) is not None:
        material.asked = frozenset(seen_at)
    return material


def _take(material: Material, seen: Observation) -> None:
    if seen.outcome not in USABLE:
        return
    planned = planned_name(seen.probe_address)
    if seen.text is not None:
        answers = material.answers if planned == seen.probe_address else material.varied
        answers.setdefault(planned, {})[seen.repeat] = seen.text
    if seen.top:
        material.tops[seen.probe_address] = seen.top
    if seen.tensor_digest is None:
        return
    material.readings[seen.probe_address, seen.repeat] = seen.tensor_digest
    # A reading keeps no alternatives, and an endpoint never gives all of them.
    if seen.top and material.run.capabilities.logits:
        material.tensors[seen.probe_address] = seen.tensor_digest
        material.offsets[seen.probe_address] = tuple(top.offset for top in seen.top)


def logprobs(store: CaseStore, material: Material, probe: str) -> Tensor:
    """Log-probabilities a run recorded at one probe.

    Returns:
        Shape (positions, vocab), float16.

    Raises:
        CustodyError: If the tensor file is missing or was changed.
    """
    kept = _tensors(store, material.run.id, probe, material.tensors[probe])
    if "logprobs" not in kept:
        raise _tensor_lost(material.run.id, probe, "cannot be read")
    return kept["logprobs"]


def likelihood(
    store: CaseStore, material: Material, probe: str, repeat: int = 0
) -> Likelihood | None:
    """How likely a run's model found the text of one passage, or of one reading.

    Returns:
        Log-probabilities and ends of the text's tokens; None where they were not recorded, as in
        cases of an earlier version and for next-token probes.

    Raises:
        CustodyError: If the tensor file is missing or was changed.
    """
    digest = material.readings.get((probe, repeat))
    if digest is None:
        return None
    kept = _tensors(store, material.run.id, probe, digest)
    if "token_logprobs" not in kept:
        return None
    return Likelihood(kept["token_logprobs"], kept["token_ends"])


def check_tensors(
    store: CaseStore, run: Run, absent: Collection[Kind] = ()
) -> Iterator[str | None]:
    """Read every tensor file of a run, but those of kinds that are not at hand.

    Yields:
        One sentence for each that is lost, None for others.
    """
    for seen in store.observations(run.id):
        if seen.tensor_digest is None or tensor_kind(seen.probe_address) in absent:
            continue
        try:
            _tensors(store, run.id, seen.probe_address, seen.tensor_digest)
        except CustodyError as error:
            yield error.what
        else:
            yield None


def _tensors(store: CaseStore, run_id: str, probe: str, digest: str) -> dict[str, Tensor]:
    path = tensor_path(store.tensor_folder(run_id), digest)
    try:
        if digest_of_file(path) != digest:
            raise _tensor_lost(run_id, probe, "was changed after it was recorded")
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise _tensor_lost(run_id, probe, "cannot be read") from error


def _tensor_lost(run_id: str, probe: str, what: str) -> CustodyError:
    return CustodyError(
        f"The distributions of {run_id} at {probe} {what}.",
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
