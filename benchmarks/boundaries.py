"""What next bytes behind tokens cost, against next bytes behind bytes, on local models.

The workbench reads the distribution behind one way to cut a text. A text can be cut otherwise, above
all so that one token runs across its end. Each text is read both ways (`benchmarks.covering`, with
the last one and the last two tokens cut anew): at the ends of words, after characters of a script
without spaces, and within words. Beside it stands how far two models are apart at these places.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from benchmarks.covering import CLASSES, Covered, Predict, Spelling, Tokens, covered
from workbench.backends.formats import Formats
from workbench.backends.positions import kept_positions
from workbench.backends.spelling import UnspelledError, spelled
from workbench.errors import ModelError
from workbench.metrics.divergences import DIVERGENCES
from workbench.models.catalogue import load_catalogue
from workbench.models.fetch import located
from workbench.packs import load_packs

PASSAGES, PROMPTS = "continuation/passages", "continuation/open-prose"
WORD_ENDS, NO_SPACES, IN_WORDS = "word ends", "script without spaces", "within words"
BACK = (1, 2)
"""How many of the last tokens are cut anew."""
LONG_WORD = 6
"""Words of so many letters are also stopped in the middle of."""
WORDS = 4
"""Most words of a passage that are."""
LARGE, STEP = 400_000_000, 8
"""A model with more parameters reads only one of so many places."""
IN_WORD = torch.tensor(
    [chr(byte).isalnum() if byte < 128 else byte < 256 for byte in range(CLASSES)]
)
"""Bytes that go on with a word: letters, digits, and every byte of another script."""

Place = tuple[str, str, int]
"""Group, probe and characters before the place."""
Ends = list[tuple[Place, list[int], int]]
"""Places of a text, its tokens, and how many of them come before the place."""


@dataclass(frozen=True, slots=True)
class Read:
    """One place, read in each way."""

    plain: Tensor
    corrected: tuple[Covered, ...]
    """For each of `BACK`."""


def measure(quick: bool) -> dict[str, object]:
    """Measure each model, then each pair of models."""
    rows: dict[str, object] = {}
    found: dict[str, dict[Place, Read]] = {}
    entries = [entry for entry in load_catalogue().values() if entry.backend == "local"]
    for entry in entries[:1] if quick else entries:
        try:
            found[entry.name] = _read_model(located(entry), quick)
        except (ModelError, UnspelledError) as error:
            rows[entry.name] = f"not measured: {error}"
    for name, places in found.items():
        rows |= {f"{name}, {label}": row for label, row in _costs(places)}
    for one, other in combinations(found, 2):
        rows |= {f"{one} and {other}, {k}": row for k, row in _apart(found[one], found[other])}
    return rows


# --- reading ----------------------------------------------------------------------------------


class Reading:
    """A text that was read once, and from whose tokens other continuations go on."""

    @torch.inference_mode()
    def __init__(self, model: Any, ids: Sequence[int]) -> None:  # noqa: ANN401 - transformers is untyped
        """Read it."""
        self._model, self._ids = model, tuple(ids)
        self._cache = DynamicCache()
        read = model(input_ids=torch.tensor([self._ids]), past_key_values=self._cache)
        self._rows: Tensor = read.logits[0]
        self._known: dict[Tokens, Tensor] = {}

    def chances(self, length: int) -> Tensor:
        """Probabilities of the token after so many of the text's own: (vocab,), float64."""
        return self._rows[length - 1].double().softmax(0)

    def behind(self, length: int) -> Predict:
        """The model behind so many of the text's own tokens, at least one."""

        def predict(asked: Sequence[Tokens]) -> list[Tensor]:
            wholes = [(*self._ids[:length], *tokens) for tokens in asked]
            self._read(length, [whole for whole in wholes if not self._has(whole)])
            return [
                self._known[whole] if whole in self._known else self.chances(len(whole))
                for whole in wholes
            ]

        return predict

    def _has(self, whole: Tokens) -> bool:
        return whole in self._known or whole == self._ids[: len(whole)]

    @torch.inference_mode()
    def _read(self, length: int, wholes: Sequence[Tokens]) -> None:
        if not wholes:
            return
        cache = copy.deepcopy(self._cache)
        cache.crop(length - len(self._ids))
        cache.batch_repeat_interleave(len(wholes))
        ids = torch.tensor([whole[length:] for whole in wholes])
        rows = self._model(input_ids=ids, past_key_values=cache, logits_to_keep=1).logits[:, -1]
        self._known |= dict(zip(wholes, rows.double().softmax(1), strict=True))


def _read_model(folder: Path, quick: bool) -> dict[Place, Read]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model.eval()
    spelling = Spelling(spelled(tokenizer, int(model.config.vocab_size)).tokens)
    step = STEP if model.num_parameters() > LARGE else 1
    found: dict[Place, Read] = {}
    seen = 0
    for ends in _texts(Formats(tokenizer), quick):
        chosen = ends[-seen % step :: step]
        seen += len(ends)
        reading = Reading(model, ends[0][1]) if chosen else None
        for place, ids, length in chosen:
            if reading and length > max(BACK):  # a token is left to go on from
                found[place] = _read_place(spelling, reading, ids[:length])
    return found


def _read_place(spelling: Spelling, reading: Reading, ids: Sequence[int]) -> Read:
    length = len(ids)
    ways = [
        covered(spelling, reading.behind(length - back), tuple(ids[length - back :]))
        for back in BACK
    ]
    return Read(spelling.next_bytes(reading.chances(length)), tuple(ways))


# --- places -----------------------------------------------------------------------------------


def _texts(formats: Formats, quick: bool) -> Iterator[Ends]:
    """Every text that is read once, with the places it is read for."""
    packs = load_packs()
    few = slice(3 if quick else None)
    for probe in packs[PASSAGES].probes[few]:
        ids, ends = formats.cut(probe.prompt, opened=True)
        kept = kept_positions("passage", probe.prompt, ends)
        group = WORD_ENDS if probe.prompt[ends[kept[0]]].isspace() else NO_SPACES
        yield [((group, probe.key, ends[at]), ids, at + 1) for at in kept]
        for place in _in_words(probe.prompt):
            yield [_whole(formats, IN_WORDS, probe.key, probe.prompt[:place])]
    for probe in packs[PROMPTS].probes[few]:
        yield [_whole(formats, WORD_ENDS, probe.key, probe.prompt)]


def _whole(formats: Formats, group: str, key: str, text: str) -> tuple[Place, list[int], int]:
    ids, _ = formats.cut(text, opened=True)
    return (group, key, len(text)), ids, len(ids)


def _in_words(text: str) -> list[int]:
    """The middle of a few long words between spaces, evenly chosen."""
    found, start = [], 0
    for word in text.split(" "):
        if word.isalpha() and len(word) >= LONG_WORD and start:
            found.append(start + len(word) // 2)
        start += len(word) + 1
    return found[:: -(-len(found) // WORDS) or 1]


# --- results ----------------------------------------------------------------------------------


def _costs(places: Mapping[Place, Read]) -> Iterator[tuple[str, str]]:
    for group in (WORD_ENDS, NO_SPACES, IN_WORDS):
        reads = [read for place, read in places.items() if place[0] == group]
        for number, back in enumerate(BACK if reads else ()):
            ways = [read.corrected[number] for read in reads]
            yield f"{group}, {back} cut anew", _cost([read.plain for read in reads], ways)


def _cost(plain: Sequence[Tensor], ways: Sequence[Covered]) -> str:
    off = [_js(one, way.mass) for one, way in zip(plain, ways, strict=True)]
    over = [_js(_over(one), _over(way.mass)) for one, way in zip(plain, ways, strict=True)]
    low, high = torch.tensor(off).quantile(torch.tensor([0.5, 0.95])).tolist()
    return (
        f"JS {fmean(off):.4f} bits (median {low:.4f}, 95th percentile {high:.4f}), "
        f"{fmean(over):.4f} if the word is over, "
        f"crossing {fmean(way.crossing for way in ways):.4f}, "
        f"recut {fmean(way.recut for way in ways):.4f}, "
        f"left out {fmean(way.left_out for way in ways):.1e}, n = {len(off)}"
    )


def _apart(one: Mapping[Place, Read], other: Mapping[Place, Read]) -> Iterator[tuple[str, str]]:
    for group in (WORD_ENDS, NO_SPACES, IN_WORDS):
        shared = [place for place in one if place in other and place[0] == group]
        if not shared:
            continue
        yield group, f"JS in bits: {_sides(one, other, shared)}, n = {len(shared)}"


def _sides(one: Mapping[Place, Read], other: Mapping[Place, Read], shared: Sequence[Place]) -> str:
    """Means over places: plain, corrected, and both where the word is over."""
    plain = [(one[at].plain, other[at].plain) for at in shared]
    best = [(one[at].corrected[-1].mass, other[at].corrected[-1].mass) for at in shared]
    means = {
        "plain": fmean(_js(p, q) for p, q in plain),
        "corrected": fmean(_js(p, q) for p, q in best),
        "plain if the word is over": fmean(_js(_over(p), _over(q)) for p, q in plain),
        "corrected if the word is over": fmean(_js(_over(p), _over(q)) for p, q in best),
    }
    return ", ".join(f"{value:.4f} {name}" for name, value in means.items())


def _over(mass: Tensor) -> Tensor:
    """The distribution given that the word does not go on."""
    left = mass.masked_fill(IN_WORD, 0)
    return left / left.sum()


def _js(p: Tensor, q: Tensor) -> float:
    return float(DIVERGENCES["jensen-shannon"].term(p, q).sum())
