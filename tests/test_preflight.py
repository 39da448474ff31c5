"""A Parquet file from elsewhere is read first in a child, which ends where it takes too much."""

import io
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench import preflight
from workbench.preflight import PreflightError, batches, opened

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")

ROWS = 64
ROOM = 450 << 20
"""What the child needs for itself, and some 100 MB."""
LONG = "x" * 2_000_000


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    monkeypatch.setattr(preflight, "MEMORY_BYTES", ROOM)
    monkeypatch.setattr(preflight, "PROCESSOR_SECONDS", 20)


def written(table, **how):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **how)
    return bytes(sink.getvalue())


def read(path, content, columns=("text",)):
    path.write_bytes(content)
    with opened(path, columns, ROWS) as file:
        return [row for rows in batches(file, columns, ROWS) for row in rows]


def refused(path, content, columns=("text",)):
    with pytest.raises(PreflightError) as error:
        read(path, content, columns)
    return str(error.value)


TOO_LARGE = "takes more than 0.439 GB of memory to read"


def repeated(count, text=LONG):
    """One text many times, which the file holds once."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), [text])
    return once.cast(pa.string())


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_a_text_that_rows_repeat_until_memory_is_full_is_refused(tmp_path, codec):
    content = written(pa.table({"text": repeated(200)}), compression=codec)
    assert len(content) < 2_100_000
    assert refused(tmp_path / "a", content) == TOO_LARGE


def test_a_file_that_just_fits_is_read(tmp_path):
    found = read(tmp_path / "a", written(pa.table({"text": repeated(15)})))
    assert found == [{"text": LONG}] * 15


def test_columns_that_are_not_wanted_or_not_there_are_not_read(tmp_path):
    content = written(pa.table({"text": ["a", "b"], "other": repeated(2, LONG * 40)}))
    assert read(tmp_path / "a", content, ("text", "absent")) == [{"text": "a"}, {"text": "b"}]
    assert read(tmp_path / "a", content, ("absent",)) == []
    assert refused(tmp_path / "a", content, ("text", "other")) == TOO_LARGE


def understated(content):
    """An unpacked dictionary page that is said to unpack to nothing, which Arrow does not look at."""
    column = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0)
    changed = bytearray(content)
    at = column.dictionary_page_offset + 3  # behind the kind of page and the head of the size
    while changed[at] & 128:
        changed[at] = 128
        at += 1
    changed[at] = 0
    return bytes(changed)


def test_a_page_that_states_a_small_size_helps_nobody(tmp_path):
    few, many = (
        understated(written(pa.table({"text": repeated(n)}), compression="none")) for n in (15, 200)
    )
    assert len(read(tmp_path / "a", few)) == 15
    assert refused(tmp_path / "a", many) == TOO_LARGE


def lists(columns, values):
    """A row whose structure has so many lists, each of so many zeros."""
    zeros = pa.array(memoryview(bytes(values)), pa.int8())
    one = pa.ListArray.from_arrays(pa.array([0, values], pa.int32()), zeros)
    return pa.StructArray.from_arrays([one] * columns, [f"f{n}" for n in range(columns)])


def test_lists_within_a_structure_count_together(tmp_path):
    content = written(pa.table({"text": lists(50, 400_000)}), compression="zstd")
    assert len(content) < 100_000
    assert len(read(tmp_path / "a", written(pa.table({"text": lists(1, 400_000)})))) == 1
    assert refused(tmp_path / "a", content) == TOO_LARGE


@pytest.mark.parametrize("junk", [b"\x19", b"\xff", b"\x00", b"\x1c"])
def test_pages_and_footers_of_junk_end_in_an_error_of_arrow(tmp_path, junk):
    content = written(pa.table({"text": [str(n) for n in range(30_000)]}), use_dictionary=False)
    pages = content[:4] + junk * 60_000 + content[60_004:]
    footer = b"PAR1" + junk * 60_000 + (60_000).to_bytes(4, "little") + b"PAR1"
    for spoiled in (pages, footer):
        with pytest.raises((pa.ArrowInvalid, PreflightError)):
            read(tmp_path / "a", spoiled)


def parts_of_one(content, parts):
    """The same rows again and again: so many parts of the file that all lie in one place."""
    about = pq.ParquetFile(io.BytesIO(content)).metadata
    again = pq.ParquetFile(io.BytesIO(content)).metadata
    for _ in range(parts - 1):
        about.append_row_groups(again)
    sink = io.BytesIO()
    about.write_metadata_file(sink)
    begin = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    return content[:begin] + sink.getvalue()[4:]


def test_parts_that_share_their_pages_take_no_more_time_than_is_lent(tmp_path, monkeypatch):
    content = written(pa.table({"text": repeated(15)}))
    assert len(read(tmp_path / "a", parts_of_one(content, 2))) == 30
    monkeypatch.setattr(preflight, "MEMORY_BYTES", 2 << 30)
    monkeypatch.setattr(preflight, "PROCESSOR_SECONDS", 1)
    endless = parts_of_one(content, 2_000)
    assert len(endless) < 1_000_000
    words = "takes more than 1 seconds of processor time to read"
    assert refused(tmp_path / "a", endless) == words


def test_a_child_that_never_ends_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "WALL_SECONDS", 1)
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(PreflightError, match=r"^is not read within 1 seconds$"),
        opened(tmp_path / "pipe", ("text",), ROWS),
    ):
        pass


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("os.kill(os.getpid(), 9)", "signal -9"),
        ("os.abort()", "signal -6"),
        ("sys.exit(9)", "exit code 9"),
        ("raise RecursionError", "exit code 1"),
    ],
)
def test_a_child_that_is_ended_or_fails_means_that_nothing_is_read(
    tmp_path, monkeypatch, ending, words
):
    child = tmp_path / "child.py"
    child.write_text(f"import os, sys\n{ending}\n")
    monkeypatch.setattr(preflight, "__file__", str(child))
    expected = f"ends the process that reads it ({words.replace('-', '')})"
    assert refused(tmp_path / "a", written(pa.table({"text": ["a"]}))) == expected


def test_a_child_that_cannot_be_started_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert refused(tmp_path / "a", b"") == (
        "cannot be tried in a process of its own (No such file or directory)"
    )


def test_the_child_gets_no_keys_and_loads_nothing_of_this_program(tmp_path, monkeypatch):
    said = tmp_path / "said"
    child = tmp_path / "child.py"
    child.write_text(
        f"import os, sys, runpy\n"
        f"print(sorted(os.environ), file=open({str(said)!r}, 'w'))\n"
        f"try: runpy.run_path({preflight.__file__!r}, run_name='__main__')\n"
        f"finally: print([m for m in sys.modules if m in ('workbench', 'torch', 'pandas')],"
        f" file=sys.stdout, flush=True)\n"
    )
    seen = []
    run = preflight.subprocess.run

    def kept(*words, **how):
        seen.append(run(*words, **how))
        return seen[-1]

    monkeypatch.setenv("SECRET_KEY", "sk-1")
    monkeypatch.setattr(preflight, "__file__", str(child))
    monkeypatch.setattr(preflight.subprocess, "run", kept)
    read(tmp_path / "a", written(pa.table({"text": ["a"]})))
    assert seen[0].stdout == b"[]\n"
    assert "SECRET_KEY" not in said.read_text()
    assert "ARROW_DEFAULT_MEMORY_POOL" in said.read_text()


def test_hostile_column_names_and_paths_reach_the_child_as_they_are(tmp_path):
    name = "te\u202ext\n\x07'\""
    content = written(pa.table({name: ["a"]}))
    assert read(tmp_path / "a\n ☂ 'b", content, (name, "\x00", "\udc80", "x" * 200_000)) == [
        {name: "a"}
    ]


def test_honest_files_of_every_kind_are_read(tmp_path):
    table = pa.table(
        {
            "text": [f"Prompt {n}: {'word ' * (n % 200)}" for n in range(5_000)],
            "answers": [["Yes.", f"Answer {n}."] if n % 3 else None for n in range(5_000)],
            "value": [n / 7 for n in range(5_000)],
            "about": [{"n": n} for n in range(5_000)],
        }
    )
    for how in (
        {"data_page_version": "2.0", "compression": "zstd"},
        {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}},
        {"row_group_size": 777, "data_page_size": 1_000},
    ):
        assert read(tmp_path / "a", written(table, **how), table.column_names) == table.to_pylist()


def test_this_process_takes_its_memory_where_the_child_did_and_for_that_alone(tmp_path):
    before, system = pa.default_memory_pool().backend_name, pa.system_memory_pool()
    (tmp_path / "a").write_bytes(written(pa.table({"text": repeated(15)})))
    held = system.bytes_allocated()
    with opened(tmp_path / "a", ("text",), ROWS) as file:
        assert pa.default_memory_pool().backend_name == before
        batch = next(file.iter_batches(ROWS))
        assert system.bytes_allocated() - held >= batch.nbytes > 15 * len(LONG)
