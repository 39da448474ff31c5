"""What sets a report's pages: other versions of it may set the same words in other bytes."""

from importlib.metadata import version
from pathlib import Path

import workbench
from workbench.digest import digest_of_file

TEMPLATE = Path(__file__).with_name("report.typ")
LIBRARIES = ("typst", "altair", "vl-convert-python")


def setting_versions() -> dict[str, str]:
    """This program, the digest of its layout, and the libraries that draw and set, as they are here."""
    return {
        "workbench": workbench.__version__,
        "layout": digest_of_file(TEMPLATE),
        **{name: version(name) for name in LIBRARIES},
    }
