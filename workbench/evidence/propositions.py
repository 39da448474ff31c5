"""The propositions a verdict weighs, and the alternatives it must name even when untested."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proposition:
    """One account of where the suspect's behaviour comes from."""

    key: str
    words: str
    """With {reference} and {suspect} to be filled in."""
    needs: str
    """Controls that would let it be weighed."""

    def about(self, reference: str, suspect: str) -> str:
        """The proposition, with both models named."""
        return self.words.format(reference=reference, suspect=suspect)


DERIVED = Proposition(
    "H_R",
    "The behaviour of {suspect} comes from {reference} "
    "(re-served, quantised, fine-tuned, merged or distilled).",
    "labelled derivatives",
)
INDEPENDENT = Proposition("H_ind", "{suspect} is independent of {reference}.", "independent models")
UNTESTED = (
    Proposition(
        "H_sibling",
        "The behaviour of {suspect} comes from a sibling or an ancestor of {reference}.",
        "models that share a base with the reference",
    ),
    Proposition(
        "H_shared",
        "{suspect} and {reference} learned from the same teacher or data set.",
        "models that share a teacher with the reference",
    ),
    Proposition(
        "H_web",
        "{suspect} met text of {reference} in public crawls.",
        "independent models trained on recent crawls",
    ),
)

__all__ = ["DERIVED", "INDEPENDENT", "UNTESTED", "Proposition"]
