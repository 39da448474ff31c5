"""Options of multiple-choice questions: what is left of a model's choice once what is common is gone.

Which letter a model likes at large (its option prior) and which option everybody finds likely say
nothing about descent. Both are taken away; what two models still share is a habit of their own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.errors import DistributionError, NotEnoughEvidenceError

METRIC = "option-correlation"
MIN_QUESTIONS = 5
"""Fewer give no interval worth printing."""
TINY = 1e-300
MIN_PANEL = 2
"""With one model nobody can tell what is shared from what is that model's own."""
ONE_LETTER = 0.95
"""A run that gives one letter to so many of its questions or more did not answer them. One in twenty is
a customary line; on the models measured in docs/methods.md any from .94 to .99 draws the same one."""


@dataclass(frozen=True, slots=True)
class OptionCorrelation:
    """How two models' choices go together beyond what the panel and the letters explain."""

    value: float
    """From −1 to 1; higher is more alike. Independent models lie above 0 by what the panel fails to
    explain, so it speaks only beside the values of other pairs."""
    contributions: Tensor
    """What each question adds, shape (questions,), float64; their mean over the questions counted is
    `value`. NaN where a question is not counted."""
    panel: int
    """How many models the shared pattern was taken from."""


def option_logprobs(
    tokens: Sequence[str], logprobs: Sequence[float], letters: Sequence[str]
) -> Tensor:
    """Read the log-probability of each option's letter off a list of most probable next tokens.

    Args:
        tokens: Texts of the tokens; a text may come more than once.
        logprobs: Their natural log-probabilities, 0 at most, up to rounding.
        letters: The letters to look for, each once.

    Returns:
        Shape (letters,), float64: the logarithm of the summed probabilities of all tokens that spell
        the letter, with or without a space before it. NaN where none is listed: the letter's
        probability is then only known to be small, and is not made up.

    Raises:
        DistributionError: If the lists differ in length, or a number is no log-probability.
    """
    if len(tokens) != len(logprobs):
        raise DistributionError(
            f"A list of {len(tokens)} tokens comes with {len(logprobs)} log-probabilities.",
            fix="Give each token its own log-probability.",
        )
    if not all(value <= _ROUNDING for value in logprobs):
        raise DistributionError(
            "A log-probability is above 0 or is not a number.",
            fix="Give natural logarithms of probabilities, as the model's side listed them.",
        )
    found = torch.full((len(letters),), math.nan, dtype=torch.float64)
    for place, letter in enumerate(letters):
        spelled = [
            logprob
            for token, logprob in zip(tokens, logprobs, strict=True)
            if token.removeprefix(" ") == letter
        ]
        if spelled:
            found[place] = torch.tensor(spelled, dtype=torch.float64).logsumexp(0)
    return found


_ROUNDING = 1e-3
"""Largest error of a probability near 1 that is kept as float16."""


def same_letter_share(logprobs: Tensor) -> Tensor:
    """How often each model's most probable letter is the one that it gives most often.

    Args:
        logprobs: Shape (models, questions, options), floating point; NaN where nothing was read.

    Returns:
        Shape (models,), float64, from 1 / options to 1; NaN for a model that answered nothing. From
        `ONE_LETTER` upwards the letters did not depend on the question: the model was about to say
        something else, and its choices carry no meaning.
    """
    answered = logprobs.isnan().logical_not().any(2)  # (models, questions)
    best = logprobs.double().nan_to_num(nan=-torch.inf).argmax(2)
    shares = [
        torch.bincount(row[seen]).max() / seen.sum() if bool(seen.any()) else torch.tensor(math.nan)
        for row, seen in zip(best, answered, strict=True)
    ]
    return torch.stack(shares).double()


def option_residuals(logprobs: Tensor) -> Tensor:
    """Remove each question's level and each model's liking for letters.

    Log-probabilities are first centred over the options of their question, so that probability given
    to anything but the letters plays no part. Then each model's mean at each letter is subtracted,
    apart for questions with different letters (four options, five, …).

    Args:
        logprobs: Natural log-probabilities, shape (models, questions, options), floating point; NaN
            where the question has no such option, or the model gave none for it. An option exists
            if any model has it; a model that lacks one of a question's options did not answer it.

    Returns:
        Same shape, float64, in nats. Over the options of a question, and over a model's questions
        with the same letters, they sum to 0. NaN where there is no option or no answer, and where
        a model answered no other question with the same letters.

    Raises:
        DistributionError: If the shape is another, or a value is infinite.

    Source: The centred log-ratio of compositional data (Aitchison 1982, J. R. Stat. Soc. B 44,
        139–177); the letters' prior as in Zheng et al. (2024), "Large language models are not
        robust multiple choice selectors", arXiv:2309.03882, there removed to mend answers.
    """
    if logprobs.ndim != 3:
        raise DistributionError(
            f"Option log-probabilities have {logprobs.ndim} dimensions.",
            fix="Give three: models, questions and options.",
        )
    if bool(logprobs.isinf().any()):
        raise DistributionError(
            "An option's log-probability is infinite.",
            fix="Leave out (NaN) what was not listed; a probability of exactly 0 is none.",
        )
    values = logprobs.double()
    exists = values.isnan().logical_not().any(0)  # (questions, options)
    answered = (values.isnan() & exists).any(2).logical_not() & exists.any(1)
    centred = values - values.nanmean(2, keepdim=True)
    residuals = torch.full_like(values, math.nan)
    for letters in _kinds(exists):
        alike = (exists == letters).all(1)  # (questions,)
        for model in range(len(values)):
            rows = answered[model] & alike
            if int(rows.sum()) > 1:
                own = centred[model, rows]
                residuals[model, rows] = own - own.mean(0)
    return residuals


def option_correlation(
    residuals: Tensor, first: int, second: int, *, families: Sequence[str] | None = None
) -> OptionCorrelation:
    """Correlate two models' residuals after removing what the rest of the panel explains of each.

    Both are regressed on the residuals of all models that are related to neither (least squares, no
    intercept), so that difficulty, common mistakes and how able a model is are taken away as far as
    others show them; this is the partial correlation given the panel. The two sides and their
    relatives stay out of the panel: otherwise the pair's own likeness would be subtracted.

    Args:
        residuals: What `option_residuals` gave, shape (models, questions, options).
        first: Index of one model.
        second: Index of the other.
        families: One name for each model; models of either side's family stay out of the panel.
            Without, every other model is in it.

    Returns:
        The correlation over all options of the questions that both answered, and each question's
        part in it; 0 where the panel explains one side whole. Few models show what all share only
        with noise, and least squares then removes too little, most of all between two able models:
        centre over the panel before reading it. A question that a member of the panel did not
        answer counts as 0 for that member, its own mean, which removes less and adds nothing.

    Raises:
        NotEnoughEvidenceError: If fewer than 5 questions were answered by both, fewer than 2 models
            are left for the panel, a model's residuals are all 0, or the questions leave fewer free
            values than twice the panel: then more would be taken away than is left.

    Source: Partial correlation, e.g. Anderson (2003), "An introduction to multivariate statistical
        analysis", section 2.5. The panel's part is our own choice; docs/methods.md has the measured
        alternatives.
    """
    counted = residuals[[first, second]].isnan().all(2).any(0).logical_not()  # (questions,)
    questions = int(counted.sum())
    if questions < MIN_QUESTIONS:
        raise NotEnoughEvidenceError(METRIC, got=questions, need=MIN_QUESTIONS)
    panel = _panel(len(residuals), first, second, families)
    if len(panel) < MIN_PANEL:
        raise NotEnoughEvidenceError(f"the panel of {METRIC}", got=len(panel), need=MIN_PANEL)
    rows = residuals[:, counted].nan_to_num(nan=0.0)  # (models, counted, options)
    _require_freedom(residuals[first, counted], len(panel))
    own = _without(rows[panel].flatten(1).T, rows[[first, second]].flatten(1).T)
    one, other = own.T.reshape(2, questions, -1)
    # A side that the panel explains whole, as its own copy would, has nothing left to share.
    parts = (one * other).sum(1) / (one.norm() * other.norm()).clamp(min=TINY)
    contributions = torch.full((len(counted),), math.nan, dtype=torch.float64)
    contributions[counted] = parts * questions
    return OptionCorrelation(float(parts.sum()), contributions, len(panel))


def _panel(models: int, first: int, second: int, families: Sequence[str] | None) -> list[int]:
    names = families or [str(model) for model in range(models)]
    sides = (names[first], names[second])
    return [model for model in range(models) if names[model] not in sides]


def _require_freedom(rows: Tensor, panel: int) -> None:
    """Free values: of a question's options all but one, less those spent on the letters' means."""
    present = rows.isnan().logical_not()  # (counted, options)
    free = int((present.sum(1) - 1).sum() - (_kinds(present).sum(1) - 1).sum())
    if free < 2 * panel:
        raise NotEnoughEvidenceError(f"{METRIC} with {panel} models", got=free, need=2 * panel)


def _kinds(present: Tensor) -> Tensor:
    """The different rows of a (questions, options) mask."""
    return torch.tensor(sorted({tuple(row) for row in present.tolist()}))


def _without(panel: Tensor, sides: Tensor) -> Tensor:
    """What least squares on the panel (values, models) leaves of two columns (values, 2)."""
    fitted: Tensor = torch.linalg.lstsq(panel, sides, driver="gelsd").solution
    left = sides - panel @ fitted
    sizes = sides.norm(dim=0)
    if bool((sizes == 0).any()):
        raise NotEnoughEvidenceError(f"{METRIC}: differing choices of each model", got=0, need=1)
    # Rounding leaves something even of a column that the panel explains whole.
    return torch.where(left.norm(dim=0) <= 1e-9 * sizes, 0.0, left)
