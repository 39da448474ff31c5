"""What follows a report: signatures alone, or more."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from tests import keys
from workbench.report.behind import only_signatures
from workbench.report.sign import load_key, sign
from workbench.report.signature import check_signature

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEEN = generic.pdf_name("/Contents")


def signed(content, stamper=None):
    return sign(content, load_key(keys.p12(), keys.PASSPHRASE), NOW, stamper)


def signed_again(content, stamper=None):
    """Signed by a second person, as `sign` does it."""
    how = signers.PdfSignatureMetadata(
        field_name="Second", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    out = BytesIO()
    key = load_key(keys.p12(), keys.PASSPHRASE)
    writer = IncrementalPdfFileWriter(BytesIO(content))
    signers.sign_pdf(writer, how, key, timestamper=stamper, output=out)
    return out.getvalue()


def updated(content, change):
    """The report with an update behind it that a function makes."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def other_page(writer):
    page = writer.find_page_for_modification(0)[0].get_object()
    drawn = generic.StreamObject(stream_data=b"BT 100 700 Td (Supported.) Tj ET")
    page[SEEN] = writer.add_object(drawn)
    writer.update_container(page)


def other_words(writer):
    page = writer.find_page_for_modification(0)[0].get_object()
    page[SEEN].get_object()._data = b""
    page[SEEN].get_object()._encoded_data = None
    writer.mark_update(page.raw_get(SEEN).reference)


def note_on_a_page(writer):
    page = writer.find_page_for_modification(0)[0].get_object()
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                map(generic.NumberObject, (9, 9, 99, 99))
            ),
            SEEN: generic.pdf_string("Supported."),
        }
    )
    page[generic.pdf_name("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def seen_field(writer):
    fields.append_signature_field(writer, fields.SigFieldSpec("Seal", box=(50, 50, 300, 300)))


def action_on_opening(writer):
    act = {generic.pdf_name("/S"): generic.pdf_name("/JavaScript")}
    writer.root[generic.pdf_name("/OpenAction")] = generic.DictionaryObject(act)
    writer.update_root()


def form_that_draws(writer):
    form = {generic.pdf_name("/XFA"): generic.pdf_string("<form/>")}
    writer.root[generic.pdf_name("/AcroForm")] = generic.DictionaryObject(form)
    writer.update_root()


def test_signatures_alone_show_nothing_new(report):
    once = signed(report)
    assert only_signatures(once, len(report))
    assert only_signatures(signed(report, keys.tower()), len(report))
    twice = signed_again(once, keys.tower())
    assert len(check_signature(twice).signatures) == 2
    assert check_signature(twice).problems == ()
    assert only_signatures(twice, len(report))


def test_a_page_that_only_readers_find_that_mend_the_file_is_more_than_a_signature(report):
    writer = IncrementalPdfFileWriter(BytesIO(report))
    page = writer.find_page_for_modification(0)[0].get_object()
    number = page.raw_get(SEEN).reference.idnum
    trailer = {key: writer.prev.trailer.raw_get(key) for key in ("/Root", "/Info")}
    linked = b"".join(b"%s %d 0 R\n" % (key.encode(), to.idnum) for key, to in trailer.items())
    hidden = b"%d 0 obj\n<<\n/Length 3\n>>\nstream\n0 g\nendstream\nendobj\n" % number
    freed = b"xref\n%d 1\n0000000000 00002 f \ntrailer\n<<\n/Size %d\n%s/Prev %d\n>>\n" % (
        number,
        writer.prev.trailer["/Size"],
        linked,
        writer.prev.last_startxref,
    )
    end = b"startxref\n%d\n%%%%EOF\n" % (len(report) + len(hidden))
    forged = signed(report + hidden + freed + end)
    assert check_signature(forged).problems == ()
    assert not only_signatures(forged, len(report))


@pytest.mark.parametrize(
    "change",
    [other_page, other_words, note_on_a_page, seen_field, action_on_opening, form_that_draws],
)
def test_whoever_changes_a_page_and_signs_it_is_found_out_though_the_signature_holds(
    report, change
):
    forged = signed(updated(report, change))
    assert check_signature(forged).problems == ()
    assert not only_signatures(forged, len(report))


def test_a_whole_other_file_behind_the_report_is_more_than_a_signature(report):
    other = signed(report.replace(b"%PDF-2.0", b"%PDF-1.7", 1))
    assert not only_signatures(report + other, len(report))


def test_what_cannot_be_read_is_more_than_a_signature(report):
    assert not only_signatures(report[:-400] + b"\n", len(report) - 399)
