"""Changes that move every weight and no answer: permuted units, a rotated residual stream.

Whoever compares weights number by number is misled by both; whoever compares behaviour is not. Both
hold for the plain Llama layout only, whose normalisation commutes with a rotation once its own
weights are folded into the next linear layer.

Source: Ashkboos et al. (2024), "SliceGPT", arXiv:2401.15024, section 3 (rotation); Ainsworth et al.
    (2022), "Git Re-Basin", arXiv:2209.04836 (permutation).
"""

from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError
from workbench.models.derive_weights import Options, Say, changed, reported

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

KINDS = ("llama",)
"""Values of `model_type` whose layout is known here."""


def permute(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",  # noqa: ARG001 - every method takes the same
    options: Options,  # noqa: ARG001
    seed: int,
    say: Say,
) -> dict[str, float]:
    """Put the residual stream, every attention head and every hidden unit into another order.

    Returns:
        Root mean square change as a share of the weights' own root mean square.

    Raises:
        ModelError: If the model is not laid out as a Llama.
    """
    import torch  # noqa: PLC0415 - seconds to import

    _require_known(model)
    dice, body = torch.Generator().manual_seed(seed), _body(model)
    before = _snapshot(model)
    stream = torch.randperm(int(model.config.hidden_size), generator=dice)
    for layer in body.layers:
        _permute_heads(layer.self_attn, model.config, dice)
        units = torch.randperm(int(model.config.intermediate_size), generator=dice)
        for part in (layer.mlp.gate_proj, layer.mlp.up_proj):
            _reorder(part, rows=units)
        _reorder(layer.mlp.down_proj, columns=units)
        for part in _readers(layer):
            _reorder(part, columns=stream)
        for part in _writers(layer):
            _reorder(part, rows=stream)
    for weight in (body.embed_tokens.weight, *_separate_head(model)):
        weight.data.copy_(weight.data[:, stream].clone())
    for norm in _norms(body):
        norm.weight.data.copy_(norm.weight.data[stream].clone())
    return _moved(model, before, say)


def rotate(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",  # noqa: ARG001
    options: Options,  # noqa: ARG001
    seed: int,
    say: Say,
) -> dict[str, float]:
    """Turn the residual stream by a random rotation; normalisation weights become ones.

    Embedding and output head, where they were one matrix, are two afterwards.

    Returns:
        Root mean square change as a share of the weights' own root mean square.

    Raises:
        ModelError: If the model is not laid out as a Llama.
    """
    import torch  # noqa: PLC0415

    _require_known(model)
    dice, body = torch.Generator().manual_seed(seed), _body(model)
    size = int(model.config.hidden_size)
    turned, upper = torch.linalg.qr(torch.randn(size, size, generator=dice, dtype=torch.float64))
    turned = turned * upper.diagonal().sign()
    _untie(model)
    before = _snapshot(model)
    for layer in body.layers:
        attention, mlp = layer.self_attn, layer.mlp
        into = (attention.q_proj, attention.k_proj, attention.v_proj)
        _fold(layer.input_layernorm, into)
        _fold(layer.post_attention_layernorm, (mlp.gate_proj, mlp.up_proj))
        for part in _readers(layer):
            _multiply(part.weight, right=turned)
        for part in _writers(layer):
            _multiply(part.weight, left=turned.T)
            if part.bias is not None:
                part.bias.data.copy_((turned.T @ part.bias.double()).to(part.bias.dtype))
    _fold(body.norm, (_head(model),))
    for weight in (body.embed_tokens.weight, _head(model).weight):
        _multiply(weight, right=turned)
    return _moved(model, before, say)


def _require_known(model: "PreTrainedModel") -> None:
    kind = str(model.config.model_type)
    if kind not in KINDS:
        raise ModelError(
            f"A model of the kind {kind} cannot be turned without changing its answers.",
            fix=f"Use a model of the kind {', '.join(KINDS)}.",
        )


def _body(model: "PreTrainedModel") -> Any:  # noqa: ANN401 - transformers is untyped
    return model.model


def _head(model: "PreTrainedModel") -> Any:  # noqa: ANN401
    return model.get_output_embeddings()  # type: ignore[no-untyped-call]


def _separate_head(model: "PreTrainedModel") -> "tuple[torch.Tensor, ...]":
    """The output head's weight, if it is a matrix of its own."""
    weight = _head(model).weight
    return () if weight is _body(model).embed_tokens.weight else (weight,)


def _norms(body: Any) -> list[Any]:  # noqa: ANN401
    inner = [(layer.input_layernorm, layer.post_attention_layernorm) for layer in body.layers]
    return [*(norm for pair in inner for norm in pair), body.norm]


def _readers(layer: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Linear layers that read the residual stream."""
    attention, mlp = layer.self_attn, layer.mlp
    return attention.q_proj, attention.k_proj, attention.v_proj, mlp.gate_proj, mlp.up_proj


def _writers(layer: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Linear layers that add to it."""
    return layer.self_attn.o_proj, layer.mlp.down_proj


def _permute_heads(attention: Any, config: Any, dice: "torch.Generator") -> None:  # noqa: ANN401
    """Reorder groups of heads, and heads within each group that shares keys and values."""
    import torch  # noqa: PLC0415

    groups = int(config.num_key_value_heads)
    each, size = int(config.num_attention_heads) // groups, int(attention.head_dim)
    order = torch.randperm(groups, generator=dice)
    inner = [torch.randperm(each, generator=dice) for _ in range(groups)]
    heads = torch.cat([group * each + inner[group] for group in order.tolist()])
    queries = _units(heads, size)
    _reorder(attention.q_proj, rows=queries)
    _reorder(attention.k_proj, rows=_units(order, size))
    _reorder(attention.v_proj, rows=_units(order, size))
    _reorder(attention.o_proj, columns=queries)


def _units(heads: "torch.Tensor", size: int) -> "torch.Tensor":
    """Places of all units of heads in this order, shape (heads * size,)."""
    import torch  # noqa: PLC0415

    return (heads[:, None] * size + torch.arange(size)).reshape(-1)


def _reorder(
    layer: Any,  # noqa: ANN401
    rows: "torch.Tensor | None" = None,
    columns: "torch.Tensor | None" = None,
) -> None:
    weight = layer.weight.data
    if rows is not None:
        weight = weight[rows]
        if layer.bias is not None:
            layer.bias.data.copy_(layer.bias.data[rows].clone())
    layer.weight.data.copy_((weight if columns is None else weight[:, columns]).clone())


def _fold(norm: Any, layers: tuple[Any, ...]) -> None:  # noqa: ANN401
    """Move a normalisation's weights into the layers that read what it gives."""
    for layer in layers:
        layer.weight.data.mul_(norm.weight.data)
    norm.weight.data.fill_(1.0)


def _multiply(
    weight: "torch.Tensor",
    left: "torch.Tensor | None" = None,
    right: "torch.Tensor | None" = None,
) -> None:
    """Multiply in float64, so that the answers change by rounding only."""
    exact = weight.data.double()
    exact = exact if left is None else left @ exact
    weight.data.copy_((exact if right is None else exact @ right).to(weight.dtype))


def _untie(model: "PreTrainedModel") -> None:
    import torch  # noqa: PLC0415

    if not _separate_head(model):
        _head(model).weight = torch.nn.Parameter(_body(model).embed_tokens.weight.detach().clone())
    model.config.tie_word_embeddings = False


def _snapshot(model: "PreTrainedModel") -> "list[torch.Tensor]":
    return [weight.detach().clone() for weight in model.parameters()]


def _moved(model: "PreTrainedModel", before: "list[torch.Tensor]", say: Say) -> dict[str, float]:
    pairs = zip(before, model.parameters(), strict=True)
    return reported([changed(old, new.detach()) for old, new in pairs], say)
