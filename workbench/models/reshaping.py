"""Derivatives of another shape or of two parents: layers left out, weights averaged."""

from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError
from workbench.models.derive_weights import Options, Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def drop_layers(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",  # noqa: ARG001 - every method takes the same
    options: Options,
    seed: int,  # noqa: ARG001
    say: Say,
) -> dict[str, float]:
    """Leave `layers` layers out, from the last but one backwards, and repair nothing.

    Source: Gromov et al. (2024), "The Unreasonable Ineffectiveness of the Deeper Layers",
        arXiv:2403.17887: deep layers but the last are missed least.

    Returns:
        Layers before and after.

    Raises:
        ModelError: If fewer than two layers would be left.
    """
    import torch  # noqa: PLC0415 - seconds to import

    body: Any = model.model
    before, count = len(body.layers), int(options["layers"])
    if before - count < 2:
        raise ModelError(
            f"A model of {before} layers cannot lose {count}.",
            fix="Drop fewer; two layers at least must be left.",
        )
    kept = [*body.layers[: before - 1 - count], body.layers[-1]]
    for place, layer in enumerate(kept):
        layer.self_attn.layer_idx = place  # where its keys and values are kept
    body.layers = torch.nn.ModuleList(kept)
    model.config.num_hidden_layers = len(kept)
    say(f"{len(kept)} of {before} layers are left.")
    return {"layers_before": before, "layers_after": len(kept)}


def averaged(
    first: "Mapping[str, Tensor]", second: "Mapping[str, Tensor]", share: float
) -> "dict[str, Tensor]":
    """Average two models of one shape, weight by weight.

    Args:
        first: Name → weight.
        second: The same names and shapes.
        share: Share of the first, 0 to 1.

    Returns:
        Name → weight, in the first's precision.

    Raises:
        ModelError: If names or shapes differ.

    Source: Wortsman et al. (2022), "Model soups", arXiv:2203.05482.
    """
    if {k: v.shape for k, v in first.items()} != {k: v.shape for k, v in second.items()}:
        raise ModelError(
            "Two models of different shapes cannot be averaged.", fix="Use two of one base."
        )
    return {
        name: (share * weight.double() + (1 - share) * second[name].double()).to(weight.dtype)
        for name, weight in first.items()
    }
