"""What is read of a record that does not fit itself."""

import pytest
import torch
from safetensors.torch import save

from tests import made
from workbench.compare.material import Material
from workbench.compare.shown import Shown
from workbench.digest import digest_of_bytes
from workbench.errors import CustodyError
from workbench.observed import tensor_path
from workbench.records import TopTokens

PROBE = "continuation/openings#probe-0"


@pytest.fixture
def store(tmp_path):
    return made.planned_case(tmp_path)


def kept(store, **tensors):
    """A run's material whose tensor file holds just these."""
    run = made.run(store.plan(), "reference", "base")
    content = save(tensors)
    path = tensor_path(store.tensor_folder(run.id), digest_of_bytes(content))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    material = Material(run, {}, {})
    material.tensors[PROBE] = material.readings[PROBE, 0] = digest_of_bytes(content)
    material.offsets[PROBE] = (5,)
    return material


def test_distributions_of_as_many_places_as_the_record_names_are_read(store):
    found = Shown(store, {}).next_tokens(kept(store, logprobs=torch.zeros(1, 4)), PROBE)
    assert found.offsets == (5,)


@pytest.mark.parametrize("shape", [(2, 4), (4,), (0, 4)])
def test_distributions_of_another_shape_are_refused(store, shape):
    with pytest.raises(CustodyError, match="another shape"):
        Shown(store, {}).next_tokens(kept(store, logprobs=torch.zeros(shape)), PROBE)


@pytest.mark.parametrize("ends", [[1, 99], [-1, 2], [1]])
def test_a_reading_of_another_text_is_refused(store, ends):
    material = kept(
        store,
        token_logprobs=torch.zeros(2),
        token_ends=torch.tensor(ends, dtype=torch.int32),
    )
    with pytest.raises(CustodyError, match="another text"):
        Shown(store, {PROBE: "Hello"}).passage(material, PROBE)


def test_ends_are_counted_in_bytes(store):
    ends = torch.tensor([1, 2], dtype=torch.int32)
    material = kept(store, token_logprobs=torch.zeros(2), token_ends=ends)
    read = Shown(store, {PROBE: "éa"}).passage(material, PROBE)
    assert read.token_ends.tolist() == [2, 3]


def test_listed_tokens_without_known_bytes_count_as_unlisted(store):
    material = Material(made.run(store.plan(), "suspect", "tuned"), {}, {})
    material.tops[PROBE] = (
        TopTokens(
            5,
            (None,) * 4,
            (" the", "\ufffd", "<|end|>", "\ufffd"),
            (-1.0, -2.0, -3.0, -4.0),
            (None, None, None, "e4"),
        ),
    )
    found = Shown(store, {}).next_tokens(material, PROBE)
    assert found.lists == ({b" the": -1.0, b"\xe4": -4.0},)
