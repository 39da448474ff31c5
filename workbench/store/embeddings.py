"""The embedding cache of a case: derived, so it is recomputed rather than journaled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.digest import digest_of_text
from workbench.store.case import CaseStore
from workbench.store.database import connected, migrate
from workbench.store.fold import insert_rows
from workbench.visible import visible_line

Vectors = dict[str, list[float]]
"""Text digest → vector, float32."""


def embeddings(store: CaseStore, embedder: str) -> Vectors:
    """Cached embeddings of one encoder."""
    with connected(store.database) as connection:
        rows = connection.execute(
            "SELECT text_digest, vector FROM embedding WHERE embedder = ?", [embedder]
        ).fetchall()
    return dict(rows)


def embedded_texts(store: CaseStore, embedder: str) -> list[tuple[str, list[float]]]:
    """Every recorded text that has a cached embedding, with its vector, by text."""
    vectors = embeddings(store, embedder)
    with connected(store.database) as connection:
        rows = connection.execute(
            "SELECT DISTINCT text FROM observation WHERE text IS NOT NULL ORDER BY text"
        ).fetchall()
    by_text = ((text, vectors.get(digest_of_text(text))) for (text,) in rows)
    return [(text, vector) for text, vector in by_text if vector is not None]


@dataclass(frozen=True, slots=True)
class Placed:
    """Recorded answers with their embeddings; sequences of one length, rows in the same order."""

    runs: tuple[str, ...]
    probes: tuple[str, ...]
    repeats: tuple[int, ...]
    vectors: NDArray[np.float32]
    """Unit rows, shape (answers, dim)."""


def placed_answers(
    store: CaseStore, embedder: str, probes: Sequence[str], repeats: int
) -> Placed | None:
    """Read the embedded answers to some probes.

    Args:
        store: The case.
        embedder: Name and digest of the encoder.
        probes: Addresses; their number bounds what is read.
        repeats: Answers of each model to each of them, at most.

    Returns:
        Answers by probe, run and repeat; None where none of them has an embedding.
    """
    with connected(store.database) as connection:
        answers = connection.execute(
            "SELECT run_id, probe_address, repeat, text FROM observation "
            "WHERE text IS NOT NULL AND repeat < ? AND probe_address IN (SELECT unnest(?)) "
            "ORDER BY probe_address, run_id, repeat",
            [repeats, list(probes)],
        ).fetchall()
        digests = [digest_of_text(text) for *_, text in answers]
        found = connection.execute(
            "SELECT text_digest, vector FROM embedding "
            "WHERE embedder = ? AND text_digest IN (SELECT unnest(?))",
            [embedder, sorted(set(digests))],
        ).fetchnumpy()
    rows = {key: row for row, key in enumerate(found["text_digest"])}
    kept = [
        (answer, rows[key]) for answer, key in zip(answers, digests, strict=True) if key in rows
    ]
    if not kept:
        return None
    vectors = np.stack(list(found["vector"])).astype(np.float32)
    return Placed(
        tuple(run for (run, *_), _ in kept),
        tuple(probe for (_, probe, *_), _ in kept),
        tuple(repeat for (_, _, repeat, _), _ in kept),
        vectors[[row for _, row in kept]],
    )


def strays(store: CaseStore, embedders: set[str]) -> list[str]:
    """Cached rows that no recorded text needs, or of an encoder that is not among `embedders`."""
    with connected(store.database) as connection:
        texts = connection.execute(
            "SELECT DISTINCT text FROM observation WHERE text IS NOT NULL"
        ).fetchall()
        rows = connection.execute(
            "SELECT text_digest, embedder FROM embedding ORDER BY ALL"
        ).fetchall()
    needed = {digest_of_text(text) for (text,) in texts}
    return [
        visible_line(f"text {text}, embedder {embedder}")
        for text, embedder in rows
        if text not in needed or embedder not in embedders
    ]


def add_embeddings(store: CaseStore, embedder: str, vectors: Vectors) -> None:
    """Cache embeddings; a text already there keeps its vector."""
    with connected(store.database, write=True) as connection:
        migrate(connection)
        insert_rows(
            connection,
            {
                "embedding": [
                    {"text_digest": text_digest, "embedder": embedder, "vector": vector}
                    for text_digest, vector in vectors.items()
                ]
            },
        )
