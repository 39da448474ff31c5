"""Low-rank training: a small product of two matrices is trained beside every linear weight.

Source: Hu et al. (2021), "LoRA: Low-Rank Adaptation of Large Language Models", arXiv:2106.09685.
The trained part is added to the weights at the end, as such derivatives are mostly published.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench.models.derive_weights import Options, Say, linear_layers
from workbench.models.finetune import finetune

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@contextmanager
def low_rank(model: "PreTrainedModel", rank: int, seed: int) -> Iterator[None]:
    """Let only a low-rank part of every linear weight but the output head's be trained inside.

    Args:
        model: The model; at the end the trained part is added to its weights.
        rank: Inner size of the product; its scale is 2, twice the rank over the rank.
        seed: The first values of one factor follow from it; the other starts at zero.
    """
    import torch  # noqa: PLC0415 - seconds to import
    from torch.nn.utils import parametrize  # noqa: PLC0415

    class LowRank(torch.nn.Module):
        def __init__(self, outputs: int, inputs: int, generator: torch.Generator) -> None:
            super().__init__()
            spread = 1 / math.sqrt(inputs)
            first = torch.randn(rank, inputs, generator=generator) * spread
            self.first = torch.nn.Parameter(first)
            self.second = torch.nn.Parameter(torch.zeros(outputs, rank))

        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight + 2.0 * self.second @ self.first

    generator = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        weight.requires_grad_(False)
    layers = [layer for layer in linear_layers(model) if isinstance(layer, torch.nn.Linear)]
    for layer in layers:
        part = LowRank(layer.out_features, layer.in_features, generator)
        parametrize.register_parametrization(layer, "weight", part)
    try:
        yield
    finally:
        for layer in layers:
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
        for weight in model.parameters():
            weight.requires_grad_(True)


def finetune_low_rank(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    options: Options,
    seed: int,
    say: Say,
) -> dict[str, float]:
    """Fine-tune on the same text as `finetune`, in `rank` dimensions of every linear weight.

    Returns:
        Held-out loss before and after, in nats per token of the answers.
    """
    with low_rank(model, int(options["rank"]), seed):
        return finetune(model, tokenizer, options, seed, say)
