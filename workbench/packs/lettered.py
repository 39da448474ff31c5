"""A multiple-choice question as it is asked: the question, its lettered options, and an open answer."""

from collections.abc import Sequence

from workbench.records import LETTERS


def lettered(question: str, options: Sequence[str]) -> str:
    """Print a question so that the next token is the letter of an option.

    Args:
        question: The question.
        options: Texts of the options, in order; at most as many as there are letters.

    Returns:
        The question, a line for each option (`A. Paris`), and `Answer:`, with nothing after it.
    """
    lines = (f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False))
    return "\n".join((question, *lines, "Answer:"))
