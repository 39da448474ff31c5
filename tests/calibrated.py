"""A made calibration: labelled scores drawn from normals, for tests that need one to look at."""

from pathlib import Path

import numpy as np
import pandas as pd

from workbench import calibrations


def table(families=12, seed=3, rename=None) -> pd.DataFrame:
    """Scores of a derivative in every family, and of unrelated pairs between neighbours.

    `rename`: name that a model would have → the one it has.
    """
    dice = np.random.default_rng(seed)
    rows = []
    for n in range(families):
        home, away = f"family-{n:02}", f"family-{(n + 1) % families:02}"
        rows.append(_row(home, home, "fine_tune_of", dice.normal(9, 2)))
        rows.append(_row(home, away, "unrelated", dice.normal(0, 1)))
    found = pd.DataFrame(rows)
    sides = ["reference", "suspect"]
    return found.assign(**found[sides].replace(rename or {}))


def _row(home, away, label, score):
    row = {
        "reference": f"{home}/base",
        "suspect": f"{away}/{label}",
        "reference_family": home,
        "suspect_family": away,
        "recipe": f"{home} > {label}",
        "label": label,
        "primary": 1,
        "controls": 8,
        "weights_score": score,
        "weights_low": score - 0.4,
        "weights_high": score + 0.4,
        "weights_panel_low": score - 0.2,
        "weights_panel_high": score + 0.2,
        "weights_raw": score,
    }
    return {key: round(v, 6) if isinstance(v, float) else v for key, v in row.items()}


def keep(folder: Path, name="made", title="Made for a test.", **changes) -> Path:
    """Write the calibration into a folder of calibrations."""
    _, kept = calibrations.make(table(**changes), name=name, title=title, protocols={})
    calibrations.write(kept, folder / name)
    return folder / name
