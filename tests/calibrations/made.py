"""Tables of labelled scores as `workbench evaluate` writes them."""

import pandas as pd

from tests.evidence.simulated import panel
from workbench.calibrations.table import canonical


def table(pairs=None, questions=("weights",)):
    """One row per labelled pair."""
    pairs = panel("table", families=9, models=1, derivatives=9) if pairs is None else pairs
    columns = {
        "reference": pairs.reference,
        "suspect": pairs.suspect,
        "label": pairs.label,
        "source": "here",
        "controls": pairs.controls,
        "reference_family": pairs.reference_family,
        "suspect_family": pairs.suspect_family,
        "recipe": pairs.recipe,
    }
    for question in questions:
        for part in ("score", "low", "high", "panel_low", "panel_high", "raw"):
            columns[f"{question}_{part}"] = getattr(pairs, part)
    return pd.DataFrame(columns)


def csv(rows):
    """The bytes a calibration keeps of a table."""
    return canonical(rows).to_csv(index=False, float_format="%.6f", lineterminator="\n").encode()
