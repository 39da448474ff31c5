import errno
import json
import os
import random

import pytest

from workbench.digest import canonical
from workbench.errors import CaseError, CustodyError
from workbench.store.journal import Journal, read_journal

BODIES = [{"n": n, "text": f"answer {n} ⟨é⟩ \u2028 \x00"} for n in range(20)]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.jsonl"
    with Journal(path) as journal:
        journal.append("observation", BODIES)
    return path


def test_what_was_appended_is_read_back_in_order(path):
    assert [record.body for record in read_journal(path)] == BODIES


def test_the_chain_goes_on_where_it_stopped(path):
    with Journal(path) as journal:
        assert journal.length == 20
        (record,) = journal.append("close", [{}])
    assert [r.seq for r in read_journal(path)] == list(range(21))
    assert list(read_journal(path))[-1].digest == record.digest


@pytest.mark.parametrize("round_", range(200))
def test_a_flipped_bit_anywhere_is_found_or_shortens_the_journal(path, round_):
    head = list(read_journal(path))[-1].digest
    content = bytearray(path.read_bytes())
    dice = random.Random(round_)
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(bytes(content))
    try:
        records = list(read_journal(path))
    except CustodyError as error:
        assert "of journal run" in error.what
    else:  # only the very last newline may go unnoticed here; the head then differs
        assert records[-1].digest != head


def test_a_removed_record_is_named(path):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:7] + lines[8:]))
    with pytest.raises(CustodyError, match="Record 7 of journal run carries the number 8"):
        list(read_journal(path))


def test_swapped_records_are_named(path):
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3], lines[4] = lines[4], lines[3]
    path.write_bytes(b"".join(lines))
    with pytest.raises(CustodyError, match="Record 3 of journal run"):
        list(read_journal(path))


def test_a_changed_answer_with_its_own_digest_mended_breaks_the_next_link(path):
    lines = path.read_bytes().splitlines()
    fields = json.loads(lines[5])
    fields["body"]["text"] = "another answer"
    from workbench.store.journal import _linked

    mended = _linked(5, fields["prev"], fields["kind"], fields["body"])
    fields["digest"] = mended.digest
    lines[5] = canonical(fields)
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(CustodyError, match="Record 6 of journal run does not follow"):
        list(read_journal(path))


def test_a_journal_under_another_name_does_not_verify(path):
    other = path.rename(path.with_name("other.jsonl"))
    with pytest.raises(CustodyError, match="Record 0 of journal other"):
        list(read_journal(other))


@pytest.mark.parametrize("cut", [1, 2, 17, 100])
def test_a_torn_last_line_is_cut_and_the_journal_goes_on(path, cut):
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(list(read_journal(path))) == 19
    with Journal(path) as journal:
        assert journal.recovered
        journal.append("observation", [BODIES[19]])
    assert [record.body for record in read_journal(path)] == BODIES


def test_two_writers_are_one_too_many(path):
    with Journal(path), pytest.raises(CaseError, match="Another process is recording"):
        Journal(path)


def test_a_full_disk_loses_nothing_that_was_acknowledged(path, monkeypatch):
    before = path.read_bytes()
    with Journal(path) as journal:
        real = os.fsync

        def full(descriptor):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(CaseError, match="No space left on device"):
            journal.append("observation", [{"n": 20}])
        monkeypatch.setattr(os, "fsync", real)
        assert path.read_bytes() == before
        journal.append("observation", [{"n": 20}])
    assert len(list(read_journal(path))) == 21


def test_a_digit_changed_so_that_a_number_is_infinite_is_named(tmp_path):
    path = tmp_path / "run.jsonl"
    with Journal(path) as journal:
        journal.append("note", [{"seconds": 1.1999}])
    path.write_bytes(path.read_bytes().replace(b"1.1999", b"11e999"))
    with pytest.raises(CustodyError, match="Record 0 of journal run is not a journal record"):
        list(read_journal(path))
