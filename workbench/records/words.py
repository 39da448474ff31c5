"""The words that records use for kinds, parts and outcomes."""

from typing import Literal

Role = Literal["reference", "suspect", "control", "stack"]
"""A stack is the reference's own weights behind another serving stack: no candidate, but a measure of
what serving alone changes."""
Outcome = Literal["answered", "empty", "refused", "truncated", "failed"]
ProbeKind = Literal["generate", "next_token", "passage", "choice"]
LETTERS = "ABCDEFGH"
"""What the options of a multiple-choice question are called, in order."""
ONE_POSITION: tuple[ProbeKind, ...] = ("next_token", "choice")
"""Kinds that read the distribution at one place: after the prompt."""
Template = Literal["chat", "raw"]
BackendName = Literal["local", "http", "replay"]
Access = Literal["text", "logits"]
Part = Literal["open", "sealed", "all"]
"""Which probes of a pack are asked: those anybody may look at, those held back, or both."""
Language = Literal["en"]
LANGUAGES: tuple[Language, ...] = ("en",)
"""What a report can be written in, the usual one first."""
Status = Literal["evaluated", "inconclusive", "no evaluative opinion", "not comparable"]
"""Evaluated: a likelihood ratio says something. Inconclusive: it does not, or nothing was calibrated
for this protocol. No evaluative opinion: a gate failed. Not comparable: there is nothing to weigh."""
Question = Literal["weights", "outputs"]
"""Weights: is the suspect re-served, quantised, fine-tuned or merged from the reference? Outputs: was
it trained on what the reference wrote?"""
QUESTIONS: tuple[Question, ...] = ("weights", "outputs")
Alternative = Literal[
    "independent", "sibling", "shared_teacher", "shared_preference", "web", "recipe"
]
Level = Literal[
    "moderately strong support",
    "moderate support",
    "weak support",
    "no support either way",
    "weak support for the alternative",
    "moderate support for the alternative",
    "moderately strong support for the alternative",
]
"""What behavioural evidence may say, the strongest for derivation first; there is nothing above."""

USABLE: tuple[Outcome, ...] = ("answered", "truncated")
"""Outcomes that leave something to compare."""
