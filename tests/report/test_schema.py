"""The published schema of evidence.json says what the program writes."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.report import reports
from workbench.records import from_json
from workbench.report import build_document, document_json
from workbench.report.schema import Evidence, evidence_schema, spelled_schema

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "evidence.schema.json"


@pytest.fixture(scope="module")
def checker():
    schema = evidence_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def evidence(document):
    return json.loads(json.dumps(document_json(document)))


def test_the_published_schema_is_the_program_s():
    """Renew it with `python -m workbench.report.schema > docs/evidence.schema.json`."""
    assert PUBLISHED.read_text() == spelled_schema()


@pytest.mark.parametrize("weights", ["supporting", "gated", "not comparable", "undecided"])
def test_the_evidence_of_every_kind_of_answer_fits_the_schema(weights, checker):
    found = evidence(build_document(*reports.answered(weights, "opposing")))
    assert [error.message for error in checker.iter_errors(found)] == []


def test_hostile_names_fit_the_schema(checker):
    assert list(checker.iter_errors(evidence(reports.hostile()))) == []


def test_a_number_where_a_text_belongs_does_not_fit(checker):
    found = evidence(reports.document()) | {"case": 3}
    (error,) = checker.iter_errors(found)
    assert list(error.path) == ["case"]


def test_what_the_schema_does_not_name_does_not_fit(checker):
    found = evidence(reports.document()) | {"remark": "no"}
    (error,) = checker.iter_errors(found)
    assert "'remark' was unexpected" in error.message


def test_the_program_reads_its_own_evidence_back():
    found = from_json(Evidence, evidence(reports.document()))
    comparison, plan, _, packs = reports.parts()
    assert (found.records.comparison, found.records.plan) == (comparison, plan)
    assert found.records.packs == tuple(packs)
