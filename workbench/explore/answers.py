"""Embedded answers of a case, few enough to be computed with while a reader waits."""

from workbench.digest import digest_of, digest_of_text
from workbench.errors import CaseError
from workbench.records import Comparison, Pack
from workbench.store import CaseStore
from workbench.store.embeddings import Placed, placed_answers

PROBES = 300
REPEATS = 4


def some_answers(store: CaseStore, comparison: Comparison) -> Placed:
    """Read embedded answers to at most `PROBES` probes, `REPEATS` of each model.

    Probes of packs that count in no score are left out. The others are chosen by the digest of their
    address, so the same case always gives the same ones.

    Raises:
        CaseError: If no answer has an embedding.
    """
    found = placed_answers(store, comparison.embedder, _chosen(store.packs()), REPEATS)
    if found is None:
        raise CaseError(
            f"Case {store.name!r} holds no embedded answers that count.",
            fix=f"Compare it with `workbench compare {store.name}`; packs that only read "
            "distributions have no answers to embed.",
        )
    return found


def _chosen(packs: tuple[Pack, ...]) -> list[str]:
    addresses = [
        probe.address
        for pack in packs
        if pack.kind == "generate" and pack.weak is None
        for probe in pack.probes
    ]
    return sorted(sorted(addresses, key=digest_of_text)[:PROBES])


def key_of(comparison: Comparison, way: str) -> str:
    """Digest of what a view is computed from.

    Args:
        comparison: Whose answers.
        way: Name and version of the way of computing.
    """
    return digest_of([comparison.embedder, comparison.run_heads, PROBES, REPEATS, way])
