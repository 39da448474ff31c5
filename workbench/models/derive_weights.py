"""Changes to weights that need no training: rounding, pruning and noise, all in place."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Say = Callable[[str], None]
Options = dict[str, float]


def quantise(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",  # noqa: ARG001 - every method takes the same
    options: Options,
    seed: int,  # noqa: ARG001
    say: Say,
) -> dict[str, float]:
    """Round every linear weight but the output head's to `bits` bits, group by group.

    Returns:
        Root mean square change as a share of the weights' own root mean square.
    """
    bits, group = int(options["bits"]), int(options["group"])
    changes = [changed(weight, rounded(weight, bits, group)) for weight in _linear_weights(model)]
    return reported(changes, say)


def prune(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",  # noqa: ARG001
    options: Options,
    seed: int,  # noqa: ARG001
    say: Say,
) -> dict[str, float]:
    """Set the smallest `share` of every linear weight but the output head's to zero.

    Returns:
        Root mean square change as a share of the weights' own root mean square.
    """
    share = options["share"]
    changes = [changed(weight, pruned(weight, share)) for weight in _linear_weights(model)]
    return reported(changes, say)


def add_noise(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",  # noqa: ARG001
    options: Options,
    seed: int,
    say: Say,
) -> dict[str, float]:
    """Add normal noise of `share` of its own standard deviation to every tensor.

    Returns:
        Root mean square change as a share of the weights' own root mean square.
    """
    import torch  # noqa: PLC0415 - seconds to import

    generator = torch.Generator().manual_seed(seed)
    changes = []
    for weight in model.parameters():
        if weight.numel() < 2:
            continue
        noise = torch.randn(weight.shape, generator=generator)
        changes.append(changed(weight, weight + options["share"] * weight.std() * noise))
    return reported(changes, say)


def rounded(weight: "Tensor", bits: int, group: int) -> "Tensor":
    """Round to the nearest of 2^bits - 1 even steps around zero, scaled for each group of inputs.

    Args:
        weight: Shape (outputs, inputs), floating point.
        bits: Bits of one value.
        group: Neighbouring inputs that share a scale; the last group may be smaller.

    Returns:
        The values that the rounded weights stand for, same shape.
    """
    import torch  # noqa: PLC0415

    top = 2 ** (bits - 1) - 1
    parts = []
    for part in torch.split(weight.detach(), group, dim=1):
        scale = part.abs().amax(dim=1, keepdim=True).clamp_min(torch.finfo(part.dtype).tiny) / top
        parts.append((part / scale).round().clamp(-top, top) * scale)
    return torch.cat(parts, dim=1)


def pruned(weight: "Tensor", share: float) -> "Tensor":
    """Set the `share` of values nearest to zero to zero; of equal ones the earlier go first."""
    flat = weight.detach().clone().reshape(-1)
    order = flat.abs().argsort(stable=True)
    flat[order[: int(share * flat.numel())]] = 0.0
    return flat.reshape(weight.shape)


def linear_layers(model: "PreTrainedModel") -> "list[nn.Module]":
    """Every layer with a linear weight, but for the output head, in the model's order."""
    import torch  # noqa: PLC0415
    from transformers.pytorch_utils import Conv1D  # noqa: PLC0415

    head = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    kinds = (torch.nn.Linear, Conv1D)
    return [
        module for module in model.modules() if isinstance(module, kinds) and module is not head
    ]


def _linear_weights(model: "PreTrainedModel") -> "list[Tensor]":
    return [cast("Tensor", layer.weight) for layer in linear_layers(model)]


def changed(weight: "Tensor", new: "Tensor") -> tuple[float, float]:
    """Replace a weight's values in place.

    Args:
        weight: Any shape, floating point.
        new: Its new values, same shape.

    Returns:
        The squared change and the squared size before it, summed over all values.
    """
    old = weight.detach().clone()
    weight.data.copy_(new.detach())
    return (weight.detach() - old).square().sum().item(), old.square().sum().item()


def reported(changes: list[tuple[float, float]], say: Say) -> dict[str, float]:
    """Sum up what `changed` returned for several weights, and say it.

    Returns:
        Root mean square change as a share of the weights' own root mean square.
    """
    change, size = (sum(part) for part in zip(*changes, strict=True))
    share = (change / size) ** 0.5
    say(f"{len(changes)} tensors changed by {share:.2%} of their size on average.")
    return {"relative_change": round(share, 6)}
