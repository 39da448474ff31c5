"""Exhibits as drawings for the PDF, laid out with the fonts the report ships."""

import json
from functools import cache

import vl_convert as vlc

from workbench.errors import ReportError
from workbench.report.exhibits import Exhibit
from workbench.report.glyphs import FONTS


@cache
def _know_fonts() -> None:
    vlc.register_font_directory(str(FONTS))


def svg(exhibit: Exhibit) -> str:
    """Draw an exhibit as SVG; the same exhibit gives the same text on any machine.

    Raises:
        ReportError: If the chart cannot be drawn.
    """
    _know_fonts()
    try:
        drawn: str = vlc.vegalite_to_svg(json.dumps(exhibit.spec), allowed_base_urls=[])
    except ValueError as error:
        raise ReportError(
            f"Exhibit {exhibit.number} cannot be drawn: {error}.",
            fix="Check that every score of the comparison is a finite number.",
        ) from error
    return drawn
