"""Small change of wording."""


def sentence(text: str) -> str:
    """End a text with a full stop unless it already ends as a question."""
    return text if text.endswith("?") else f"{text}."
