"""Labelled scores made up with known truth: what families have in common is drawn at random, too."""

from collections.abc import Sequence

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.labelled import Floats, Labelled

Row = tuple[str, str, str, str, str, str, float]
"""Reference, suspect, family of either, recipe, label, score."""
PROMPTS = 0.2
"""Half a 95 % interval over prompts."""


def labelled(rows: Sequence[Row]) -> Labelled:
    """Put rows together, each with an interval of the same width and no half-panels."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    score = np.array(columns[6], dtype=np.float64)
    names = [tuple(str(name) for name in column) for column in columns[:6]]
    return Labelled(
        *names,
        primary=np.ones(len(score), dtype=bool),
        score=score,
        low=score - PROMPTS,
        high=score + PROMPTS,
        panel_low=score,
        panel_high=score,
        raw=score,
        controls=np.full(len(score), 8),
    )


def panel(
    seed: int | str,
    *,
    families: int = 12,
    models: int = 2,
    derivatives: int = 12,
    shift: float = 4.0,
    hub: float = 0.3,
    pair: float = 0.6,
) -> Labelled:
    """Unrelated pairs of every two families, and derivatives within families.

    Args:
        seed: Which of all such panels.
        families: How many.
        models: Models of each family, and derivatives of each recipe.
        derivatives: Recipes.
        shift: Mean score of derivatives, in standard deviations of unrelated pairs.
        hub: Standard deviation of what a family adds to all of its pairs.
        pair: Of what two families have in common, so that their pairs are not independent.
    """
    dice = np.random.default_rng(seed_from("panel", seed))
    own = hub * dice.standard_normal(families)
    both = pair * dice.standard_normal((families, families))
    rest = np.sqrt(max(1 - pair**2 - 2 * hub**2, 0.0))
    rows: list[Row] = []
    for f in range(families):
        for g in range(f):
            for i in range(models):
                for j in range(models):
                    score = own[f] + own[g] + both[f, g] + rest * dice.standard_normal()
                    names = f"m{f}.{i}", f"m{g}.{j}", f"f{f}", f"f{g}"
                    rows.append((*names, "", "unrelated", score))
    for d in range(derivatives):
        f = d % families
        for i in range(models):
            score = shift + dice.standard_normal() * (1 if i == 0 else 0.3)
            names = f"m{f}.0", f"d{d}.{i}", f"f{f}", f"f{f}"
            rows.append((*names, f"r{d}", "fine_tune_of", score))
    return labelled(rows)


def strangers(
    seed: int | str, count: int, *, shift: float = 0.0, hub: float = 0.3, pair: float = 0.6
) -> Floats:
    """Scores of pairs of families that are in no panel, each pair of its own; `shift` as in `panel`.

    Args:
        seed: Which of all.
        count: How many.
        shift: 0 for strangers; for derivatives as in `panel`.
        hub: As in `panel`.
        pair: As in `panel`.
    """
    dice = np.random.default_rng(seed_from("strangers", seed, str(shift)))
    rest = np.sqrt(max(1 - pair**2 - 2 * hub**2, 0.0))
    parts = dice.standard_normal((4, count))
    found: Floats = shift + hub * (parts[0] + parts[1]) + pair * parts[2] + rest * parts[3]
    return found
