"""What runs showed of distributions and likelihoods, as the metrics take it."""

import re
from collections.abc import Mapping
from itertools import accumulate

import torch

from workbench.compare.material import Material, likelihood, logprobs
from workbench.errors import CustodyError
from workbench.metrics.likelihood import Read
from workbench.metrics.next_bytes import ByteTrie
from workbench.metrics.next_tokens import NextTokens
from workbench.readings import reading_address
from workbench.records import TopTokens
from workbench.store import CaseStore
from workbench.store.vocabularies import read_vocabulary

MARK = re.compile(r"<[^<>\s]+>|\[[A-Z_]+\]")
"""A token of an endpoint that looks like this may be a mark of the chat format, not text."""


class Shown:
    """Reads distributions and likelihoods of a case; what tokens write is read once per tokenizer."""

    def __init__(self, store: CaseStore, texts: Mapping[str, str]) -> None:
        """Take the case, and probe → prompt."""
        self._store, self._texts = store, texts
        self._tries: dict[str, ByteTrie] = {}

    def next_tokens(self, material: Material, probe: str) -> NextTokens | None:
        """What a run showed of the next token at one probe; None if nothing.

        Raises:
            CustodyError: If a file is missing or was changed.
        """
        if probe in material.tensors:
            rows, trie = logprobs(self._store, material, probe), self._trie(material)
            wide = rows.ndim == 2 and len(rows) == len(material.offsets[probe])
            if not wide or (trie is not None and rows.shape[1] != len(trie)):
                raise _misfit(material, probe, "its distributions have another shape")
            return NextTokens(material.offsets[probe], rows, trie)
        if probe in material.tops:
            tops = material.tops[probe]
            lists = tuple(_by_bytes(top) for top in tops)
            return NextTokens(tuple(top.offset for top in tops), lists=lists)
        return None

    def passage(self, material: Material, probe: str) -> Read | None:
        """How likely a run found the text of one passage; None if that was not recorded."""
        return self._read(material, probe, 0, self._texts[probe])

    def answers(self, author: Material, reader: Material, probe: str) -> list[Read]:
        """How likely one run found another's answers to a probe, as many as it was given."""
        found = [
            self._read(reader, reading_address(probe, author.run.id), repeat, text)
            for repeat, text in author.answers.get(probe, {}).items()
        ]
        return [read for read in found if read is not None]

    def _read(self, material: Material, address: str, repeat: int, text: str) -> Read | None:
        seen = likelihood(self._store, material, address, repeat)
        if seen is None:
            return None
        ends = seen.token_ends.tolist()
        if any(not 0 <= end <= len(text) for end in ends) or len(ends) != len(seen.token_logprobs):
            raise _misfit(material, address, "it read another text")
        before = [0, *accumulate(len(sign.encode("utf-8", "surrogatepass")) for sign in text)]
        return Read(seen.token_logprobs, torch.tensor([before[end] for end in ends]))

    def _trie(self, material: Material) -> ByteTrie | None:
        digest = material.run.vocabulary_digest
        if digest is None:
            return None
        if digest not in self._tries:
            tokens = read_vocabulary(self._store.vocabulary_folder, digest).tokens
            self._tries[digest] = ByteTrie(tokens)
        return self._tries[digest]


def why_no_bytes(side: Material) -> str:
    """Why nothing is known of the bytes that a run expects next; empty if something is."""
    if not side.tops:
        return f"{side.run.model} shows no distributions"
    if side.tensors and side.run.vocabulary_digest is None:
        reason = side.run.vocabulary_note or "it was not recorded"
        return f"what the tokens of {side.run.model} write is not known: {reason}"
    return ""


def _misfit(material: Material, address: str, how: str) -> CustodyError:
    return CustodyError(
        f"What {material.run.id} gave at {address} does not fit its record: {how}.",
        fix="Restore the case from a copy, or record it anew.",
    )


def _by_bytes(top: TopTokens) -> dict[bytes, float]:
    """Bytes → log-probability, of the candidates whose bytes are known.

    Of two that write the same bytes the first is taken. What is left out counts as unlisted.
    """
    spelled = top.spelled or (None,) * len(top.tokens)
    found: dict[bytes, float] = {}
    for text, written, logprob in zip(top.tokens, spelled, top.logprobs, strict=True):
        known = _bytes_of(text, written)
        if known and known not in found:
            found[known] = logprob
    return found


def _bytes_of(text: str, written: str | None) -> bytes | None:
    if MARK.fullmatch(text):
        return None
    if written is not None:
        return bytes.fromhex(written)
    # A replacement character stands for bytes that the server did not spell.
    return None if "\ufffd" in text else text.encode("utf-8", "surrogatepass")
