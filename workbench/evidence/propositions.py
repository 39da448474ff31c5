"""The propositions a verdict weighs, as data: one per question, and the alternatives it must name.

An alternative that no labelled pairs stand for is reported as not tested; none is ever left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.records import Alternative, Question


@dataclass(frozen=True, slots=True)
class Derivation:
    """H_R: the account that makes the suspect a derivative, for one question."""

    words: str
    """With {reference} and {suspect} to be filled in."""
    labels: tuple[str, ...]
    """Labels of pairs of which it is true."""

    def about(self, reference: str, suspect: str) -> str:
        """The proposition, with both models named."""
        return self.words.format(reference=reference, suspect=suspect)


@dataclass(frozen=True, slots=True)
class Account:
    """An alternative: another account of the same likeness."""

    key: Alternative
    symbol: str
    words: str
    """With {reference} and {suspect} to be filled in."""
    labels: tuple[str, ...]
    """Labels of pairs of which it is true."""
    needs: str
    """Labelled pairs that would let it be weighed."""

    def about(self, reference: str, suspect: str) -> str:
        """The account, with both models named."""
        return self.words.format(reference=reference, suspect=suspect)


DERIVED: Mapping[Question, Derivation] = {
    "weights": Derivation(
        "{suspect} was re-served, quantised, fine-tuned or merged from the weights of {reference}.",
        ("same_model_variant", "fine_tune_of", "merge_of"),
    ),
    "outputs": Derivation(
        "Training of {suspect} used what {reference} wrote.", ("distilled_from",)
    ),
}
ALTERNATIVES: tuple[Account, ...] = (
    Account(
        "independent",
        "H_ind",
        "{suspect} is independent of {reference}.",
        ("unrelated", "same_recipe_twin"),
        "independent models",
    ),
    Account(
        "sibling",
        "H_sibling",
        "{suspect} and {reference} come from the same base model, neither from the other.",
        ("same_base_sibling",),
        "models that share a base with the reference",
    ),
    Account(
        "shared_teacher",
        "H_shared",
        "{suspect} and {reference} learned from the same teacher.",
        ("shared_teacher",),
        "models that share a teacher with the reference",
    ),
    Account(
        "shared_preference",
        "H_preference",
        "{suspect} and {reference} learned from the same preference data.",
        ("shared_preference_data",),
        "models that share preference data with the reference",
    ),
    Account(
        "web",
        "H_web",
        "{suspect} met text of {reference} in public crawls or published collections.",
        ("contaminated",),
        "models trained on recent crawls or on published answers of the reference",
    ),
)
UNRELATED = "unrelated"


def account(key: Alternative) -> Account:
    """Look an alternative up."""
    return next(item for item in ALTERNATIVES if item.key == key)
