"""Tables of a case as files for other programs, written batch by batch and never held whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

from workbench.errors import CaseError
from workbench.store.case import CaseStore
from workbench.store.database import connected

Table = Literal["answers", "next tokens", "scores", "values"]

BATCH = 16_384
"""Rows in memory at a time."""
QUERIES: dict[Table, str] = {
    "answers": (
        "SELECT role, model, run_id, probe_address, repeat, outcome, text, note, token_count, "
        "prompt_tokens, seconds, asked_at, prompt_format, answered_as, o.digest AS record_digest "
        "FROM observation o JOIN run ON run.id = run_id ORDER BY run_id, o.seq"
    ),
    "next tokens": (
        "SELECT run_id, probe_address, position, characters, ids, tokens, logprobs, spelled "
        "FROM next_token ORDER BY run_id, probe_address, position"
    ),
    "scores": (
        "SELECT suspect, s.* FROM score s JOIN comparison c ON c.digest = comparison_digest "
        "ORDER BY c.seq, metric, role DESC, model"
    ),
    "values": (
        "SELECT suspect, v.* FROM probe_value v JOIN comparison c ON c.digest = comparison_digest "
        "ORDER BY c.seq, metric, role DESC, model, probe_address"
    ),
}
GUARD = "'"
"""What a text begins with in CSV that a spreadsheet would otherwise run as a formula."""
FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"


def write_table(store: CaseStore, table: Table, path: Path) -> Path:
    """Write one table of a case; a `.csv` path as CSV, any other as Parquet.

    Args:
        store: The case.
        table: `answers` (every observation), `next tokens` (the most probable at each position;
            lists, which CSV cannot hold), `scores` or `values` (each metric at each probe), of every
            comparison that was recorded.
        path: Where to write; replaced in one step.

    Returns:
        The path.

    Raises:
        CaseError: If it cannot be written, or the case cannot be read.
    """
    as_csv = path.suffix == ".csv"
    with _replaced(path) as partial, connected(store.database) as connection:
        reader = connection.sql(QUERIES[table]).to_arrow_reader(BATCH)
        schema = reader.schema
        writer = pv.CSVWriter(partial, schema) if as_csv else pq.ParquetWriter(partial, schema)
        with writer:
            for batch in reader:
                writer.write_batch(_guarded(batch) if as_csv else batch)
    return path


def read_table(store: CaseStore, table: Table) -> pa.Table:
    """One table of a case, held whole.

    Raises:
        CaseError: If the case cannot be read.
    """
    with connected(store.database) as connection:
        return connection.sql(QUERIES[table]).to_arrow_table()


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as a Parquet file; the same rows give the same bytes with one version of Arrow."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=BATCH)
    return bytes(sink.getvalue())


def _guarded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with every text made harmless that a spreadsheet would run."""
    columns = [
        pc.replace_substring_regex(column, f"({FORMULA})", GUARD + r"\1")
        if pa.types.is_string(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


@contextmanager
def _replaced(path: Path) -> Iterator[str]:
    """A file to write, which takes the place of the old one if all went well."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield str(partial)
        partial.replace(path)
    except (OSError, pa.ArrowException) as error:
        raise CaseError(
            f"{path} cannot be written ({error}).",
            fix="Free some space or make the folder writable, and try again.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
