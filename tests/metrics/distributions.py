"""Whole distributions drawn in many shapes, their lists, and divergences written down independently."""

import numpy as np
from hypothesis import strategies as st
from scipy.special import rel_entr

DIVERGENCES = (
    "jensen-shannon",
    "total-variation",
    "hellinger",
    "kl-reference-suspect",
    "kl-suspect-reference",
)


def exact(p, q):
    """The five divergences of two whole distributions."""
    middle = (p + q) / 2
    js = (rel_entr(p, middle).sum() + rel_entr(q, middle).sum()) / 2
    kl, lk = rel_entr(p, q).sum(), rel_entr(q, p).sum()
    found = (
        js / np.log(2),
        np.abs(p - q).sum() / 2,
        np.sqrt(np.square(np.sqrt(p) - np.sqrt(q)).sum() / 2),
        kl / np.log(2),
        lk / np.log(2),
    )
    return dict(zip(DIVERGENCES, (max(0.0, float(v)) for v in found), strict=True))


def top(p, k):
    """The k most probable tokens of a whole distribution, as a list of log-probabilities."""
    best = np.argsort(-p, kind="stable")[:k]
    with np.errstate(divide="ignore"):
        return {str(token): float(np.log(p[token])) for token in best}


@st.composite
def pairs(draw, sizes=(2, 3, 5, 8, 30, 300)):
    """Two whole distributions over one vocabulary: alike, near, sparse, tied or unrelated."""
    size = draw(st.sampled_from(sizes))
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    concentration = draw(st.sampled_from((0.02, 0.2, 1.0, 20.0)))
    p = dice.dirichlet(np.full(size, concentration))
    kind = draw(st.sampled_from(("unrelated", "near", "nearly equal", "equal", "sparse", "tied")))
    q = dice.dirichlet(np.full(size, concentration))
    if kind in {"near", "nearly equal"}:
        noise = 0.5 if kind == "near" else 1e-6
        q = p * np.exp(noise * dice.standard_normal(size))
    elif kind == "equal":
        q = p.copy()
    elif kind == "sparse":
        p, q = (np.where(dice.random(size) < 0.5, one, 0) for one in (p, q))
        p[dice.integers(size)] += 0.1
        q[dice.integers(size)] += 0.1
    elif kind == "tied":
        p, q = (np.round(one * 8) + 1 for one in (p, q))
    return p / p.sum(), q / q.sum()
