import shutil

import pytest
from huggingface_hub import constants

from workbench.errors import ModelError
from workbench.models.catalogue import load_catalogue
from workbench.models.fetch import fetch, located, wanted
from workbench.models.provenance import read_provenance

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(tmp_path, monkeypatch, tiny_folder):
    """A hub cache as `huggingface_hub` lays it out, and no network."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    repo = tmp_path / "hub" / "models--org--Tiny-LM"
    snapshot = repo / "snapshots" / COMMIT
    for folder in (repo / "blobs", repo / "refs", snapshot):
        folder.mkdir(parents=True)
    (repo / "refs" / "main").write_text(COMMIT)
    for file in tiny_folder.iterdir():
        shutil.copyfile(file, repo / "blobs" / f"blob-{file.name}")
        (snapshot / file.name).symlink_to(f"../../blobs/blob-{file.name}")
    return snapshot


def silent(line):
    pass


def test_a_branch_is_resolved_to_its_commit_and_registered(cache, hub):
    folder = fetch(wanted("hf:org/Tiny-LM@main"), say=silent)
    entry = load_catalogue()["tiny-lm"]
    assert entry.source == f"hf:org/Tiny-LM@{COMMIT}"
    assert read_provenance(folder)["source"] == "hf:org/Tiny-LM@main"
    assert read_provenance(folder)["resolved"] == f"hf:org/Tiny-LM@{COMMIT}"
    assert located(entry) == folder


def test_links_into_the_hubs_cache_become_plain_files(cache, hub):
    folder = fetch(wanted("hf:org/Tiny-LM@main"), say=silent)
    assert {file.name for file in folder.iterdir()} == {
        *(file.name for file in hub.iterdir()),
        "model.json",
        "provenance.json",
    }
    assert not any(file.is_symlink() for file in folder.iterdir())


def test_a_second_fetch_needs_no_hub(cache, hub):
    first = fetch(wanted("hf:org/Tiny-LM@main"), say=silent)
    shutil.rmtree(hub.parent.parent)
    assert fetch(wanted("hf:org/Tiny-LM@main"), say=silent) == first


def test_pickles_and_code_in_a_repository_are_left_there(cache, hub):
    (hub / "pytorch_model.bin").write_bytes(b"x")
    (hub / "modeling_tiny.py").touch()
    folder = fetch(wanted("hf:org/Tiny-LM@main"), say=silent)
    assert not [file for file in folder.iterdir() if file.suffix in {".bin", ".py"}]


def test_a_repository_with_pickles_only_is_refused(cache, hub):
    (hub / "model.safetensors").unlink()
    (hub / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"there is no \.safetensors file"):
        fetch(wanted("hf:org/Tiny-LM@main"), say=silent)
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_a_link_out_of_the_hubs_cache_is_refused(cache, hub, tmp_path):
    (tmp_path / "secret.json").write_text("{}")
    (hub / "extra.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ModelError, match=r"extra.json of org/Tiny-LM is a link that leads out"):
        fetch(wanted("hf:org/Tiny-LM@main"), say=silent)


def test_what_is_not_there_offline_is_an_error_in_words(cache, hub):
    with pytest.raises(ModelError) as error:
        fetch(wanted("hf:org/other@main"), say=silent)
    assert error.value.what.startswith("org/other at main could not be had from the hub: ")
    assert error.value.fix.startswith("Check the name, the revision and the network")


@pytest.mark.parametrize("source", ["hf:org/tiny", "hf:tiny@main", "hf:org/tiny@", "hf:a/b/c@main"])
def test_a_repository_without_a_revision_is_refused(cache, source):
    with pytest.raises(ModelError, match="does not name one revision of one repository"):
        wanted(source)
