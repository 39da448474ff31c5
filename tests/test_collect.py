"""Recording through interruptions, with a backend that is a list of replies."""

from dataclasses import replace

import pytest
import torch

from tests import made
from tests.tiny import save_tiny_model
from workbench import collect as collecting
from workbench.backends import LocalBackend, Reply
from workbench.collect import collect, is_closed, never, run_of
from workbench.compare.material import gather, likelihood, logprobs
from workbench.custody import sittings
from workbench.device import choose_device
from workbench.errors import BackendError, CaseError
from workbench.records import Capabilities, EndpointTraits, ModelEntry, Vocabulary
from workbench.store import create_case
from workbench.store.vocabularies import read_vocabulary

ENTRY = ModelEntry("base", "Base", "base", "local", "folder:made", "safetensors")


class Listed:
    """Answers every question at once; `cut` is raised after so many. When it is cut short or closed,
    `arrived` more answers are waiting."""

    capabilities = Capabilities(text=True, logits=False)
    weights_digest = tokenizer_digest = None
    vocabulary = "nothing is spelled here"
    device_sentence = "Nowhere."
    versions = {"made": "1"}  # noqa: RUF012

    def __init__(self, cut=None, after=0, arrived=0):
        self.cut, self.after, self.arrived = cut, after, arrived
        self.left, self.closed, self.asked = [], False, 0

    def ask(self, questions):
        while self.left:
            yield self.left.pop(), Reply("answered", "Late.", "raw", token_count=None)
        for number, question in enumerate(questions):
            if self.cut is not None and number == self.after:
                self.left = list(questions[number : number + self.arrived])
                raise self.cut
            self.asked += 1
            try:
                yield question, Reply("answered", "Hello.", "raw", token_count=1)
            except GeneratorExit:
                self.left = list(questions[number + 1 : number + 1 + self.arrived])
                raise

    def close(self):
        self.closed = True


@pytest.fixture
def store(tmp_path):
    packs = [made.pack(probes=10, repeats=4)]
    return create_case(tmp_path / "made", made.plan(packs), packs)


def record(store, backend, stopping=never):
    return collect(
        store,
        "reference",
        ENTRY,
        lambda: backend,
        clock=lambda: made.NOON,
        progress=lambda _: None,
        stopping=stopping,
    )


@pytest.mark.parametrize("kind", ["interrupt", "error"])
def test_what_had_arrived_when_asking_was_cut_short_is_recorded(store, kind):
    cut = KeyboardInterrupt() if kind == "interrupt" else BackendError("Gone.", fix="Wait.")
    backend = Listed(cut, after=21, arrived=7)
    with pytest.raises(type(cut)):
        record(store, backend)
    seen = store.observations("reference-base")
    assert len(seen) == 28
    assert sum(o.token_count is None for o in seen) == 7
    assert backend.closed
    assert not is_closed(store, "reference-base")


def test_a_run_that_was_cut_short_asks_only_what_is_missing(store):
    with pytest.raises(KeyboardInterrupt):
        record(store, Listed(KeyboardInterrupt(), after=21, arrived=7))
    again = Listed()
    record(store, again)
    seen = store.observations("reference-base")
    assert again.asked == 12
    assert len({(o.probe_address, o.repeat) for o in seen}) == len(seen) == 40
    assert is_closed(store, "reference-base")


def test_what_had_arrived_when_it_was_told_to_stop_is_recorded(store):
    backend = Listed(arrived=5)
    assert record(store, backend, stopping=lambda: True) is False
    assert len(store.observations("reference-base")) == 16 + 5
    assert backend.closed
    assert not is_closed(store, "reference-base")
    assert record(store, Listed()) is True
    assert len(store.answers()) == 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


def passages(tmp_path, name):
    pack = replace(made.pack(probes=20, repeats=1), kind="passage", template="raw")
    words = ("wood", "fox and dog", "town", "fine weather, a letter,", "green", "blue, red")
    probes = tuple(
        replace(probe, prompt=f"The {words[n % 6]} and the {words[n % 5]} are well, " * (1 + n % 3))
        for n, probe in enumerate(pack.probes)
    )
    packs = [replace(pack, probes=probes)]
    return create_case(tmp_path / name, made.plan(packs), packs)


def digests(store):
    seen = store.observations("reference-base")
    return {o.probe_address: (o.tensor_digest, o.content_digest) for o in seen}


class Cut:
    """A local model that is cut short after so many replies."""

    def __init__(self, folder, after):
        self._backend, self._after = LocalBackend(ENTRY, folder, choose_device("cpu")), after

    def __getattr__(self, name):
        return getattr(self._backend, name)

    def ask(self, questions):
        for number, pair in enumerate(self._backend.ask(questions)):
            if number == self._after:
                raise KeyboardInterrupt
            yield pair


@pytest.mark.parametrize("after", [1, 7, 15, 18])
def test_a_reading_cut_short_and_gone_on_with_gives_the_very_same_numbers(tmp_path, folder, after):
    whole, cut = passages(tmp_path, "whole"), passages(tmp_path, "cut")
    record(whole, LocalBackend(ENTRY, folder, choose_device("cpu")))
    with pytest.raises(KeyboardInterrupt):
        record(cut, Cut(folder, after))
    assert len(digests(cut)) == after
    record(cut, LocalBackend(ENTRY, folder, choose_device("cpu")))
    assert digests(cut) == digests(whole)


class Counting(Listed):
    units = ()

    def ask(self, questions):
        self.units = [*self.units, *(q.unit for q in questions)]
        yield from super().ask(questions)


def test_a_unit_of_which_anything_is_missing_is_asked_as_a_whole(tmp_path):
    store = passages(tmp_path, "units")
    with pytest.raises(KeyboardInterrupt):
        record(store, Counting(KeyboardInterrupt(), after=17))
    again = Counting()
    record(store, again)
    assert again.units == ["style/greetings/1"] * 4
    assert len(store.observations("reference-base")) == 20


def test_an_endpoint_is_never_asked_again_for_what_it_has_answered(tmp_path):
    traits = EndpointTraits(True, True, 0, 5, True, False, None, "max_tokens")
    served = Capabilities(text=True, logits=False, endpoint=traits)
    store = passages(tmp_path, "served")
    with pytest.raises(KeyboardInterrupt):
        record(store, Counting(KeyboardInterrupt(), after=17))
    again = Counting()
    again.capabilities = served
    record(store, again)
    assert len(again.units) == 3


def test_the_likelihood_of_a_passage_is_kept_and_read_back(tmp_path, folder):
    store = passages(tmp_path, "kept")
    given = {}

    class Watched(Cut):
        def ask(self, questions):
            for question, reply in super().ask(questions):
                given[question.address] = reply
                yield question, reply

    record(store, Watched(folder, None))
    (run,) = store.runs()
    material = gather(store, run)
    for address, reply in given.items():
        found = likelihood(store, material, address)
        assert torch.equal(found.token_logprobs, reply.likelihood.token_logprobs)
        assert torch.equal(found.token_ends, reply.likelihood.token_ends)
        assert torch.equal(logprobs(store, material, address), reply.logprobs)
    assert len(given) == 20


def test_what_tokens_write_is_kept_only_where_distributions_are_asked_for(store, tmp_path):
    spelling = Listed()
    spelling.vocabulary = Vocabulary((b"a", None))
    texts = run_of(store, "reference", ENTRY, spelling, made.NOON)
    assert (texts.vocabulary_digest, texts.vocabulary_note) == (
        None, "no distributions were asked for",
    )  # fmt: skip
    assert not store.vocabulary_folder.exists()
    beyond = passages(tmp_path, "beyond")
    kept = run_of(beyond, "reference", ENTRY, spelling, made.NOON).vocabulary_digest
    assert read_vocabulary(beyond.vocabulary_folder, kept) == spelling.vocabulary


def test_another_tokenizer_is_refused_when_a_run_goes_on(tmp_path):
    store = passages(tmp_path, "made")
    first = Listed(cut=KeyboardInterrupt(), after=4)
    first.vocabulary = Vocabulary((b"a", None))
    with pytest.raises(KeyboardInterrupt):
        record(store, first)
    second = Listed()
    second.vocabulary = Vocabulary((b"b", None))
    with pytest.raises(CaseError, match="another tokenizer"):
        record(store, second)
    first.cut = None
    assert record(store, first)


def test_a_run_of_texts_that_kept_a_vocabulary_goes_on_without_one(store, monkeypatch):
    """Earlier versions kept one for every run."""
    older = {"vocabulary_digest": f"sha256:{'0' * 64}"}
    monkeypatch.setattr(collecting, "run_of", lambda *of: replace(run_of(*of), **older))
    with pytest.raises(KeyboardInterrupt):
        record(store, Listed(cut=KeyboardInterrupt(), after=4))
    monkeypatch.undo()
    assert record(store, Listed())
    assert not sittings(store).problems
