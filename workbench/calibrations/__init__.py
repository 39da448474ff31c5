"""Calibrations as files: `data/calibration/<name>/calibration.json` and `scores.csv`.

The table holds figures and names of models, never a text; the JSON says how the scores were made and
how well they do out of fold. Both are read as untrusted: nothing in them is run.
"""

from workbench.calibrations.files import (
    FIGURES,
    SCORES,
    Kept,
    check,
    from_bytes,
    keep,
    kept,
    library,
    make,
    read,
    write,
)
from workbench.calibrations.table import read_scores

__all__ = [
    "FIGURES",
    "SCORES",
    "Kept",
    "check",
    "from_bytes",
    "keep",
    "kept",
    "library",
    "make",
    "read",
    "read_scores",
    "write",
]
