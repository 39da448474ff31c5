"""A table that a report carries is compared with the journals, within limits that it cannot raise."""

import sys
import tempfile
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench import preflight
from workbench.verify import attached

COUNT = 100
EXPECTED = pa.table(
    {
        "run_id": ["run"] * COUNT,
        "probe_address": [f"style/plain/{n}" for n in range(COUNT)],
        "repeat": pa.array([0] * COUNT, pa.int32()),
        "text": [f"answer {n}" for n in range(COUNT)],
        "logprobs": [[-0.5, -1.5]] * COUNT,
    }
)


@pytest.fixture(autouse=True)
def emptied(tmp_path, monkeypatch):
    """Whatever comes of a table, no file of it stays behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def said(table, **how):
    """What is said of this table where the other is expected."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **how)
    return list(attached._table_differences("t.parquet", bytes(sink.getvalue()), EXPECTED))


def with_column(name, values):
    return EXPECTED.set_column(EXPECTED.schema.get_field_index(name), name, values)


def with_first(name, value):
    own = EXPECTED[name]
    return with_column(name, pa.array([value, *own.to_pylist()[1:]], own.type))


@pytest.mark.parametrize("how", [{}, {"compression": "none"}, {"row_group_size": 7}])
def test_a_table_that_another_program_wrote_is_the_same(how):
    assert said(EXPECTED, **how) == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("text", "other", "text is other there and answer 0 in the journals."),
        ("text", None, "text is None there and answer 0 in the journals."),
        ("repeat", 1, "repeat is 1 there and 0 in the journals."),
        (
            "logprobs",
            [-0.5, float("nan")],
            "logprobs is [-0.5, nan] there and [-0.5, -1.5] in the journals.",
        ),
    ],
)
def test_one_changed_value_is_named_with_both(name, value, words):
    assert said(with_first(name, value)) == [f"t.parquet, row 1 (run at style/plain/0): {words}"]


def test_other_types_are_named_before_any_row_is_looked_at(monkeypatch):
    monkeypatch.delattr(attached, "_rows_differences")
    words = "t.parquet holds values of another type than the observations in"
    structures = pa.array([{"a": [1]}] * COUNT)
    assert said(with_column("text", structures)) == [f"{words} text."]
    long = with_column("repeat", pa.array([0] * COUNT, pa.int64()))
    assert said(long) == [f"{words} repeat."]


def test_other_columns_and_counts_are_named():
    assert said(EXPECTED.drop_columns("text")) == [
        "t.parquet has other columns than the observations."
    ]
    assert said(EXPECTED.slice(1)) == ["t.parquet has 99 rows, and the journals give 100."]


def test_rows_that_a_table_counts_and_does_not_hold_are_named():
    found = iter([EXPECTED.slice(0, 3).to_pylist()])
    assert list(attached._rows_differences("t.parquet", found, EXPECTED)) == [
        "t.parquet ends after 3 rows, and the journals give 100."
    ]


@pytest.mark.parametrize("value", ["\x01" * 2_000_000, ["\U000e0001" * 2_000_000]])
def test_a_long_value_that_differs_is_not_spelled_out_as_a_whole(value):
    tracemalloc.start()
    short = attached._short(value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(short) == attached.SHOWN + 1 or short.startswith("['")
    assert peak < 100_000


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
def test_a_table_that_fills_the_memory_is_named_and_not_read(monkeypatch):
    monkeypatch.setattr(preflight, "MEMORY_BYTES", 450 << 20)
    once = pa.DictionaryArray.from_arrays(pa.array([0] * COUNT, pa.int32()), ["x" * 2_000_000])
    assert said(with_column("text", once.cast(pa.string()))) == [
        "t.parquet takes more than 0.439 GB of memory to read, so it was not read."
    ]


def test_what_is_no_parquet_is_named():
    (problem,) = attached._table_differences("t.parquet", b"PAR1 no table PAR1", EXPECTED)
    assert problem.startswith("t.parquet cannot be read as Parquet (")
