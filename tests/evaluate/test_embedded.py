import numpy as np
import torch

from tests.evaluate import made
from workbench.evaluate import read_sources
from workbench.evaluate.embedded import CUT, Embeddings


class Counting:
    """An encoder that tells lengths apart and counts what it was given."""

    revision = "counting 1"

    def __init__(self):
        self.embedded = 0

    def embed(self, texts):
        self.embedded += len(texts)
        return torch.tensor([[len(text), 1.0] for text in texts])


def source():
    return read_sources(made.responses(), made.models())[0]


def test_a_second_run_embeds_nothing_anew(tmp_path):
    encoder = Counting()
    embeddings = Embeddings(lambda: encoder, tmp_path / "cache")
    first = embeddings(source())
    once = encoder.embedded
    second = embeddings(source())
    assert encoder.embedded == once > 0
    assert all(np.array_equal(first[text], second[text]) for text in first)


def test_a_torn_cache_is_made_anew(tmp_path):
    encoder = Counting()
    embeddings = Embeddings(lambda: encoder, tmp_path)
    embeddings(source())
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"torn")
    once = encoder.embedded
    embeddings(source())
    assert encoder.embedded == 2 * once


def test_only_the_beginning_of_an_answer_is_embedded():
    rows = Embeddings(Counting, None)(source())
    assert max(row[0] for row in rows.values()) <= CUT
