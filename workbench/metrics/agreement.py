"""Agreement beyond chance: on refusals, on answers, and above all on errors."""

import numpy as np
from numpy.typing import NDArray

from workbench.errors import NotEnoughEvidenceError

Floats = NDArray[np.float64]


def refusal_agreement(reference: NDArray[np.bool_], suspect: NDArray[np.bool_]) -> float:
    """Cohen's kappa of who refuses which prompt.

    Args:
        reference: Whether the reference refused each prompt, shape (prompts,).
        suspect: The same of the suspect, same shape.

    Returns:
        −1 to 1, a similarity: 0 what chance gives at these two rates of refusal, 1 the same
        prompts.

    Raises:
        NotEnoughEvidenceError: If there is no prompt, or both refuse all or none, so that chance
            alone gives full agreement.

    Source: Cohen (1960), Educational and Psychological Measurement 20(1).
    """
    if len(reference) == 0:
        raise NotEnoughEvidenceError("refusal-agreement", got=0, need=1)
    mine, yours = float(reference.mean()), float(suspect.mean())
    return _kappa(float((reference == suspect).mean()), mine * yours + (1 - mine) * (1 - yours))


def error_consistency(reference: NDArray[np.bool_], suspect: NDArray[np.bool_]) -> float:
    """Whether two models are right and wrong on the same items, beyond what accuracy gives.

    Args:
        reference: Whether the reference was right on each item, shape (items,).
        suspect: The same of the suspect.

    Returns:
        −1 to 1, a similarity; 0 for independent errors. It does not look at which wrong answer was
        given (`chance_adjusted_agreement` does).

    Raises:
        NotEnoughEvidenceError: If there is no item, or both are always right or always wrong.

    Source: Geirhos, Meding & Wichmann (2020), NeurIPS, "Beyond accuracy", eq. 1 and 2.
    """
    return refusal_agreement(reference, suspect)


def chance_adjusted_agreement(reference: Floats, suspect: Floats, key: NDArray[np.int64]) -> float:
    """CAPA: do two models put their probability on the same options, beyond what accuracy gives?

    Args:
        reference: Probability of each option, shape (items, options), float64, rows sum to 1; rows
            of 0 and 1 for models that only answer.
        suspect: The same of the suspect.
        key: Right option of each item, shape (items,), int.

    Returns:
        At most 1, a similarity; 0 for two independent models of these accuracies that err evenly
        over the wrong options.

    Raises:
        NotEnoughEvidenceError: If there is no item, or both are always right.
        ValueError: If the shapes differ or there are fewer than two options.

    Source: Goel et al. (2025), "Great models think alike and this undermines AI oversight",
        arXiv:2502.04313: κ_p = (c_obs − c_exp) / (1 − c_exp), with c_exp from the mean probability
        each model gives to the right option.
    """
    if reference.shape != suspect.shape or reference.ndim != 2 or reference.shape[1] < 2:
        raise ValueError("both need one row per item and one column per option, two at least")
    items, options = reference.shape
    if items == 0:
        raise NotEnoughEvidenceError("capa", got=0, need=1)
    at = np.arange(items)
    mine, yours = float(reference[at, key].mean()), float(suspect[at, key].mean())
    expected = mine * yours + (1 - mine) * (1 - yours) / (options - 1)
    return _kappa(float((reference * suspect).sum(1).mean()), expected)


def _kappa(observed: float, expected: float) -> float:
    if expected >= 1:
        raise NotEnoughEvidenceError("agreement beyond chance", got=0, need=1)
    return (observed - expected) / (1 - expected)
