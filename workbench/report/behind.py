"""What follows a report in its file: signatures alone, or something that a reader would show?

A signature covers whatever stands before it, changed pages as well, so that it holds says nothing of
whether the pages are the report's. An update of a PDF may replace any object; here it may add signature
fields that nobody sees, and what goes with them, and nothing else.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from workbench.errors import ReportError
from workbench.report.signature import UNREADABLE
from workbench.stamping import require_pyhanko

if TYPE_CHECKING:
    from pyhanko.pdf_utils.generic import PdfObject, Reference
    from pyhanko.pdf_utils.reader import PdfFileReader

OF_CATALOGUE = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Version"})
"""Keys of the catalogue that signing sets."""
OF_PAGE = frozenset({"/Annots"})
OF_FORM = frozenset({"/Fields", "/SigFlags"})
OF_FIELD = frozenset({"/FT", "/T", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V", "/Lock", "/SV"})
"""Keys of a signature's field: none of them draws, and none does anything."""


def only_signatures(content: bytes, length: int) -> bool:
    """Whether what was appended to a report adds signatures and changes nothing that is shown.

    Args:
        content: The whole file.
        length: Bytes of the report that it begins with.

    Returns:
        Whether the pages, and everything they hang on, are still the report's; False as well for what
        cannot be read. Title and dates in the file's properties may differ.

    Raises:
        ReportError: If pyHanko is not installed.
    """
    require_pyhanko("Signatures", ReportError)
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - the extra's
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    if b"/XRefStm" in content[length:]:  # readers differ in which of two tables they follow
        return False
    try:
        report = PdfFileReader(BytesIO(content[:length]))
        return all(_allowed(report, PdfFileReader(BytesIO(content))))
    except (PdfError, *UNREADABLE):
        return False


def _allowed(report: "PdfFileReader", whole: "PdfFileReader") -> Iterator[bool]:
    yield whole.xrefs.get_startxref_for_revision(0) == report.last_startxref
    yield _spelled(whole.trailer.raw_get("/Root")) == _spelled(report.trailer.raw_get("/Root"))
    own = report.xrefs.explicit_refs_in_revision(0)
    for revision in range(1, whole.xrefs.total_revisions):
        changed = own & whole.xrefs.explicit_refs_in_revision(revision)
        yield from (_unseen(ref, report, whole) for ref in changed)
        yield not own & whole.xrefs.refs_freed_in_revision(revision)
    if "/AcroForm" in whole.root:
        form = whole.root["/AcroForm"]
        yield _is_bare(form, OF_FORM)
        yield from map(_is_field, _items(form, "/Fields"))


def _unseen(ref: "Reference", report: "PdfFileReader", whole: "PdfFileReader") -> bool:
    """Whether an object of the report was replaced by one that shows the same."""
    old, new = (file.get_object(ref) for file in (report, whole))  # type: ignore[no-untyped-call]
    if ref == _reference(report.trailer, "/Info") or ref == _reference(report.root, "/Metadata"):
        return True
    if ref == _reference(report.trailer, "/Root"):
        return _same_but(old, new, OF_CATALOGUE)
    if not isinstance(old, dict) or "/Type" not in old or old["/Type"] != "/Page":
        return False
    before, after = (_items(page, "/Annots") for page in (old, new))
    kept = [_spelled(one) for one in before] == [_spelled(one) for one in after[: len(before)]]
    return _same_but(old, new, OF_PAGE) and kept and all(map(_is_field, after[len(before) :]))


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
    is_signature = field["/FT"] == "/Sig" and field["/Subtype"] == "/Widget"
    return _is_bare(field, OF_FIELD) and is_signature and (left == right or bottom == top)


def _is_bare(found: Any, keys: frozenset[str]) -> bool:  # noqa: ANN401 - a PDF dictionary
    return set(found.keys()) <= keys


def _reference(holder: Any, key: str) -> "Reference | None":  # noqa: ANN401 - a PDF dictionary
    value = holder.raw_get(key) if key in holder else None
    return getattr(value, "reference", None)


def _spelled(value: "PdfObject") -> bytes:
    """An object as a file spells it; what it refers to stays a reference."""
    out = BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()
