"""A case as one file and back, and what an archive from elsewhere may not do."""

import io
import shutil
import zipfile

import pytest

from tests import asked
from workbench.errors import CustodyError
from workbench.store.archive import named_files, pack_case, unpack_case


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return asked.compared(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def archive(store):
    return pack_case(store, 64 << 20)


def journals(store):
    return {name: store.journal_path(name).read_bytes() for name in store.journals()}


def test_a_case_comes_out_of_its_archive_as_it_went_in(store, archive, tmp_path):
    again = unpack_case(archive.content, tmp_path / "made")
    assert journals(again) == journals(store)
    assert again.comparisons() == store.comparisons()
    assert archive.lacking == {}
    for files in named_files(again).values():
        assert all(path.is_file() for path in files.values())


def test_the_same_case_gives_the_same_bytes_wherever_it_lies(store, archive, tmp_path):
    copy = type(store)(shutil.copytree(store.folder, tmp_path / "elsewhere"))
    assert pack_case(copy, 64 << 20).content == archive.content


def test_what_does_not_fit_stays_out_kind_by_kind(store):
    sizes = {
        kind: sum(path.stat().st_size for path in files.values())
        for kind, files in named_files(store).items()
    }
    assert sizes["distributions"] > 0
    found = pack_case(store, sizes["likelihoods"])
    assert found.lacking == {"distributions": 30}
    assert set(pack_case(store, 0).lacking) == {"likelihoods", "distributions"}


def test_a_file_that_the_case_has_lost_is_counted(store, tmp_path):
    copy = type(store)(shutil.copytree(store.folder, tmp_path / "lost"))
    next(iter(named_files(copy)["distributions"].values())).unlink()
    assert pack_case(copy, 64 << 20).lacking == {"distributions": 1}


def changed(archive, change):
    """The archive with another list of entries."""
    with zipfile.ZipFile(io.BytesIO(archive.content)) as packed:
        entries = {entry.filename: packed.read(entry) for entry in packed.infolist()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for place, content in change(entries).items():
            packed.writestr(place, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "place",
    [
        "../out.jsonl",
        "/etc/out.jsonl",
        "journal/../../out.jsonl",
        "journal/case.duckdb",
        "journal/a/b.jsonl",
        "journal/.hidden.jsonl",
        "journal\\out.jsonl",
        "tensors/suspect-tuned/short.safetensors",
        "case.duckdb",
    ],
)
def test_a_place_that_no_file_of_a_case_has_is_refused(archive, place, tmp_path):
    content = changed(archive, lambda entries: entries | {place: b"x"})
    with pytest.raises(CustodyError, match="names a file that no case has"):
        unpack_case(content, tmp_path / "in" / "made")
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_unpacks_to_too_much_is_refused(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.store.archive.MOST_BYTES", 100_000)
    bomb = changed(archive, lambda entries: entries | {"journal/bomb.jsonl": b"\0" * 1_000_000})
    with pytest.raises(CustodyError, match="unpacks to more than"):
        unpack_case(bomb, tmp_path / "made")


def test_an_archive_that_unpacks_to_as_much_as_may_be_is_taken(archive, tmp_path, monkeypatch):
    with zipfile.ZipFile(io.BytesIO(archive.content)) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
    monkeypatch.setattr("workbench.store.archive.MOST_BYTES", size)
    assert unpack_case(archive.content, tmp_path / "made").comparisons()
    monkeypatch.setattr("workbench.store.archive.MOST_BYTES", size - 1)
    with pytest.raises(CustodyError, match="unpacks to more than"):
        unpack_case(archive.content, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_no_more_than_an_entry_states_comes_out_of_it(archive, tmp_path):
    place, size = "journal/bomb.jsonl", (2_000_000).to_bytes(4, "little")
    bomb = changed(archive, lambda entries: entries | {place: b"\0" * 2_000_000})
    assert bomb.count(size) == 2
    lying = bomb.replace(size, (1_000).to_bytes(4, "little"))
    with pytest.raises(CustodyError, match="cannot be unpacked"):
        unpack_case(lying, tmp_path / "made")
    assert (tmp_path / "made" / place).stat().st_size <= 1_000


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_what_is_no_archive_is_two_sentences(content, tmp_path):
    with pytest.raises(CustodyError, match="The archive of the case cannot be unpacked"):
        unpack_case(content, tmp_path / "made")


def test_a_flipped_byte_of_an_archive_is_noticed(archive, tmp_path):
    middle = len(archive.content) // 2
    content = bytearray(archive.content)
    content[middle] ^= 1
    with pytest.raises(CustodyError):
        unpack_case(bytes(content), tmp_path / "made")


def test_an_archive_without_a_case_journal_is_refused(archive, tmp_path):
    def without(entries):
        return {place: content for place, content in entries.items() if "case" not in place}

    with pytest.raises(CustodyError, match="holds no case journal"):
        unpack_case(changed(archive, without), tmp_path / "made")


def test_a_journal_that_was_edited_is_named(archive, tmp_path):
    def edited(entries):
        place = "journal/control-beta.jsonl"
        return entries | {place: entries[place].replace(b"word1", b"word2", 1)}

    with pytest.raises(CustodyError, match="of journal control-beta was changed"):
        unpack_case(changed(archive, edited), tmp_path / "made")
