from dataclasses import replace

import pytest

from workbench.errors import ModelError
from workbench.models.added import add_endpoint
from workbench.models.catalogue import load_catalogue
from workbench.models.convert import CONVERTERS
from workbench.models.sources import FORMATS
from workbench.records import Endpoint, ModelEntry

SERVED = ModelEntry(
    name="served",
    title="A served model",
    family="served",
    backend="http",
    source="https://models.example/v1",
    endpoint=Endpoint(served_as="model-1", api_key_env="SERVED_KEY"),
)


def test_an_added_endpoint_is_known_like_any_other_model(cache):
    add_endpoint(SERVED)
    assert load_catalogue()["served"] == SERVED


def test_every_problem_of_an_endpoint_is_named_and_nothing_is_kept(cache):
    wrong = replace(SERVED, name="Not A Name", source="ftp://models.example")
    with pytest.raises(ModelError) as error:
        add_endpoint(wrong)
    assert "its name is not made of" in error.value.what
    assert "source does not start with https://" in error.value.what
    assert not list(cache.rglob("model.json"))


def test_a_name_that_is_taken_is_refused(cache):
    add_endpoint(SERVED)
    with pytest.raises(ModelError, match='The name "served" is taken by another model'):
        add_endpoint(replace(SERVED, source="https://others.example/v1"))
    assert load_catalogue()["served"] == SERVED


def test_every_format_of_weights_has_a_converter():
    assert set(FORMATS) == set(CONVERTERS)
