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
Question = Literal["weights", "outputs"]
"""*Weights*: re-served, quantised, fine-tuned, merged? *Outputs*: trained on what the other wrote?"""
Part = Literal["open", "sealed", "all"]
"""Which probes of a pack are asked: those anybody may look at, those held back, or both."""
Status = Literal["evaluated", "inconclusive", "not comparable"]

USABLE: tuple[Outcome, ...] = ("answered", "truncated")
"""Outcomes that leave something to compare."""
