import pytest

from workbench.errors import ModelError
from workbench.extent import default_controls
from workbench.models.catalogue import BACKEND_NAMES, load_catalogue
from workbench.models.fetch import fetch, located
from workbench.models.places import is_here

SERVED = """
[models.served]
title = "A served model"
family = "served"
backend = "http"
source = "https://models.example/v1"

[models.served.endpoint]
served_as = "model-1"
"""
LOCAL = """
[models.local]
title = "A model"
family = "local"
backend = "local"
source = "folder:here"
format = "safetensors"
"""


@pytest.fixture
def listed(tmp_path, cache):
    def load(text):
        path = tmp_path / "models.toml"
        path.write_text(text)
        return load_catalogue(path)

    return load


def test_an_endpoint_needs_little_more_than_its_address(listed):
    endpoint = listed(SERVED)["served"].endpoint
    assert (endpoint.served_as, endpoint.api_key_env, endpoint.price_in) == ("model-1", None, None)


def test_every_problem_of_an_endpoint_is_named_at_once(listed):
    text = SERVED.replace("https://models.example/v1", "ftp://u:sk-CANARY@models.example/v1?x=1")
    text = text.replace("served_as", 'format = "gguf"\nserved_as').replace(
        'backend = "http"', 'backend = "http"\nsha256 = "aa"'
    )
    text += (
        'api_key_env = "sk-CANARY-1"\napi_key_keyring = "alone"\nconcurrency = 0\n'
        'price_in = 1.0\ncurrency = "euro"\ntimeout_seconds = nan\nretries = 3\n'
    )
    with pytest.raises(ModelError) as error:
        listed(text)
    assert error.value.what == (
        'models.toml has 13 problems: served: "format" is not a field of endpoint; '
        'served: "retries" is not a field of endpoint; did you mean "max_retries"?; '
        "served: an endpoint has no sha256; "
        "served: source does not start with https:// or http://; "
        "served: source names a user or a password; name the key with api_key_env instead; "
        "served: source goes on after its path; leave out what follows ? or #; "
        "served: endpoint.api_key_env is not the name of an environment variable; "
        "served: endpoint.api_key_keyring is not of the form service/user; "
        "served: endpoint names two places for its key; keep one; "
        "served: endpoint.concurrency is outside 1 to 64; "
        "served: endpoint.timeout_seconds is outside 0.1 to 3,600; "
        "served: endpoint names one of price_in and price_out; name both or neither; "
        "served: endpoint.currency is not three capital letters."
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (SERVED.partition("\n[models.served.endpoint]")[0], "the table endpoint is missing"),
        (SERVED.replace('"http"', '"htpp"'), 'backend "htpp" is not known; did you mean "http"?'),
        (LOCAL + '[models.local.endpoint]\nserved_as = "x"', 'belongs to backend = "http"'),
        (SERVED.replace('"model-1"', "3"), "endpoint.served_as: Input should be a valid string"),
        (SERVED.replace('"model-1"', '" "'), "endpoint.served_as is empty"),
    ],
)
def test_a_mistake_in_an_endpoint_is_explained(listed, text, why):
    with pytest.raises(ModelError) as error:
        listed(text)
    assert why in error.value.what


def test_the_list_knows_the_backends_that_there_are():
    from workbench.backends import BACKENDS

    assert set(BACKENDS) == set(BACKEND_NAMES)


@pytest.mark.parametrize("use", [located, lambda entry: fetch(entry, say=print)])
def test_an_endpoint_has_no_weights_to_find_or_fetch(listed, use):
    entry = listed(SERVED)["served"]
    assert not is_here(entry)
    with pytest.raises(ModelError, match="served is asked at an endpoint, which shows no weights"):
        use(entry)


def test_no_endpoint_is_asked_unless_it_is_named(listed):
    assert default_controls(listed(SERVED + LOCAL), "other", ["another"]) == ["local"]
