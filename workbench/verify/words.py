"""What verification says of files that are not at hand."""

from collections.abc import Mapping

from workbench.store.archive import Kind

TENSORS: frozenset[Kind] = frozenset({"likelihoods", "distributions"})
NOT_AT_HAND: Mapping[Kind, str] = {
    "likelihoods": "How likely the models found each other's answers is not attached.",
    "exchanges": "What endpoints sent is not attached.",
    "recordings": "The files in which others recorded answers are not attached.",
    "distributions": "The whole distributions are not attached.",
}
