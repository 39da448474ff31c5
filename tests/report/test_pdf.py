import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import pytest
from pypdf import PdfReader

from tests.report import reports
from workbench.errors import ReportError
from workbench.report import build_document, document_json, write_pdf
from workbench.report.pdf import pdf_bytes

WRITE = """
import hashlib, sys
from tests.report import reports
from workbench.report.pdf import pdf_bytes
print(hashlib.sha256(pdf_bytes(reports.hostile())).hexdigest())
"""


def text_of(path):
    """The text of every page on one line, without the invisible places a long name may break at."""
    pages = [page.extract_text() for page in PdfReader(path).pages]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    return write_pdf(reports.document(), tmp_path_factory.mktemp("pdf") / "evidence.pdf")


@pytest.fixture(scope="module")
def hostile_pdf(tmp_path_factory):
    return write_pdf(reports.hostile(), tmp_path_factory.mktemp("pdf") / "hostile.pdf")


def test_the_pdf_says_what_the_document_says(pdf):
    text = text_of(pdf)
    assert "Inconclusive: not calibrated for this protocol." in text
    assert "not computed: different tokenizers" in text
    for exhibit in reports.document().exhibits:
        assert f"Exhibit {exhibit.number}. {exhibit.title}. {exhibit.caption}" in text
        assert exhibit.digest in text


def test_digests_can_be_copied_whole(pdf):
    comparison, plan, *_ = reports.parts()
    pages = "\n".join(page.extract_text() for page in PdfReader(pdf).pages)
    assert plan.digest in pages
    assert comparison.digest in pages
    assert "\u200b" not in pages  # nothing invisible comes along


def test_a_digest_in_a_table_breaks_where_its_column_ends(tmp_path):
    comparison, plan, runs, *rest = reports.parts()
    digest = "0123456789abcdef" * 4
    given = [replace(run, revision=f"recorded:sha256:{digest}") for run in runs]
    path = write_pdf(build_document(comparison, plan, given, *rest), tmp_path / "evidence.pdf")
    pages = [page.extract_text() for page in PdfReader(path).pages]
    assert digest in "".join("".join(pages).split())  # all of it is there
    assert all(digest not in line for page in pages for line in page.splitlines())


def test_the_summary_fits_the_first_page(pdf):
    first, second = (page.extract_text() for page in PdfReader(pdf).pages[:2])
    assert "1.4 Limits to keep in mind" in first
    assert "2 Question, scope, and who did what" in second


LONG = f"organisation/{'a-very-long-name-' * 4}v2"


@pytest.mark.parametrize(
    ("weights", "outputs", "suspect"),
    [
        ("supporting", "opposing", LONG),
        ("neutral", "undecided", "tuned"),
        ("explained otherwise", "gated", reports.made.HOSTILE),
        ("not comparable", "not calibrated", "tuned"),
    ],
)
def test_every_kind_of_answer_is_printed_with_its_summary_on_one_page(
    weights, outputs, suspect, tmp_path
):
    document = build_document(*reports.answered(weights, outputs, suspect=suspect))
    path = write_pdf(document, tmp_path / "e.pdf")
    pages = [page.extract_text() for page in PdfReader(path).pages]
    assert "1.4 Limits to keep in mind" in pages[0]
    assert "2 Question, scope, and who did what" in pages[1]
    text = text_of(path)
    for exhibit in document.exhibits:
        assert exhibit.digest in text
    assert "9.1 Does the suspect come from the reference's weights?" in text
    assert "never here: behaviour cannot carry it" in text
    assert "nan" not in text.lower().split()


def test_hostile_names_stay_literal(hostile_pdf):
    text = text_of(hostile_pdf)
    for name in ("#strong[x]", "$a$ <lab> @ref", "<script>alert(1)</script>", 'C:\\x"{}'):
        assert name in text
    assert "⟨U+202E⟩gpj.exe" in text
    assert "Asked by <b>#let x = 1</b>⟨U+202E⟩, which proves theft" in text
    assert "⟨U+6A21⟩⟨U+578B⟩-⟨U+4E03⟩" in text


def test_the_evidence_is_attached_unabridged(hostile_pdf):
    ((name, (content,)),) = PdfReader(hostile_pdf).attachments.items()
    assert name == "evidence.json"
    assert json.loads(content) == document_json(reports.hostile())
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" in text_of(hostile_pdf)


def test_the_attachment_says_how_it_relates(pdf):
    (file,) = PdfReader(pdf).root_object["/AF"]
    assert file.get_object()["/AFRelationship"] == "/Source"


def test_the_pdf_is_dated_by_the_records_and_not_by_the_clock(pdf):
    assert PdfReader(pdf).metadata.creation_date == reports.made.NOON


def test_the_pdf_declares_its_standards_and_its_title(pdf):
    reader = PdfReader(pdf)
    packet = reader.root_object["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in packet
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in packet
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet
    assert reader.metadata.title == "Behavioural comparison of two language models"


def test_the_file_ends_with_a_newline_so_that_a_signature_can_follow(pdf):
    assert pdf.read_bytes().endswith(b"%%EOF\n")


def test_two_processes_write_the_same_bytes(tmp_path):
    digests = reports.printed_elsewhere(WRITE, tmp_path)
    here = hashlib.sha256(pdf_bytes(reports.hostile())).hexdigest()
    assert digests == {f"{here}\n"}


def test_the_report_opens_without_torch():
    code = "import sys, workbench.report as r; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=reports.PROJECT, check=False)
    assert done.returncode == 0


def test_an_existing_report_is_replaced(tmp_path):
    path = tmp_path / "evidence.pdf"
    path.write_text("old")
    write_pdf(reports.document(), path)
    assert path.read_bytes().startswith(b"%PDF-")
    assert [item.name for item in tmp_path.iterdir()] == ["evidence.pdf"]


def test_a_folder_that_does_not_exist_is_explained(tmp_path):
    path = tmp_path / "none" / "evidence.pdf"
    with pytest.raises(ReportError) as error:
        write_pdf(reports.document(), path)
    assert str(error.value) == (
        f"The report cannot be written to {path}: No such file or directory. "
        "Choose a folder that exists and that you may write to."
    )


@pytest.mark.parametrize("case", ["none", "one", "twelve", "long", "empty"])
def test_unusual_panels_can_be_printed(case, tmp_path):
    controls = {
        "none": (),
        "one": ("only",),
        "twelve": tuple(f"control-{n}" for n in range(12)),
        "long": tuple(f"organisation/{'a-very-long-name-' * 6}{n}" for n in range(3)),
        "empty": ("a", "b"),
    }[case]
    changes = {"lines": ()} if case == "empty" else {}
    path = write_pdf(reports.document(controls, "s" * 140, **changes), tmp_path / "e.pdf")
    assert "s" * 140 in text_of(path).replace(" ", "")
