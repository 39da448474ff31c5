"""Error rates as counts, with the limits that so few trials allow."""

from scipy.special import betaincinv


def upper_limit(events: int, trials: int, confidence: float = 0.95) -> float:
    """Largest rate that still explains so few events: one-sided exact limit.

    Args:
        events: How often it happened, 0 to `trials`.
        trials: Independent trials; families, not pairs of models.
        confidence: Above 0, below 1.

    Returns:
        The rate p, 0 to 1, with P(at most `events` of `trials` | p) = 1 − confidence; 1 where every
        trial was an event, or there was none. 0 of 30 gives 0.095.

    Raises:
        ValueError: If the counts or the confidence are out of range.

    Source: Clopper & Pearson (1934), Biometrika 26(4), 404-413, as a quantile of Beta(k + 1, n − k).
    """
    _check(events, trials, confidence)
    return 1.0 if events == trials else float(betaincinv(events + 1, trials - events, confidence))


def lower_limit(events: int, trials: int, confidence: float = 0.95) -> float:
    """Smallest rate that still explains so many events: one-sided exact limit.

    Args and Raises as `upper_limit`.

    Returns:
        The rate p, 0 to 1, with P(at least `events` of `trials` | p) = 1 − confidence; 0 where nothing
        happened.

    Source: as `upper_limit`; a quantile of Beta(k, n − k + 1).
    """
    _check(events, trials, confidence)
    return 0.0 if events == 0 else float(betaincinv(events, trials - events + 1, 1 - confidence))


def _check(events: int, trials: int, confidence: float) -> None:
    if not 0 <= events <= trials:
        raise ValueError(f"{events} events of {trials} trials cannot be")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is not between 0 and 1")
