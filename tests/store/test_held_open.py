"""Several reads with the tables open once."""

import duckdb
import pytest

from tests import made
from workbench.records import to_json
from workbench.store.views import held_open


def test_tables_held_open_are_read_as_ever_and_can_be_written_only_afterwards(tmp_path):
    store = made.planned_case(tmp_path, "held")
    run = made.run(store.plan(), "reference", "base")
    with held_open(store):
        assert {pack.id for pack in store.packs()} == {pack.id for pack in store.plan().packs}
        with pytest.raises(duckdb.Error):
            duckdb.connect(str(store.database))
    store.record(run.id, "run", [to_json(run)])
    assert [found.id for found in store.runs()] == [run.id]
