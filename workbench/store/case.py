"""One case folder: journals, tensors, and the database rebuilt from them.

<case>/case.duckdb            an index: deleted and rebuilt at will
<case>/journal/case.jsonl     plan, packs, closed runs, comparisons
<case>/journal/<run>.jsonl    one run: what answered, every observation, the close
<case>/tensors/<run>/*.safetensors   whole distributions, one file per observation
<case>/raw/<run>/*.json.gz    what an endpoint was asked and sent, one file per exchange
<case>/recorded/*.zst         files in which others recorded answers, as they were given, compressed
<case>/vocabularies/*.json.gz what each token of a model writes, one file per tokenizer
<case>/reports/
<case>/read-only              in a case that is only read: its index is in the cache (`read_only.py`)
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from workbench.errors import CaseError, CustodyError
from workbench.records import (
    Comparison,
    Decided,
    Observation,
    Pack,
    Plan,
    Run,
    StoppingRule,
    from_json,
)
from workbench.store.database import applied, connected, migrate
from workbench.store.fold import folded, insert
from workbench.store.journal import (
    CASE_JOURNAL,
    FORMAT,
    Journal,
    JournalRecord,
    holds,
    read_journal,
)
from workbench.store.read_only import check_writable, index_of
from workbench.store.rows import ROWLESS

R = TypeVar("R")


@lru_cache(maxsize=256)
def _closed(journal: Path, _size: int, _changed: int) -> frozenset[str]:
    """Runs that a case's journal says are finished; read once for the file's stamps.

    Reading checks every link of a file that may hold comparisons of a hundred megabytes.
    """
    return frozenset(r.body["run_id"] for r in read_journal(journal) if r.kind == "close")


class CaseStore:
    """Reads and writes one case; every call opens the database and lets go of it."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is opened yet."""
        self.folder = folder
        self.name = folder.name
        self.database = index_of(folder)

    # --- journals ---------------------------------------------------------------------------

    def journal_path(self, name: str) -> Path:
        """Path of a journal of this case."""
        return self.folder / "journal" / f"{name}.jsonl"

    def tensor_folder(self, run_id: str) -> Path:
        """Folder of a run's distributions."""
        return self.folder / "tensors" / run_id

    def raw_folder(self, run_id: str) -> Path:
        """Folder of what a run's endpoint sent."""
        return self.folder / "raw" / run_id

    def recorded_folder(self) -> Path:
        """Folder of files in which others recorded answers."""
        return self.folder / "recorded"

    @property
    def calibration_folder(self) -> Path:
        """Folder of the calibrations that the case was judged with."""
        return self.folder / "calibrations"

    @property
    def vocabulary_folder(self) -> Path:
        """Folder of what tokens write."""
        return self.folder / "vocabularies"

    def journals(self) -> list[str]:
        """Names of the journals: the case's own first, then the runs' by name."""
        runs = sorted(path.stem for path in self.folder.glob("journal/*.jsonl"))
        return [CASE_JOURNAL, *(name for name in runs if name != CASE_JOURNAL)]

    def records(self, name: str) -> Iterator[JournalRecord]:
        """Records of one journal, each link checked."""
        return read_journal(self.journal_path(name))

    def check_version(self) -> None:
        """Refuse a case that a newer version wrote.

        Raises:
            CaseError: If its journal or its database is of a later format.
        """
        # Read without checking the chain: a later format may chain otherwise.
        with self.journal_path(CASE_JOURNAL).open("rb") as stream:
            line = stream.readline()
        try:
            record = json.loads(line)
            found = record["body"]["format"]
        except (ValueError, KeyError, TypeError):
            found = FORMAT  # unreadable: reading the chain will say where
        if isinstance(found, int) and found > FORMAT:
            doubt = "" if holds(record) else ", or record 0 of its journal case was changed"
            raise CaseError(
                f"Case {self.name!r} was written by a newer version of the workbench "
                f"(format {found}; this version reads {FORMAT}){doubt}.",
                fix="Install that version or a later one to open it; nothing was changed.",
            )
        if self.database.exists():
            with connected(self.database) as connection:
                applied(connection)

    def record(self, name: str, kind: str, bodies: Iterable[Any]) -> list[JournalRecord]:
        """Append records to a journal, then to the database.

        Raises:
            CaseError: If the case is only read, or its disk is full.
        """
        check_writable(self.folder)
        with Journal(self.journal_path(name)) as journal:
            records = journal.append(kind, bodies)
        self.fold(records)
        return records

    def fold(self, records: Iterable[JournalRecord]) -> None:
        """Add journal records to the tables, in one transaction."""
        records = [record for record in records if record.kind not in ROWLESS]
        if not records:
            return
        with connected(self.database, write=True) as connection:
            migrate(connection)
            connection.execute("BEGIN")
            insert(connection, records)
            connection.execute("COMMIT")

    def catch_up(self, name: str) -> None:
        """Fold what a journal holds beyond the database, after an interruption."""
        with connected(self.database) as connection:
            known = folded(connection, name)
        records = [
            record
            for record in self.records(name)
            # Plan and packs are folded before a case has its name.
            if record.seq not in known and record.kind not in {"plan", "pack"}
        ]
        self.fold(records)

    def rebuild(self) -> None:
        """Make the database again from the journals alone; embeddings are recomputed on demand.

        Raises:
            CaseError: If it cannot be written.
        """
        try:
            self.database.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CaseError(
                f"The index of case {self.name!r} cannot be written to {self.database.parent} "
                f"({error.strerror}).",
                fix="Choose a cache folder you may write to, for example with WORKBENCH_CACHE=FOLDER.",
            ) from error
        fresh = self.database.with_suffix(".rebuilding")
        _remove(fresh)
        with connected(fresh, write=True) as connection:
            migrate(connection)
            for name in self.journals():
                insert(connection, self.records(name))
        _remove(self.database)  # its log above all: the next opening would play it into the new one
        fresh.replace(self.database)

    # --- what was planned, asked and found ----------------------------------------------------

    def plan(self) -> Plan:
        """The plan, fixed before anything was asked."""
        return self._read(Plan, "SELECT content FROM plan")[0]

    def recorded_plan(self) -> Plan:
        """The plan as the case journal has it; the database is left alone.

        Raises:
            CustodyError: If the journal is broken or does not begin with a plan.
        """
        try:
            first = next(self.records(CASE_JOURNAL))
            return from_json(Plan, first.body["plan"])
        except (StopIteration, KeyError, TypeError, ValueError) as error:
            raise CustodyError(
                f"The journal of case {self.name!r} does not begin with a plan.",
                fix="Restore it from a copy, or open the case with the version that wrote it.",
            ) from error

    def packs(self) -> tuple[Pack, ...]:
        """The planned packs, as they stood when the plan was made, in plan order."""
        found = {pack.id: pack for pack in self._read(Pack, "SELECT content FROM pack ORDER BY id")}
        return tuple(found[planned.id] for planned in self.plan().packs)

    def runs(self) -> tuple[Run, ...]:
        """Every run that was started, in the order of the plan."""
        runs = {run.id: run for run in self._read(Run, "SELECT content FROM run ORDER BY id")}
        planned = [f"{role}-{model}" for role, model in self.plan().models]
        return tuple(runs[run_id] for run_id in planned if run_id in runs)

    def state(self) -> str:
        """`planned`, `recording` (something is missing) or `recorded`."""
        journal = self.journal_path(CASE_JOURNAL)
        stamps = journal.stat()
        closed = _closed(journal, stamps.st_size, stamps.st_mtime_ns)
        planned = {f"{role}-{model}" for role, model in self.plan().models}
        if planned <= closed:
            return "recorded"
        return "recording" if self.journals()[1:] else "planned"

    def comparisons(self) -> tuple[Comparison, ...]:
        """The latest comparison of each suspect, in the order of the plan."""
        latest = (
            "SELECT content FROM comparison QUALIFY row_number() OVER "
            "(PARTITION BY suspect ORDER BY seq DESC) = 1"
        )
        found = {item.suspect: item for item in self._read(Comparison, latest)}
        return tuple(found[name] for name in self.plan().suspects if name in found)

    def verdicts(self) -> dict[str, str]:
        """What the latest comparison of each suspect concludes, in the order of the plan."""
        with connected(self.database) as connection:
            rows = connection.execute("SELECT suspect, wording FROM comparison ORDER BY seq")
            found = dict(rows.fetchall())
        return {suspect: found[suspect] for suspect in self.plan().suspects if suspect in found}

    def comparison_digests(self) -> dict[str, str]:
        """Digest of the latest comparison of each suspect that has one; nothing else is read."""
        with connected(self.database) as connection:
            rows = connection.execute("SELECT suspect, digest FROM comparison ORDER BY seq")
            return dict(rows.fetchall())

    def comparison(self, digest: str) -> Comparison | None:
        """The comparison of this digest; None where the case holds none."""
        query = "SELECT content FROM comparison WHERE digest = $digest"
        return next(iter(self._read(Comparison, query, {"digest": digest})), None)

    def answers(self, probe_address: str | None = None) -> pd.DataFrame:
        """Recorded answers of every run, of one probe or of all.

        Returns:
            Columns role, model, run_id, probe_address, repeat, outcome, text, note, token_count,
            seconds, prompt_format; ordered by role, model, probe, repeat.
        """
        with connected(self.database) as connection:
            return connection.execute(
                "SELECT role, model, run_id, probe_address, repeat, outcome, text, note, "
                "token_count, seconds, prompt_format "
                "FROM observation JOIN run ON run.id = run_id "
                "WHERE $probe IS NULL OR probe_address = $probe "
                "ORDER BY CASE role WHEN 'reference' THEN 0 WHEN 'suspect' THEN 1 ELSE 2 END, "
                "model, probe_address, repeat",
                {"probe": probe_address},
            ).df()

    def outcomes(self) -> pd.DataFrame:
        """How many observations each run has of each outcome: columns run_id, outcome, n."""
        with connected(self.database) as connection:
            return connection.execute(
                "SELECT run_id, outcome, count(*)::INTEGER AS n FROM observation "
                "GROUP BY ALL ORDER BY ALL"
            ).df()

    def next_tokens(self, probe_address: str) -> pd.DataFrame:
        """The most probable next tokens at one probe.

        Returns:
            Columns role, model, position, characters, ids, tokens, logprobs (lists, best first).
        """
        with connected(self.database) as connection:
            return connection.execute(
                "SELECT role, model, position, characters, ids, tokens, logprobs "
                "FROM next_token JOIN run ON run.id = run_id WHERE probe_address = ? "
                "ORDER BY role, model, position",
                [probe_address],
            ).df()

    def observations(self, run_id: str) -> list[Observation]:
        """A run's observations from its journal, in the order they were recorded."""
        return [
            from_json(Observation, record.body)
            for record in self.records(run_id)
            if record.kind == "observation"
        ]

    def rule(self, run_id: str) -> StoppingRule | None:
        """The rule by which asking a suspect may stop; None where everything is asked."""
        return self._only(StoppingRule, run_id, "rule")

    def decided(self, run_id: str) -> Decided | None:
        """What asking a suspect stopped with; None where it did not stop early."""
        return self._only(Decided, run_id, "decided")

    def _only(self, record_type: type[R], name: str, kind: str) -> R | None:
        if not self.journal_path(name).exists():
            return None
        found = (record.body for record in self.records(name) if record.kind == kind)
        body = next(found, None)
        return None if body is None else from_json(record_type, body)

    def _read(
        self, record_type: type[R], query: str, values: dict[str, str] | None = None
    ) -> list[R]:
        with connected(self.database) as connection:
            rows = connection.execute(query, values or {}).fetchall()
        try:
            records = [from_json(record_type, json.loads(text)) for (text,) in rows]
        except ValueError as error:
            raise self._unreadable(f"holds what is {error}") from error
        if record_type is Plan and not records:
            raise self._unreadable("holds no plan")
        return records

    def _unreadable(self, what: str) -> CaseError:
        return CaseError(
            f"The database of case {self.name!r} {what}.",
            fix=f"Run `workbench rebuild {self.name}`; the journals hold everything that counts.",
        )


def _remove(database: Path) -> None:
    database.unlink(missing_ok=True)
    database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
