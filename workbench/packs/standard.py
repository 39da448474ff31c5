"""What is asked where nobody chose: the packs and repeats that the shipped calibrations are of."""

STANDARD_PACKS = (
    "style/short-answers",
    "knowledge/invented-entities",
    "reasoning/arbitrary-steps",
    "randomness/one-word-choices",
    "continuation/open-prose",
    "continuation/passages",
)
"""Every kind of answer that a question's score takes, at the price of minutes on two cores."""
STANDARD_REPEATS = 2
