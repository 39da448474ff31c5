import json

import pytest

from workbench.errors import ModelError
from workbench.models.catalogue import find_model, load_catalogue, write_entry
from workbench.models.clients import PINNED_NPM, PINNED_PYPI
from workbench.models.sources import source_parts
from workbench.records import ModelEntry

GOOD = """
[models.{name}]
title = "A model"
family = "some"
backend = "local"
source = "pypi:some==1.0"
format = "gguf"
file = "some/model.gguf"
sha256 = "{sha}"
"""


@pytest.fixture
def listed(tmp_path):
    def write(text):
        path = tmp_path / "models.toml"
        path.write_text(text)
        return path

    return write


def good(name="some"):
    return GOOD.format(name=name, sha="a" * 64)


def test_an_entry_is_read_with_its_name(listed, cache):
    entry = load_catalogue(listed(good()))["some"]
    assert (entry.name, entry.family, entry.parents) == ("some", "some", ())


def test_every_shipped_package_is_pinned(cache):
    patterns = {"pypi": PINNED_PYPI, "npm": PINNED_NPM}
    for entry in load_catalogue().values():
        assert len(entry.sha256) == 64
        for part in source_parts(entry.source):
            assert patterns[part.kind].fullmatch(part.place), part
        assert entry.licence != "not stated"


def test_an_unknown_name_suggests_the_nearest(cache):
    with pytest.raises(ModelError) as error:
        find_model("smolm2-135m")
    assert error.value.what == 'There is no model "smolm2-135m"; did you mean "smollm2-135m"?'
    assert error.value.fix == "Run `workbench models list` to see every known model."


def test_every_problem_of_the_list_is_named_at_once(listed, cache):
    text = (
        good().replace("[models.some]", '[models."Some Name"]').replace("title", "titel")
        + good("other").replace("gguf", "ggml").replace("a" * 64, "short")
        + 'parents = ["soem"]\n[extra]\n'
    )
    with pytest.raises(ModelError) as error:
        load_catalogue(listed(text))
    assert error.value.what == (
        'models.toml has 7 problems: "extra" is not known at the top; '
        "Some Name: a name is made of lower-case letters, digits, dots, dashes and underscores; "
        'Some Name: "titel" is not a field; did you mean "title"?; '
        "Some Name: title: Field required; "
        'other: format "ggml" is not known; did you mean "gguf"?; '
        "other: sha256 is not 64 lower-case hexadecimal digits; "
        'other: parent "soem" is not in the list.'
    )


def test_a_package_without_a_digest_is_a_problem(listed, cache):
    text = "\n".join(line for line in good().splitlines() if not line.startswith("sha256"))
    with pytest.raises(ModelError, match=r'source "pypi:some==1.0" needs a pinned sha256'):
        load_catalogue(listed(text))


@pytest.mark.parametrize("text", ["[models.some", "", "models = 3", "[models]\nsome = 3"])
def test_a_list_that_is_no_list_is_refused(listed, cache, text):
    with pytest.raises(ModelError, match=r"models.toml has \d problem"):
        load_catalogue(listed(text))


def test_a_missing_list_is_named(tmp_path, cache):
    with pytest.raises(ModelError, match=r"nowhere.toml does not exist"):
        load_catalogue(tmp_path / "nowhere.toml")


def made(name):
    return ModelEntry(name, "Made", "some", "local", "derived:some", "safetensors")


def test_a_folder_of_the_cache_describes_itself(listed, cache):
    folder = cache / "derived" / "abc"
    folder.mkdir(parents=True)
    write_entry(folder, made("some-made"))
    assert list(load_catalogue(listed(good()))) == ["some", "some-made"]


def test_the_list_goes_before_the_cache(listed, cache):
    folder = cache / "models" / "some-abc"
    folder.mkdir(parents=True)
    write_entry(folder, made("some"))
    assert load_catalogue(listed(good()))["some"].title == "A model"


def test_a_folder_that_is_still_being_built_is_not_seen(listed, cache):
    folder = cache / "models" / ".incoming-x"
    folder.mkdir(parents=True)
    write_entry(folder, made("half"))
    assert "half" not in load_catalogue(listed(good()))


def test_an_unreadable_entry_is_named(listed, cache):
    folder = cache / "models" / "bad"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps({"name": "bad"}))
    with pytest.raises(ModelError, match=r"bad/model.json cannot be read: not a ModelEntry"):
        load_catalogue(listed(good()))
