"""How a prompt is put to a local model, and how texts are cut into its tokens."""

from typing import Any

from workbench.backends.base import Question


class Formats:
    """One model's tokenizer and the form in which it takes a question."""

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - transformers is untyped
        """Take the tokenizer."""
        self._tokenizer = tokenizer
        self._spelled: dict[int, str] = {}

    def name(self, question: Question) -> str:
        """What is done to the prompt, in a word or two."""
        if question.template == "raw":
            return "raw"
        return "chat template" if self._tokenizer.chat_template else "question and answer"

    def prompt_ids(self, question: Question) -> list[int]:
        """Tokens of the prompt as the model gets it."""
        match self.name(question):
            case "chat template":
                turns = [{"role": "user", "content": question.prompt}]
                # Rendered and encoded apart: the template writes its own special tokens.
                text = self._tokenizer.apply_chat_template(
                    turns, tokenize=False, add_generation_prompt=True
                )
                return list(self._tokenizer(text, add_special_tokens=False).input_ids)
            case "question and answer":
                text = f"Question: {question.prompt}\nAnswer:"
                return list(self._tokenizer(text).input_ids)
            case _:
                return list(self._tokenizer(question.prompt).input_ids)

    def cut(self, text: str, *, opened: bool) -> tuple[list[int], list[int]]:
        """Cut a text into tokens.

        Args:
            text: Any text.
            opened: Whether to add the tokens that open and close every text, where there are any.

        Returns:
            Tokens, and for each how many characters of the text it and those before it cover.
        """
        found = self._tokenizer(text, add_special_tokens=opened, return_offsets_mapping=True)
        return list(found.input_ids), [end for _, end in found.offset_mapping]

    def spelled(self, token: int) -> str:
        """The text of one token by itself."""
        if token not in self._spelled:
            self._spelled[token] = str(self._tokenizer.decode([token]))
        return self._spelled[token]

    def text(self, tokens: list[int]) -> str:
        """The text of an answer, without tokens that only steer."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))
