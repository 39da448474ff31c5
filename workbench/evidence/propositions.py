"""The propositions a verdict weighs, as data: one per question, and the alternatives it must name.

An alternative that no labelled pairs stand for is reported as not tested; none is ever left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.records import Alternative, Question


@dataclass(frozen=True, slots=True)
class Statement:
    """What may be true of two models; its texts have {reference} and {suspect} to be filled in."""

    words: str
    clause: str
    """The same in few words, to stand after "if"."""
    labels: tuple[str, ...]
    """Labels of pairs of which it is true."""

    def about(self, reference: str, suspect: str) -> str:
        """The statement, with both models named."""
        return self.words.format(reference=reference, suspect=suspect)

    def condition(self, reference: str, suspect: str) -> str:
        """The statement after "if", with both models named."""
        return self.clause.format(reference=reference, suspect=suspect)


@dataclass(frozen=True, slots=True)
class Account(Statement):
    """An alternative: another account of the same likeness."""

    key: Alternative
    symbol: str
    noun: str
    """What it takes for the cause of a likeness, in a word or two."""
    needs: str
    """Labelled pairs that would let it be weighed."""


DERIVED: Mapping[Question, Statement] = {
    "weights": Statement(
        words="{suspect} was re-served, quantised, fine-tuned or merged from the weights of "
        "{reference}.",
        clause="{suspect} comes from the weights of {reference}",
        labels=("same_model_variant", "fine_tune_of", "merge_of"),
    ),
    "outputs": Statement(
        words="Training of {suspect} used what {reference} wrote.",
        clause="{suspect} learned from what {reference} wrote",
        labels=("distilled_from",),
    ),
}
"""H_R: the account that makes the suspect a derivative, for each question."""
ALTERNATIVES: tuple[Account, ...] = (
    Account(
        words="{suspect} is independent of {reference}.",
        clause="{suspect} is independent of {reference}",
        labels=("unrelated",),
        key="independent",
        symbol="H_ind",
        noun="independence",
        needs="independent models",
    ),
    Account(
        words="{suspect} and {reference} come from the same base model, neither from the other.",
        clause="the two models only share a base model",
        labels=("same_base_sibling",),
        key="sibling",
        symbol="H_sibling",
        noun="a common base model",
        needs="models that share a base with the reference",
    ),
    Account(
        words="{suspect} and {reference} learned from the same teacher.",
        clause="the two models only share a teacher",
        labels=("shared_teacher",),
        key="shared_teacher",
        symbol="H_shared",
        noun="a common teacher",
        needs="models that share a teacher with the reference",
    ),
    Account(
        words="{suspect} and {reference} learned from the same preference data.",
        clause="the two models only share preference data",
        labels=("shared_preference_data",),
        key="shared_preference",
        symbol="H_preference",
        noun="common preference data",
        needs="models that share preference data with the reference",
    ),
    Account(
        words="{suspect} met text of {reference} in public crawls or published collections.",
        clause="{suspect} met published text of {reference}",
        labels=("contaminated",),
        key="web",
        symbol="H_web",
        noun="published text of the reference",
        needs="models trained on recent crawls or on published answers of the reference",
    ),
    Account(
        words="{suspect} was trained apart from {reference}, by the same recipe on the same texts.",
        clause="the two models only share a recipe and its texts",
        labels=("same_recipe_twin",),
        key="recipe",
        symbol="H_recipe",
        noun="a common recipe",
        needs="models trained by the recipe of the reference from another seed",
    ),
)
UNRELATED = "unrelated"
LABEL_WORDS: Mapping[str, str] = {
    UNRELATED: "unrelated models",
    "same_recipe_twin": "independent models of one recipe",
    "same_base_sibling": "models with a common base",
    "shared_teacher": "models with a common teacher",
    "shared_preference_data": "models with common preference data",
    "contaminated": "models that met published text of the reference",
    "same_model_variant": "re-served or quantised models",
    "fine_tune_of": "fine-tuned models",
    "merge_of": "merged models",
    "distilled_from": "models that learned from answers",
    "distilled_from_relative": "models that learned from answers of a relative",
    "live_proxy": "models that pass questions on to the reference",
    "framed": "models made to answer in the reference's manner",
}
"""What the pairs with a label are, the suspect's side meant."""


def account(key: Alternative) -> Account:
    """Look an alternative up."""
    return next(item for item in ALTERNATIVES if item.key == key)
