"""Sentence embeddings of the answers of a source, kept in a folder between runs."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from workbench.digest import digest_of, digest_of_text
from workbench.embed import Embedder
from workbench.questions.source import Source

CUT = 200
"""Characters of an answer that are embedded: on a CPU time goes with length, and likeness of meaning
shows early."""

Rows = Mapping[str, NDArray[np.float32]]


class Embeddings:
    """Embeds the beginning of every answer once, and remembers it by digest."""

    def __init__(self, load: Callable[[], Embedder], cache: Path | None) -> None:
        """Take how to open the encoder, and a folder to keep its rows in."""
        self._load = load
        self._cache = cache

    def __call__(self, source: Source) -> Rows:
        """Unit rows by text, each of shape (dim,), float32."""
        texts = sorted({text for prompt in source.prompts for text in prompt.texts})
        starts = sorted({text[:CUT] for text in texts})
        encoder = self._load()
        rows = self._rows(encoder, starts)
        place = dict(zip(starts, rows, strict=True))
        return {text: place[text[:CUT]] for text in texts}

    def _rows(self, encoder: Embedder, starts: list[str]) -> NDArray[np.float32]:
        key = digest_of([encoder.revision, [digest_of_text(start) for start in starts]])
        path = self._cache / f"{key.removeprefix('sha256:')}.safetensors" if self._cache else None
        if path is not None and path.exists():
            try:
                return load_file(path)["rows"]
            except (SafetensorError, KeyError):
                path.unlink()  # a torn file from a run that was killed: embed anew
        with torch.inference_mode():
            rows = encoder.embed(starts).numpy()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_file({"rows": rows}, path)
        return rows
