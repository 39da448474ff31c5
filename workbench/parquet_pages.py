"""Parquet from elsewhere, read within limits that nothing stated in it can raise.

A few hundred bytes can be billions of rows: a dictionary holds one long text once and rows refer to
it, runs repeat a value, lists repeat it within one row. The footer sums up what a file holds, and
readers do not hold its pages to that; so the header of every page is read before any page is.

Source: github.com/apache/parquet-format 2.11, parquet.thrift (`PageHeader`); Thrift's compact protocol.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

MOST_PAGE_BYTES = 256 << 20
"""Of one page, unpacked: writers begin another after about a megabyte, whatever its codec is."""
MOST_PAGES = 1 << 20
"""Of one column in one row group."""
MOST_LISTED = 64 << 20
"""Values of a column of lists in one row group: a single row may hold them all, in memory at once."""
MOST_REPEATED_BYTES = 2 << 30
"""What repeated texts may come to in the rows that are read at a time: 64 of 32 MB, say."""
HEADER_BYTES = 1 << 16
"""A header is some dozens of bytes; with the two values that its statistics quote it may be longer."""
PADDING = 100
"""Bytes behind a column that readers look at where an old writer did not count its first header."""
DELTA_BYTE_ARRAY = 7
"""The encoding in which a text may repeat the whole of the one before."""
LENGTH_BYTES = 4
"""Before each text of a dictionary, the lowest first."""
CODECS: dict[str, str | None] = {
    "UNCOMPRESSED": None,
    "SNAPPY": "snappy",
    "GZIP": "gzip",
    "ZSTD": "zstd",
    "BROTLI": "brotli",
}
"""Codecs with which a dictionary can be looked into."""
TEXTS = frozenset({"BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"})


class PagesError(ValueError):
    """A file that would take too much, or whose pages cannot be followed; why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the header of a page states, and a reader believes."""

    header: int
    """Bytes of the header itself."""
    packed: int
    unpacked: int
    values: int
    """Of a column; a dictionary has none of them."""
    encoding: int
    is_dictionary: bool


def check_pages(
    source: pa.NativeFile, about: pq.FileMetaData, columns: Collection[str], rows: int
) -> None:
    """Make sure that columns of a file can be read, some rows at a time, in bounded memory.

    Args:
        source: The file, open for reading at any place.
        about: Its footer.
        columns: Names of the top-level columns that will be read.
        rows: How many will be read at a time.

    Raises:
        PagesError: If anything would take more than the limits, or the pages cannot be followed.
        OSError: If the file cannot be read.
    """
    repeated = 0
    for at in range(about.num_columns):
        column = about.schema.column(at)
        if any(f"{column.path}.".startswith(f"{name}.") for name in columns):
            parts = (about.row_group(group).column(at) for group in range(about.num_row_groups))
            repeated += max((_repeated(source, part, column, rows) for part in parts), default=0)
    if repeated > MOST_REPEATED_BYTES:
        raise PagesError(f"repeats its texts to {repeated:,} bytes in {rows} rows")


def _repeated(
    source: pa.NativeFile, part: pq.ColumnChunkMetaData, column: pq.ColumnSchema, rows: int
) -> int:
    """Bytes that repeated texts of one column in one row group can come to in rows read at a time."""
    listed = column.max_repetition_level > 0
    values = longest = 0
    for count, (place, page) in enumerate(_pages(source, part), start=1):
        values += page.values
        if page.unpacked > MOST_PAGE_BYTES or count > MOST_PAGES:
            raise PagesError(f"has a page of {page.unpacked:,} bytes, or pages without end")
        if listed and values > MOST_LISTED:
            raise PagesError(f"lists more than {MOST_LISTED:,} values in one of its parts")
        if column.physical_type in TEXTS and page.is_dictionary:
            longest = max(longest, _longest(source, part, place, page))
        elif column.physical_type in TEXTS and page.encoding == DELTA_BYTE_ARRAY:
            longest = max(longest, page.unpacked)
    return longest * (values if listed else min(rows, values))


def _pages(source: pa.NativeFile, part: pq.ColumnChunkMetaData) -> Iterator[tuple[int, Page]]:
    """Every page that a reader may come to, found as readers find it, and where its content begins."""
    place = part.data_page_offset
    if part.has_dictionary_page and 0 < part.dictionary_page_offset < place:
        place = part.dictionary_page_offset
    end, seen = place + part.total_compressed_size, 0
    while place < end or (seen < part.num_values and place < end + PADDING):
        page = read_header(source.read_at(HEADER_BYTES, place))
        if page is None and place >= end:
            return
        if page is None:
            raise PagesError("has pages that cannot be followed")
        place += page.header
        yield place, page
        seen += page.values
        place += page.packed


def _longest(source: pa.NativeFile, part: pq.ColumnChunkMetaData, place: int, page: Page) -> int:
    """Bytes of the longest text in a dictionary; all of it, where it cannot be looked into."""
    if part.physical_type != "BYTE_ARRAY" or part.compression not in CODECS:
        return page.unpacked
    content = source.read_at(page.packed, place)
    try:
        if codec := CODECS[part.compression]:
            content = pa.decompress(content, page.unpacked, codec, asbytes=True)
    except (pa.ArrowException, OSError):
        return page.unpacked
    longest = at = 0
    while at + LENGTH_BYTES <= len(content):
        length = int.from_bytes(content[at : at + LENGTH_BYTES], "little")
        longest = max(longest, length)
        at += LENGTH_BYTES + length
    return min(longest, page.unpacked)


# --- Thrift's compact protocol, as far as it takes to pass over what is not needed -----------------

STOP, TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 12
WHOLE = frozenset({4, 5, 6})
TYPE, UNPACKED_SIZE, PACKED_SIZE = 1, 2, 3
"""Fields of `PageHeader`."""
DICTIONARY = 2
ABOUT = {0: (5, 2), 3: (8, 4)}
"""Type of a page of values → field of `PageHeader` that is about it; there `num_values` is 1 and the
encoding the second of these."""
MOST_DEPTH = 8
INT_32 = 1 << 31


def read_header(content: bytes) -> Page | None:
    """Read the header of a page at the beginning of some bytes; None if there is none."""
    reader = _Reader(content)
    try:
        fields = reader.structure()
        kind, unpacked, packed = (fields[at] for at in (TYPE, UNPACKED_SIZE, PACKED_SIZE))
        values, encoding = _about(fields, kind) if kind in ABOUT else (0, 0)
    except (LookupError, ValueError, TypeError):
        return None
    if not all(0 <= size < INT_32 for size in (unpacked, packed, values)):
        return None
    return Page(reader.place, packed, unpacked, values, encoding, kind == DICTIONARY)


def _about(fields: dict[int, Any], kind: int) -> tuple[int, int]:
    at, encoding = ABOUT[kind]
    return fields[at][1], fields[at][encoding]


class _Reader:
    """Reads values one after the other; IndexError at the end, ValueError at what is none."""

    def __init__(self, content: bytes) -> None:
        self._content, self.place, self._depth = content, 0, 0

    def structure(self) -> dict[int, Any]:
        """Number of a field → its value; one that comes twice counts as it came last."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise ValueError("too deep")
        found: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) & 15 != STOP:
            number = number + (head >> 4) if head >> 4 else self._whole()
            kind = head & 15
            found[number] = kind == TRUE if kind in {TRUE, FALSE} else self._value(kind)
        self._depth -= 1
        return found

    def _value(self, kind: int) -> Any:  # noqa: ANN401 - as the kind says
        if kind in WHOLE:
            return self._whole()
        readers: dict[int, Callable[[], Any]] = {
            BYTE: self._byte,
            DOUBLE: lambda: self._skip(8),
            BINARY: lambda: self._skip(self._plain()),
            LIST: self._list,
            SET: self._list,
            STRUCT: self.structure,
        }
        if kind not in readers:
            raise ValueError("no kind of value that a header has")
        return readers[kind]()

    def _list(self) -> None:
        head = self._byte()
        kind, count = head & 15, head >> 4
        for _ in range(self._plain() if count == 15 else count):
            self._byte() if kind in {TRUE, FALSE} else self._value(kind)

    def _byte(self) -> int:
        self.place += 1
        return self._content[self.place - 1]

    def _skip(self, count: int) -> None:
        self.place += count
        if self.place > len(self._content):
            raise IndexError

    def _plain(self) -> int:
        """A number of seven bits a byte, the lowest first."""
        found = shift = 0
        while (byte := self._byte()) & 128:
            found |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise ValueError("too long")
        return found | byte << shift

    def _whole(self) -> int:
        found = self._plain()
        return (found >> 1) ^ -(found & 1)
