"""Updates made by hand behind a small report, as no library would write them."""

from itertools import pairwise

import pytest

from workbench.report.behind import only_signatures
from workbench.report.updates import MOST, NotAccountedError, read_updates

CATALOGUE = b"<<\n/Type /Catalog\n/Pages 2 0 R\n/Metadata 7 0 R\n"
PAGE = (
    b"<<\n/Type /Page\n/Parent 2 0 R\n/MediaBox [ 0 0 300 200 ]\n/Contents 4 0 R\n"
    b"/Resources <<\n/Font <<\n/F1 5 0 R\n>>\n>>\n"
)
INFO = b"<<\n/Title (Inconclusive)\n"


def drawn(words):
    return b"<<\n/Length %d\n>>\nstream\n%s\nendstream" % (len(words), words)


def properties(xml):
    return b"<<\n/Length %d\n/Type /Metadata\n/Subtype /XML\n>>\nstream\n%s\nendstream" % (
        len(xml),
        xml,
    )


OTHER = drawn(b"BT /F1 24 Tf 50 100 Td (Supported) Tj ET")
OWN = {
    1: CATALOGUE + b">>",
    2: b"<<\n/Type /Pages\n/Kids [ 3 0 R ]\n/Count 1\n>>",
    3: PAGE + b"/Annots [ 8 0 R ]\n>>",
    4: drawn(b"BT /F1 24 Tf 50 100 Td (Inconclusive) Tj ET"),
    5: b"<<\n/Type /Font\n/Subtype /Type1\n/BaseFont /Helvetica\n>>",
    6: INFO + b">>",
    7: properties(b"<x/>"),
    8: b"<<\n/Type /Annot\n/Subtype /Link\n/Rect [ 0 0 9 9 ]\n>>",
}
SIZE = 10  # number 9 is unused

SIGNING = {
    1: CATALOGUE + b"/AcroForm 10 0 R\n>>",
    3: PAGE + b"/Annots [ 8 0 R 11 0 R ]\n>>",
    6: INFO + b"/ModDate (D\\07220260301)\n>>",
    7: properties(b"<x>of objects &lt;&lt; and trailers</x>"),
    10: b"<<\n/Fields [ 11 0 R ]\n/SigFlags 3\n>>",
    11: b"<<\n/FT /Sig\n/T (Signature)\n/Type /Annot\n/Subtype /Widget\n/F 132\n/Rect [ 0 0 0 0 ]\n"
    b"/P 3 0 R\n/V 12 0 R\n>>",
    12: b"<<\n/Contents <30820b>\n/ByteRange [0 1 2 3]      \n/Type /Sig\n/Filter /Adobe.PPKLite\n"
    b"/SubFilter /ETSI.CAdES.detached\n/M (D\\07220260301)\n>>",
}


def spelled(number, body, generation=0):
    return b"%d %d obj\n%s\nendobj\n" % (number, generation, body)


def used(at, generation=0):
    return b"%010d %05d n \n" % (at, generation)


def table(rows):
    """Table over rows (number → entry), as pyHanko groups them."""
    rows = {0: b"0000000000 65535 f \n"} | rows
    numbers = sorted(rows)
    breaks = [
        0,
        *(at for at, (a, b) in enumerate(pairwise(numbers), 1) if b != a + 1),
        len(numbers),
    ]
    groups = [numbers[begin:end] for begin, end in pairwise(breaks)]
    return b"xref\n" + b"".join(
        b"%d %d\n" % (group[0], len(group)) + b"".join(rows[one] for one in group)
        for group in groups
    )


def last_table(content):
    return int(content.rsplit(b"startxref\n", 1)[1].split()[0])


def updated(
    before, objects, *, rows=None, hidden=b"", behind_table=b"", trailer=b"", previous=None, size=13
):
    """A file and an update behind it, right unless told otherwise.

    `rows` replace those of the table, None leaves one out; `hidden` stands behind the objects.
    """
    content, places = before, {}
    for number, body in objects.items():
        places[number] = used(len(content))
        content += spelled(number, body)
    content += hidden
    entries = places | (rows or {})
    at = len(content)
    content += table({number: row for number, row in entries.items() if row})
    previous = last_table(before) if previous is None else previous
    back = b"/Prev %d\n" % previous if previous else b""
    content += b"trailer\n<<\n/Size %d\n/Root 1 0 R\n/Info 6 0 R\n/ID [ <61> <62> ]\n" % size
    content += back + trailer + b">>\n" + behind_table
    return content + b"startxref\n%d\n%%%%EOF\n" % at


REPORT = updated(b"%PDF-1.7\n", OWN, previous=0, size=SIZE)
HONEST = updated(REPORT, SIGNING)


def but(**changed):
    """The honest update with objects changed: `o4=…` is number 4."""
    return SIGNING | {int(name[1:]): body for name, body in changed.items()}


def alone(content):
    return only_signatures(content, len(REPORT))


def test_the_hand_made_signature_is_one():
    assert alone(REPORT)
    assert alone(HONEST)
    assert alone(updated(HONEST, SIGNING))


def test_a_freed_object_is_not_found_again_by_readers_that_look_for_it():
    freed = {4: b"0000000000 00002 f \n"}
    forged = updated(REPORT, {}, rows=freed, hidden=spelled(4, OTHER))
    assert not alone(forged)
    assert not alone(updated(forged, SIGNING))


def test_a_freed_number_does_not_come_back_as_another_generation():
    freed = updated(REPORT, {}, rows={4: b"0000000000 00002 f \n"})
    row = {4: used(len(freed), 2)}
    assert not alone(updated(freed, {}, rows=row, hidden=spelled(4, OTHER, generation=2)))
    assert not alone(
        updated(REPORT, {}, rows={4: used(len(REPORT), 2)}, hidden=spelled(4, OTHER, 2))
    )


@pytest.mark.parametrize("row", [b"0000000000 00001 f \n", b"0000000000 65535 f \n"])
@pytest.mark.parametrize("number", [4, 9, 12])
def test_no_update_frees_a_number(number, row):
    assert not alone(updated(REPORT, SIGNING, rows={number: row}))


@pytest.mark.parametrize(
    "hidden",
    [
        spelled(4, OTHER),
        spelled(4, OTHER, generation=1),
        b"\n",
        b"% a comment\n",
        b"%\n" + spelled(4, OTHER),
        b"startxref\n0\n%%EOF\n",
        b"trailer\n<<\n/Root 1 0 R\n>>\n",
    ],
)
def test_every_byte_of_an_update_is_listed(hidden):
    assert not alone(hidden.join([HONEST, b""]))
    assert not alone(updated(REPORT, SIGNING, hidden=hidden))
    assert not alone(updated(REPORT, SIGNING, behind_table=hidden))
    assert not alone(updated(REPORT + hidden, SIGNING, previous=last_table(REPORT)))


def test_an_object_stands_where_its_own_table_says():
    assert not alone(updated(REPORT, SIGNING, rows={12: None}))
    assert not alone(updated(REPORT, SIGNING, rows={4: used(REPORT.index(b"5 0 obj"))}))
    assert not alone(updated(REPORT, SIGNING, rows={1: used(REPORT.index(b"1 0 obj"))}))
    twice, second = spelled(12, SIGNING[12]), HONEST.rindex(b"xref\n0")
    assert not alone(updated(REPORT, SIGNING, hidden=twice))
    assert not alone(updated(REPORT, SIGNING, hidden=twice, rows={12: used(second)}))
    assert not alone(updated(REPORT, SIGNING, rows={13: used(HONEST.index(b"12 0 obj"))}, size=14))


@pytest.mark.parametrize(
    "words",
    [
        b"4 0 obj",
        b"4 0\tobj 12 0 R",
        b"4 0 objects",
        b"4 %\n0 %\nobj",
        b"endstream\nendobj\n4 0 R",
        b"trailer << /Root 12 0 R >>",
    ],
)
def test_properties_hold_nothing_that_reads_like_an_object(words):
    xml = b"<x>\n%s\n</x>" % words
    assert not alone(updated(REPORT, but(o7=properties(xml))))


def test_a_string_holds_nothing_that_reads_like_an_object():
    for words in (b"4 0 obj 12 0 R endobj", b"\n4 0 R", b"(4)", b"\\n"):
        field = SIGNING[11].replace(b"(Signature)", b"(%s)" % words)
        assert not alone(updated(REPORT, but(o11=field)))


@pytest.mark.parametrize(
    "body",
    [
        OTHER,
        b"<<\n/Length 40\n/Type /ObjStm\n/N 1\n/First 4\n>>\nstream\n" + b"4 0 (other)".ljust(40),
        properties(b"<x/>"),
        b"<<\n/Type /Catalog\n/Pages 2 0 R\n>>",
        PAGE + b">>",
        b"[ 4 0 R ]",
        b"<<\n/Type /#53ig\n/Contents <30>\n>>",
        SIGNING[12].replace(b"/M ", b"/Type /Catalog\n/M "),
        SIGNING[12].replace(b"/Sig\n", b"/Catalog\n"),
        SIGNING[11].replace(b"[ 0 0 0 0 ]", b"[ 0 0 9 9 ]"),
        b"<<\n/Fields [ ]\n/XFA (form)\n>>",
        SIGNING[12].replace(b"/M ", b"/Reason (none)\n/M "),
        SIGNING[12] + b" 4",
        b"<<\n>>\n" + SIGNING[12],
        SIGNING[12].replace(b">>", b"% 4 0 obj\n>>"),
        SIGNING[12].replace(b"D\\072", b"D:"),
    ],
)
def test_a_new_object_is_a_form_a_field_or_a_signature(body):
    assert not alone(updated(REPORT, but(o12=body)))


def test_what_reads_as_nothing_may_be_mended_by_readers_and_is_refused():
    absent = SIGNING[11].replace(b"/P 3 0 R", b"/P 99 0 R")
    assert not alone(updated(REPORT, but(o11=absent)))
    other_generation = SIGNING[11].replace(b"/P 3 0 R", b"/P 3 1 R")
    assert not alone(updated(REPORT, but(o11=other_generation)))


def test_a_number_that_the_report_leaves_unused_stays_so():
    assert not alone(updated(REPORT, SIGNING | {9: SIGNING[12]}))


def test_a_trailer_leads_to_one_table_and_to_the_reports_catalogue():
    assert not alone(updated(REPORT, SIGNING, trailer=b"/XRefStm 9\n"))
    assert not alone(updated(REPORT, SIGNING, trailer=b"/Encrypt 12 0 R\n"))
    assert not alone(updated(REPORT, SIGNING, trailer=b"/Root 12 0 R\n"))
    for own, other in ((b"/Root 1 ", b"/Root 3 "), (b"/Info 6 ", b"/Info 3 ")):
        assert not alone(REPORT + HONEST[len(REPORT) :].replace(own, other))
    assert not alone(HONEST.replace(b"/ID [ <61> <62> ]\n/Prev", b"/Prev"))
    assert not alone(
        HONEST.replace(b"/Root 1 0 R\n/Info 6 0 R\n/ID [ <61> <62> ]\n/Prev", b"/Prev")
    )
    with pytest.raises(NotAccountedError):
        read_updates(updated(REPORT, SIGNING, trailer=b"/Root 1 0 R\n"), len(REPORT))
    assert not alone(updated(REPORT, SIGNING, size=12))
    assert not alone(updated(REPORT, SIGNING, previous=REPORT.index(b"xref") - 1))
    assert not alone(updated(REPORT, SIGNING, previous=0))


def test_no_update_is_jumped_over():
    shown = updated(REPORT, {4: OTHER})
    assert not alone(updated(shown, SIGNING, previous=last_table(REPORT)))
    assert not alone(updated(HONEST, SIGNING, previous=last_table(REPORT)))


def test_what_one_update_shows_and_the_next_takes_back_was_shown():
    assert not alone(updated(updated(REPORT, {4: OTHER}), SIGNING | {4: OWN[4]}))
    page = PAGE.replace(b"/Contents 4 0 R", b"/Contents 5 0 R") + b">>"
    assert not alone(updated(updated(REPORT, {3: page}), SIGNING))


@pytest.mark.parametrize(
    "objects",
    [
        but(o1=CATALOGUE + b"/AcroForm 10 0 R\n/OpenAction 12 0 R\n>>"),
        but(o1=CATALOGUE + b"/AcroForm 10 0 R\n/DSS 12 0 R\n>>"),
        but(o6=SIGNING[6].replace(b"Inconclusive", b"Supported")),
        but(o7=b"<<\n/Type /Page\n>>"),
        but(o11=SIGNING[11].replace(b"[ 0 0 0 0 ]", b"[ 0 0 9 9 ]")),
        but(o11=SIGNING[11].replace(b"/Annot\n", b"/Catalog\n")),
        but(o3=PAGE.replace(b"/Contents", b"/Contents 5 0 R\n/Contents") + b">>"),
        but(o5=OWN[5]),
        but(o1=CATALOGUE + b"/AcroForm <<\n/Fields [ 11 0 R ]\n/XFA (form)\n>>\n>>"),
        but(o10=SIGNING[10].replace(b"11 0", b"8 0")),
        but(o3=PAGE + b"/Annots [ 8 0 R 5 0 R ]\n>>"),
        but(o3=PAGE + b"/Annots [ 11 0 R ]\n>>"),
    ],
)
def test_an_object_is_replaced_by_one_that_shows_the_same(objects):
    assert not alone(updated(REPORT, objects))


def test_updates_that_nobody_makes_so_often_are_not_read():
    content = REPORT
    for _ in range(MOST):
        content = updated(content, {12: SIGNING[12]})
    assert len(read_updates(content, len(REPORT))) == MOST
    with pytest.raises(NotAccountedError):
        read_updates(updated(content, {12: SIGNING[12]}), len(REPORT))
