"""Views are computed from a case's own embeddings, once."""

import pytest

from tests import made
from workbench.errors import CaseError
from workbench.explore import lineage_of, map_of


@pytest.fixture
def case(tmp_path):
    return made.embedded(made.evaluated_case(tmp_path))


def test_models_of_a_case_are_measured_and_mapped(case):
    comparison = case.comparisons()[0]
    lineage = lineage_of(case, comparison)
    assert len(lineage.runs) == 5
    assert lineage.probes == 3
    assert {round(v, 4) for row in lineage.distances for v in row} == {0.0, 2.0}
    found = map_of(case, comparison)
    assert found.measured == len(found.answers) == 5 * 3 * 2
    assert {point.run_id for point in found.models} == set(lineage.runs)


def test_a_view_is_computed_once(case, monkeypatch):
    comparison = case.comparisons()[0]
    first = lineage_of(case, comparison), map_of(case, comparison)
    for module in ("lineage", "places"):
        monkeypatch.setattr(f"workbench.explore.{module}.some_answers", None)
    assert (lineage_of(case, comparison), map_of(case, comparison)) == first


def test_a_view_that_was_meddled_with_is_made_again(case):
    comparison = case.comparisons()[0]
    first = lineage_of(case, comparison)
    (case.folder / "derived" / "lineage.json").write_text('{"key": 1}')
    assert lineage_of(case, comparison) == first


def test_a_case_without_embeddings_says_what_to_do(tmp_path):
    case = made.evaluated_case(tmp_path)
    with pytest.raises(CaseError) as error:
        map_of(case, case.comparisons()[0])
    assert error.value.what == "Case 'made' holds no embedded answers that count."
