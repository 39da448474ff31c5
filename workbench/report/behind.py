"""What follows a report in its file: signatures alone, or something that a reader would show?

A signature covers whatever stands before it, changed pages as well, so that it holds says nothing of
whether the pages are the report's. An update of a PDF may replace any object; here it may add signature
fields that nobody sees, and what goes with them, and nothing else. All that may honestly be there was
written by `sign`, so whatever is not spelled, listed and linked as that is (`updates.py`) is refused.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from workbench.errors import ReportError
from workbench.report.signature import UNREADABLE
from workbench.report.updates import Update, read_updates
from workbench.stamping import require_pyhanko

if TYPE_CHECKING:
    from pyhanko.pdf_utils.generic import PdfObject
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.rw_common import PdfHandler

OF_CATALOGUE = frozenset({"/AcroForm", "/Extensions", "/Version"})
"""Keys of the catalogue that signing sets."""
OF_INFO = frozenset({"/ModDate", "/Producer"})
OF_PAGE = frozenset({"/Annots"})
OF_FORM = frozenset({"/Fields", "/SigFlags"})
OF_FIELD = frozenset({"/FT", "/T", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V"})
"""Keys of a signature's field: none of them draws, and none does anything."""
OF_SIGNATURE = frozenset({"/Type", "/Filter", "/SubFilter", "/M", "/Contents", "/ByteRange"})


def only_signatures(content: bytes, length: int) -> bool:
    """Whether what was appended to a report adds signatures and changes nothing that is shown.

    Args:
        content: The whole file.
        length: Bytes of the report that it begins with.

    Returns:
        Whether the pages, and everything they hang on, are still the report's after every update, for
        readers that follow the tables and for those that look for objects themselves; False as well for
        what cannot be read. The properties kept as XML, and the date of the last change, may differ.

    Raises:
        ReportError: If pyHanko is not installed.
    """
    require_pyhanko("Signatures", ReportError)
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - the extra's
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    try:
        updates = read_updates(content, length)
        report = PdfFileReader(BytesIO(content[:length]))
        whole = PdfFileReader(BytesIO(content))
        return all(_linked(report, updates)) and all(_allowed(report, whole, updates))
    except (PdfError, *UNREADABLE):
        return False


def _linked(report: "PdfFileReader", updates: Sequence[Update]) -> Iterator[bool]:
    """Whether every update goes on from the one before and refers to nothing that is absent."""
    own, size = _numbers(report), int(report.trailer["/Size"])
    known, table = own, report.last_startxref
    linked = [key for key in ("/Root", "/Info") if key in report.trailer]
    same = {key[1:].encode(): _spelled(report.trailer.raw_get(key)) for key in linked}
    for update in updates:
        yield update.trailer.keys() == {b"Size", b"ID", b"Prev"} | same.keys()
        yield update.trailer.items() >= (same | {b"Prev": str(table).encode()}).items()
        yield min(update.objects - own, default=size) >= size
        known = known | update.objects
        yield update.references <= known
        table = update.table


def _allowed(
    report: "PdfFileReader", whole: "PdfFileReader", updates: Sequence[Update]
) -> Iterator[bool]:
    own = _numbers(report)
    for revision, update in enumerate(updates, 1):
        then = whole.get_historical_resolver(revision)
        for number in update.objects:
            if number in own:
                yield _unseen(number, report, then)
            else:
                yield _signs(_object(number, then))
        if "/AcroForm" in then.root:
            form = then.root["/AcroForm"]
            yield _is_bare(form, OF_FORM)
            yield from map(_is_field, _items(form, "/Fields"))


def _numbers(file: "PdfFileReader") -> frozenset[int]:
    """Of a file without updates; numbers, since a reader may drop the generation."""
    return frozenset(ref.idnum for ref in file.xrefs.explicit_refs_in_revision(0))


def _object(number: int, file: "PdfHandler") -> Any:  # noqa: ANN401 - any PDF object
    from pyhanko.pdf_utils.generic import Reference  # noqa: PLC0415 - the extra's

    return file.get_object(Reference(number, 0, file))


def _unseen(number: int, report: "PdfFileReader", then: "PdfHandler") -> bool:
    """Whether an object of the report was replaced by one that shows the same."""
    old, new = (_object(number, file) for file in (report, then))
    if number == _number(report.root, "/Metadata"):
        return bool(new.raw_get("/Type") == "/Metadata")
    if number == _number(report.trailer, "/Info"):
        return _same_but(old, new, OF_INFO)
    if number == _number(report.trailer, "/Root"):
        return _same_but(old, new, OF_CATALOGUE)
    if not isinstance(old, dict) or "/Type" not in old or old["/Type"] != "/Page":
        return False
    before, after = (_items(page, "/Annots") for page in (old, new))
    kept = [_spelled(one) for one in before] == [_spelled(one) for one in after[: len(before)]]
    return _same_but(old, new, OF_PAGE) and kept and all(map(_is_field, after[len(before) :]))


def _signs(new: Any) -> bool:  # noqa: ANN401 - any PDF object
    """Whether an object that the report does not have is a form, a field or a signature."""
    if "/Fields" in new:
        return _is_bare(new, OF_FORM)
    if "/FT" in new:
        return _is_field(new)
    return _is_bare(new, OF_SIGNATURE) and new.raw_get("/Type") == "/Sig"


def _items(holder: Any, key: str) -> list[Any]:  # noqa: ANN401 - a PDF dictionary
    """What an array holds, references as they are; nothing if there is no array."""
    if key not in holder:
        return []
    array = holder[key]  # `get` would not follow a reference
    return [array.raw_get(at) for at in range(len(array))]


def _same_but(old: Any, new: Any, apart: frozenset[str]) -> bool:  # noqa: ANN401 - PDF dictionaries
    keys = (old.keys() | new.keys()) - apart
    return all(
        key in old and key in new and _spelled(old.raw_get(key)) == _spelled(new.raw_get(key))
        for key in keys
    )


def _is_field(value: Any) -> bool:  # noqa: ANN401 - any PDF object
    """Whether a field or annotation is a signature's, takes no room and does nothing."""
    field = value.get_object()
    left, bottom, right, top = field["/Rect"]
    kinds = [field.raw_get(key) for key in ("/FT", "/Type", "/Subtype")]
    is_signature = kinds == ["/Sig", "/Annot", "/Widget"]
    return _is_bare(field, OF_FIELD) and is_signature and (left == right or bottom == top)


def _is_bare(found: Any, keys: frozenset[str]) -> bool:  # noqa: ANN401 - a PDF dictionary
    return set(found.keys()) <= keys


def _number(holder: Any, key: str) -> int | None:  # noqa: ANN401 - a PDF dictionary
    value = holder.raw_get(key) if key in holder else None
    return getattr(value, "idnum", None)


def _spelled(value: "PdfObject") -> bytes:
    """An object as a file spells it; what it refers to stays a reference."""
    out = BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()
