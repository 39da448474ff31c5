"""What several models answered to one collection of prompts."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Answered:
    """What every model answered to one prompt."""

    prompt: str
    category: str
    models: np.ndarray
    """Index of the model of each answer, shape (answers,), int."""
    texts: tuple[str, ...]
    asked: str = ""
    """Text of the prompt; empty where only its name is known."""


@dataclass(frozen=True, slots=True)
class Source:
    """One collection of prompts with the answers of every model that was put to them."""

    name: str
    models: tuple[str, ...]
    prompts: tuple[Answered, ...]

    def answered(self) -> np.ndarray:
        """Which model answered which prompt, shape (prompts, models), bool."""
        table = np.zeros((len(self.prompts), len(self.models)), dtype=bool)
        for row, prompt in zip(table, self.prompts, strict=True):
            row[prompt.models] = True
        return table

    def shared(self) -> np.ndarray:
        """Prompts that both of two models answered, shape (models, models), int."""
        answered = self.answered().astype(np.int64)
        return answered.T @ answered
