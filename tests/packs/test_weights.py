"""Weights: kept beside the packs, believed only for the version they were measured on."""

from dataclasses import replace

import pytest

from tests import made
from workbench.errors import PackError
from workbench.packs.weights import (
    PackWeights,
    ProbeWeight,
    read_weights,
    weighed_versions,
    weights_file,
    write_weights,
)

PACK = made.pack(probes=3)


def weights(pack=PACK, **gaps):
    return PackWeights(
        pack=pack.id,
        version=pack.version,
        digest=pack.digest,
        repeats=2,
        embedder="made",
        models={"alpha": "sha256:a"},
        probes=tuple(ProbeWeight(key, 3, gap, 0.5) for key, gap in gaps.items()),
        unweighed=(),
        separations=(),
    )


def test_weights_come_back_as_they_were_written(tmp_path):
    kept = weights(**{"probe-0": 0.25})
    assert write_weights(kept, tmp_path) == tmp_path / ".weights/style/greetings.json"
    assert read_weights(PACK, tmp_path) == kept


def test_nothing_is_written_through_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes" / ".weights").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackError, match="symbolic link"):
        write_weights(weights(), tmp_path / "probes")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_pack_never_weighed_has_no_weights(tmp_path):
    assert read_weights(PACK, tmp_path) is None


def test_weights_of_another_content_are_not_believed(tmp_path):
    write_weights(weights(), tmp_path)
    assert read_weights(replace(PACK, title="Changed"), tmp_path) is None


def test_a_version_that_was_weighed_is_remembered(tmp_path):
    write_weights(weights(), tmp_path)
    assert weighed_versions(tmp_path) == {("style/greetings", 1): PACK.digest}


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"pack": 1}', "NaN", "[" * 100_000, "\ud800", "9" * 5_000],
    ids=["empty", "list", "torn", "misfit", "nan", "deep", "surrogate", "digits"],
)
def test_a_broken_file_is_refused_in_words(tmp_path, content):
    file = weights_file(PACK.id, tmp_path)
    file.parent.mkdir(parents=True)
    file.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(PackError, match="it cannot be read"):
        read_weights(PACK, tmp_path)
    with pytest.raises(PackError, match="it cannot be read"):
        weighed_versions(tmp_path)


def test_a_gap_that_is_no_number_is_refused(tmp_path):
    file = write_weights(weights(**{"probe-0": 0.25}), tmp_path)
    file.write_text(file.read_text().replace("0.25", "NaN"))
    with pytest.raises(PackError, match="it cannot be read"):
        read_weights(PACK, tmp_path)


def test_an_endless_file_is_refused(tmp_path):
    file = write_weights(weights(), tmp_path)
    file.write_text(" " * 4_000_001)
    with pytest.raises(PackError, match="larger than 4,000,000 bytes"):
        read_weights(PACK, tmp_path)
