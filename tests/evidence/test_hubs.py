"""Models that are alike to everybody: what raw likeness takes for derivation and centring does not."""

import numpy as np
import pytest

from workbench.evidence.fuse import centre
from workbench.evidence.panel import rank_p

CONTROLS = 19  # so that the smallest rank p-value is 0.05
PANELS = 2000
HUB = 1.5  # five standard deviations of what models are to everybody
MADE = [(0.0, 0.0), (HUB, 0.0), (0.0, HUB), (HUB, HUB)]
NAMES = ["neither", "reference", "suspect", "both"]


def panels(reference, suspect):
    """Likeness of reference (0), independent suspect (1) and controls; (panels, models, models)."""
    dice = np.random.default_rng(7)
    generic = dice.normal(0, 0.3, (PANELS, 2 + CONTROLS))
    generic[:, 0] += reference
    generic[:, 1] += suspect
    noise = dice.normal(0, 0.1, (PANELS, 2 + CONTROLS, 2 + CONTROLS))
    return generic[:, :, None] + generic[:, None, :] + noise + noise.transpose(0, 2, 1)


def centred(likeness):
    """Centred scores of suspect and controls; (panels, 1 + controls)."""
    panel = range(1, 2 + CONTROLS)
    return np.stack([centre(likeness, 0, x, [k for k in panel if k != x]) for x in panel], -1)


def false_alarms(scores):
    """Share of panels in which the first score is called at 5 %."""
    return np.mean([rank_p(row[0], row[1:]) <= 0.05 for row in scores])


@pytest.mark.parametrize("made", MADE, ids=NAMES)
def test_centred_scores_of_independent_suspects_are_called_no_more_often_than_chance(made):
    assert false_alarms(centred(panels(*made))) <= 0.06


@pytest.mark.parametrize("made", MADE[2:], ids=NAMES[2:])
def test_raw_scores_call_a_suspect_that_is_alike_to_everybody(made):
    assert false_alarms(panels(*made)[:, 0, 1:]) > 0.9


@pytest.mark.parametrize("made", MADE[1:2], ids=NAMES[1:2])
def test_raw_scores_against_all_pairs_of_controls_call_any_suspect_of_a_generic_reference(made):
    likeness = panels(*made)
    among = likeness[:, 2:, 2:][:, *np.triu_indices(CONTROLS, 1)]
    assert false_alarms(np.concatenate([likeness[:, 0, 1:2], among], -1)) > 0.9


def test_centring_does_not_take_away_a_trait_that_both_show_far_more_than_the_controls():
    # Likeness through one shared direction is a product, and no sum of what each model is to all.
    dice = np.random.default_rng(7)
    styles = dice.normal(0, 60**-0.5, (PANELS, 2 + CONTROLS, 60))
    styles[..., 0] = dice.normal(0.5, 0.15, (PANELS, 2 + CONTROLS))
    styles[:, :2, 0] += 3 * 0.15
    styles /= np.linalg.norm(styles, axis=-1, keepdims=True)
    assert 0.1 < false_alarms(centred(styles @ styles.transpose(0, 2, 1))) < 0.15
