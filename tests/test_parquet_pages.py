"""Small Parquet files that would fill the memory are refused, and honest ones are not."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench import parquet_pages
from workbench.parquet_pages import PagesError, check_pages, read_header

ROWS = 64
LONG = "x" * 100_000
CODECS = ("none", "snappy", "gzip", "zstd", "brotli", "lz4")


def written(table, **how):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **how)
    return bytes(sink.getvalue())


def checked(content, columns=("text",), rows=ROWS):
    source = pa.BufferReader(content)
    check_pages(source, pq.ParquetFile(source).metadata, columns, rows)


def refused(content, columns=("text",), rows=ROWS):
    with pytest.raises(PagesError) as error:
        checked(content, columns, rows)
    return str(error.value)


def one_text(count, text=LONG):
    """A column of one text many times, which a dictionary holds once."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([text]))


def one_row(values):
    """A column of one row, a list of all these."""
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


@pytest.mark.parametrize("codec", CODECS)
def test_a_text_that_rows_repeat_counts_as_often_as_they_are_read_at_once(codec, monkeypatch):
    content = written(pa.table({"text": one_text(10_000)}), compression=codec)
    assert len(content) < 200_000
    # A codec that cannot be looked into counts as one text, with its length before it.
    most = ROWS * (len(LONG) + (4 if codec == "lz4" else 0))
    monkeypatch.setattr(parquet_pages, "MOST_REPEATED_BYTES", most)
    checked(content)
    monkeypatch.setattr(parquet_pages, "MOST_REPEATED_BYTES", most - 1)
    assert refused(content) == f"repeats its texts to {most:,} bytes in 64 rows"


def test_columns_count_together_and_those_that_are_not_read_do_not(monkeypatch):
    table = pa.table({"text": one_text(100), "other": one_text(100)})
    monkeypatch.setattr(parquet_pages, "MOST_REPEATED_BYTES", ROWS * len(LONG))
    content = written(table)
    checked(content, ["text"])
    assert refused(content, ["text", "other"]).startswith("repeats its texts to 12,800,000 bytes")


def test_a_text_that_one_row_lists_counts_as_often_as_it_is_listed(monkeypatch):
    content = written(pa.table({"text": one_row(one_text(3_000))}))
    monkeypatch.setattr(parquet_pages, "MOST_REPEATED_BYTES", 3_000 * len(LONG))
    checked(content)
    monkeypatch.setattr(parquet_pages, "MOST_REPEATED_BYTES", 3_000 * len(LONG) - 1)
    assert refused(content) == "repeats its texts to 300,000,000 bytes in 64 rows"


def test_texts_that_repeat_the_one_before_count_as_whole_pages(monkeypatch):
    texts = [LONG + str(n % 10) for n in range(2_000)]
    how = {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}}
    content = written(pa.table({"text": texts}), **how)
    monkeypatch.setattr(parquet_pages, "MOST_REPEATED_BYTES", ROWS * len(LONG))
    assert refused(content).startswith("repeats its texts to ")


def listed(count):
    return written(pa.table({"text": one_row(pa.array([0] * count, pa.int64()))}))


def test_a_row_that_lists_without_end_is_refused_whatever_the_footer_sums_up(monkeypatch):
    content = listed(1_000_000)
    assert len(content) < 3_000
    monkeypatch.setattr(parquet_pages, "MOST_LISTED", 1_000_000)
    checked(content)
    monkeypatch.setattr(parquet_pages, "MOST_LISTED", 999_999)
    assert refused(content) == "lists more than 999,999 values in one of its parts"
    lying = understated(content, 1_000_000)
    assert pq.ParquetFile(pa.BufferReader(lying)).metadata.row_group(0).column(0).num_values == 3
    assert refused(lying) == "lists more than 999,999 values in one of its parts"


def understated(content, number):
    """The file with 3 wherever its footer states a number, spelled as long as before."""
    spelled, rest = b"", number * 2
    while rest > 127:
        spelled, rest = spelled + bytes([rest & 127 | 128]), rest >> 7
    spelled += bytes([rest])
    begin = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    three = bytes([6 | 128]) + b"\x80" * (len(spelled) - 2) + b"\0"
    return content[:begin] + content[begin:].replace(spelled, three)


def test_a_page_larger_than_any_that_is_written_is_refused(monkeypatch):
    content = written(pa.table({"text": ["y" * 50_000]}), use_dictionary=False)
    monkeypatch.setattr(parquet_pages, "MOST_PAGE_BYTES", 50_010)
    checked(content)
    monkeypatch.setattr(parquet_pages, "MOST_PAGE_BYTES", 50_000)
    assert "has a page of 50,010 bytes" in refused(content)


HONEST = pa.table(
    {
        "text": [f"Prompt {n}: {'word ' * (n % 200)}" for n in range(5_000)],
        "answers": [["Yes.", f"Answer {n} at length."] if n % 3 else None for n in range(5_000)],
        "model": ["base"] * 5_000,
        "value": [n / 7 for n in range(5_000)],
        "about": [{"n": n} for n in range(5_000)],
    }
)


@pytest.mark.parametrize(
    "how",
    [
        *({"compression": codec} for codec in CODECS),
        {"data_page_version": "2.0", "compression": "zstd"},
        {"use_dictionary": False, "column_encoding": {"text": "DELTA_LENGTH_BYTE_ARRAY"}},
        {"row_group_size": 777, "data_page_size": 1_000},
        {"dictionary_pagesize_limit": 1_000, "data_page_size": 5_000},
        {"write_page_checksum": True, "write_page_index": True},
    ],
)
def test_every_page_of_an_honest_file_is_found_and_none_is_refused(how):
    content = written(HONEST, **how)
    checked(content, HONEST.column_names)
    source = pa.BufferReader(content)
    about = pq.ParquetFile(source).metadata
    for group in range(about.num_row_groups):
        for at in range(about.num_columns):
            part = about.row_group(group).column(at)
            pages = [page for _, page in parquet_pages._pages(source, part)]
            assert sum(page.values for page in pages) == part.num_values
            assert sum(page.header + page.packed for page in pages) == part.total_compressed_size


def test_pages_that_cannot_be_followed_are_refused():
    content = bytearray(written(pa.table({"text": ["a", "b"]})))
    content[4:30] = b"\xff" * 26
    assert refused(bytes(content)) == "has pages that cannot be followed"


@pytest.mark.parametrize("content", [b"", b"\x15", b"\xff" * 50, b"\x1c" * 200, b"\x15\x00\x00"])
def test_what_is_no_header_is_none(content):
    assert read_header(content) is None
