"""A multiple-choice question as it is asked: the question, its lettered options, and an open answer."""

from collections.abc import Sequence

from workbench.records import LETTERS


def lettered(question: str, options: Sequence[str]) -> str:
    """Print a question so that the next token is the letter of an option.

    Args:
        question: The question.
        options: Texts of the options, in order; 2 to 8.

    Returns:
        `Question: ` and the question, a line for each option (`A. Paris`), and `Answer (A, B or C):`,
        with nothing after it. Naming the letters once more makes small models give one.
    """
    letters = LETTERS[: len(options)]
    lines = (f"{letter}. {option}" for letter, option in zip(letters, options, strict=True))
    named = f"{', '.join(letters[:-1])} or {letters[-1]}"
    return "\n".join((f"Question: {question}", *lines, f"Answer ({named}):"))
