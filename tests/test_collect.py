"""Recording through interruptions, with a backend that is a list of replies."""

import pytest

from tests import made
from workbench.backends import Reply
from workbench.collect import collect, is_closed, never
from workbench.errors import BackendError
from workbench.records import Capabilities, ModelEntry
from workbench.store import create_case

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
