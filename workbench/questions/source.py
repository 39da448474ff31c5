"""What several models answered to one collection of prompts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

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

    def only(self, models: Collection[str]) -> "Source":
        """The same prompts with the answers of some models, in the order of the source.

        Prompts that none of them answered are left out.
        """
        kept = tuple(model for model in self.models if model in models)
        place = {self.models.index(model): number for number, model in enumerate(kept)}
        found = (_of_models(prompt, place) for prompt in self.prompts)
        return Source(self.name, kept, tuple(prompt for prompt in found if prompt.texts))


def _of_models(prompt: Answered, place: Mapping[int, int]) -> Answered:
    given = [
        (place[model], text)
        for model, text in zip(prompt.models.tolist(), prompt.texts, strict=True)
        if model in place
    ]
    models = np.array([model for model, _ in given], dtype=np.int64)
    return replace(prompt, models=models, texts=tuple(text for _, text in given))
