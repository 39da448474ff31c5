"""What somebody else calls a report is not trusted."""

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from tests.report import reports
from workbench.errors import ReportError
from workbench.report import build_document, extract, write_pdf
from workbench.report.attached import Attachment, Attachments
from workbench.report.extract import read_pdf


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return write_pdf(reports.document(), tmp_path_factory.mktemp("pdf") / "evidence.pdf")


def refused(path, content):
    path.write_bytes(content)
    with pytest.raises(ReportError) as error:
        read_pdf(path)
    assert error.value.fix == "Give a PDF that `workbench report` wrote, or another copy of it."
    return error.value.what


def written(change):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    change(writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_another_pdf_is_no_report(tmp_path):
    content = written(lambda writer: writer.add_attachment("other.txt", b"x"))
    assert refused(tmp_path / "e.pdf", content) == (
        "e.pdf carries no evidence.json, so it is no report of this program."
    )


def test_an_encrypted_pdf_is_refused(tmp_path):
    content = written(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))
    assert refused(tmp_path / "e.pdf", content) == "e.pdf is encrypted."


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG"])
def test_what_is_no_pdf_is_refused(content, tmp_path):
    assert refused(tmp_path / "e.pdf", content) == "e.pdf is no PDF."


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.99])
def test_half_a_pdf_is_broken(share, report, tmp_path):
    whole = report.read_bytes()
    what = refused(tmp_path / "e.pdf", whole[: max(5, int(len(whole) * share))])
    assert what.startswith("e.pdf is broken and cannot be read as a PDF (")


def test_a_pdf_larger_than_any_report_is_refused(report, tmp_path, monkeypatch):
    monkeypatch.setattr(extract, "MOST_BYTES", 1000)
    assert refused(tmp_path / "e.pdf", report.read_bytes()) == "e.pdf is larger than 0 GB."


def test_an_attachment_that_unpacks_without_end_is_not_taken(tmp_path, monkeypatch):
    bomb = Attachment("bomb.bin", "nothing", "text/plain", "data", b"\0" * 50_000_000)
    document = build_document(*reports.parts(), attachments=Attachments((bomb,)))
    path = write_pdf(document, tmp_path / "e.pdf")
    monkeypatch.setattr(extract, "MOST_BYTES", 5_000_000)
    assert path.stat().st_size < 5_000_000
    assert read_pdf(path).damaged == ("bomb.bin",)


def test_attachments_that_unpack_to_too_much_together_are_not_taken(tmp_path, monkeypatch):
    files = tuple(
        Attachment(f"{name}.bin", "nothing", "text/plain", "data", b"\0" * 3_000_000)
        for name in ("first", "second")
    )
    document = build_document(*reports.parts(), attachments=Attachments(files))
    path = write_pdf(document, tmp_path / "e.pdf")
    evidence = len(read_pdf(path).files["evidence.json"])
    monkeypatch.setattr(extract, "MOST_BYTES", 6_000_000 + evidence)
    assert read_pdf(path).damaged == ()
    monkeypatch.setattr(extract, "MOST_BYTES", 5_999_999)
    assert read_pdf(path).damaged == ("second.bin",)


def test_one_stream_that_is_attached_again_and_again_counts_each_time(tmp_path, monkeypatch):
    def often(writer):
        first = writer.add_attachment("evidence.json", b"{" + b" " * 20_000 + b"}")
        for number in range(4):
            again = writer.add_attachment(f"{number}.txt", b"")
            again.pdf_object[NameObject("/EF")] = first.pdf_object["/EF"]

    content = written(often)
    monkeypatch.setattr(extract, "MOST_BYTES", len(content))
    assert refused(tmp_path / "e.pdf", content) == "e.pdf unpacks to more than 0 GB."
    monkeypatch.setattr(extract, "MOST_BYTES", 5 * 20_002)
    assert len(read_pdf(tmp_path / "e.pdf").files) == 5


def test_a_name_never_becomes_a_path(tmp_path):
    def hostile(writer):
        writer.add_attachment("evidence.json", b"{}")
        writer.add_attachment("../../outside.txt", b"x")

    path = tmp_path / "e.pdf"
    path.write_bytes(written(hostile))
    assert set(read_pdf(path).files) == {"evidence.json", "../../outside.txt"}
    assert [item.name for item in tmp_path.iterdir()] == ["e.pdf"]


def test_a_file_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(ReportError, match="cannot be read \\(No such file or directory\\)"):
        read_pdf(tmp_path / "none.pdf")


def test_the_text_of_the_pages_can_be_searched_without_spaces(report):
    given = read_pdf(report)
    comparison, *_ = reports.parts()
    assert comparison.digest in extract.printed(given)
    assert len(PdfReader(report).pages) > 1
