"""ONNX exports of decoder models, as bundled for browsers → safetensors.

Only the weights are read; the graph is never run. A weight is found under its own name, or as the
second input of the multiplication that carries its module's name.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError
from workbench.models.quiet import no_progress_bars

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import GraphProto
    from transformers import PreTrainedModel

    Array = NDArray[Any]
    Weights = Mapping[str, Array]

MULTIPLICATIONS = ("MatMul", "MatMulInteger", "Gemm")
FIX = "This export cannot be used; choose another package for the model."


def convert_onnx(files: Sequence[Path], out: Path) -> None:
    """Write an ONNX export's weights as a folder for transformers, float32.

    Args:
        files: One `.onnx` file, `config.json` and the tokenizer's files.
        out: Empty folder to fill.

    Raises:
        ModelError: If there is not exactly one ONNX file, or a parameter is not in it.
    """
    graphs = [file for file in files if file.suffix == ".onnx"]
    if len(graphs) != 1:
        raise ModelError(f"There are {len(graphs)} ONNX files instead of one.", fix=FIX)
    for file in files:
        if file.suffix != ".onnx":
            shutil.copyfile(file, out / file.name)
    model = _empty_model(out)
    _fill(model, _weights(graphs[0]))
    with no_progress_bars():
        model.save_pretrained(out)


def convert_minimind_onnx(files: Sequence[Path], out: Path) -> None:
    """Write a MiniMind export like any other, and let its tokenizer begin every raw text.

    MiniMind was trained on texts that all begin with `<|im_start|>`; without it the model is lost
    on raw text (6.6 instead of 1.5 bits per byte on a children's story). A chat template writes the
    token itself.

    Args:
        files: One `.onnx` file, `config.json` and the tokenizer's files.
        out: Empty folder to fill.

    Raises:
        ModelError: If there is not exactly one ONNX file, or a parameter is not in it.
    """
    convert_onnx(files, out)
    from tokenizers import Tokenizer, processors  # noqa: PLC0415

    engine = Tokenizer.from_file(str(out / "tokenizer.json"))
    begin = ("<|im_start|>", engine.token_to_id("<|im_start|>"))
    steps = [processors.TemplateProcessing(single=f"{begin[0]} $A", special_tokens=[begin])]
    if engine.post_processor is not None:
        steps.insert(0, engine.post_processor)
    engine.post_processor = processors.Sequence(steps)
    engine.save(str(out / "tokenizer.json"))


def _empty_model(folder: Path) -> "PreTrainedModel":
    import torch  # noqa: PLC0415
    from transformers import AutoConfig, AutoModelForCausalLM  # noqa: PLC0415

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    model: PreTrainedModel = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
        config, dtype=torch.float32, trust_remote_code=False
    )
    return model


def _fill(model: "PreTrainedModel", weights: "Weights") -> None:
    import torch  # noqa: PLC0415

    parameters = dict(model.named_parameters())
    missing = [name for name in parameters if name not in weights]
    if missing:
        raise ModelError(f"The ONNX file does not hold {', '.join(missing[:5])}.", fix=FIX)
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(_shaped(weights[name], tuple(parameter.shape), name)))


def _shaped(array: "Array", shape: tuple[int, ...], name: str) -> "Array":
    if array.shape != shape:
        raise ModelError(f"{name} has shape {array.shape} instead of {shape}.", fix=FIX)
    return array


def _weights(path: Path) -> "dict[str, Array]":
    """Every weight of the file as float32, under the name that transformers gives it."""
    import onnx  # noqa: PLC0415
    from onnx import numpy_helper  # noqa: PLC0415

    graph = onnx.load(path, load_external_data=False).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    named = {name: stored[name] for name in stored if name.endswith((".weight", ".bias"))}
    for name in stored:
        base = name.removesuffix("_quantized")
        if base != name and base.endswith(".weight"):
            named[base] = _plain(stored, base)
    named.update(_multiplied(graph, stored))
    return {name: array.astype("float32") for name, array in named.items()}


def _multiplied(graph: "GraphProto", stored: "Weights") -> "dict[str, Array]":
    """Weights that a multiplication takes in: stored as (in, out), wanted as (out, in)."""
    found = {}
    for node in graph.node:
        if node.op_type not in MULTIPLICATIONS or node.input[1] not in stored:
            continue
        module = node.name.strip("/").rpartition("/")[0].replace("/", ".")
        array = _plain(stored, node.input[1].removesuffix("_quantized"))
        found[f"{module}.weight"] = array.T.copy()
    return found


def _plain(stored: "Weights", base: str) -> "Array":
    """Undo integer quantisation: (stored - zero point) x scale."""
    if base in stored:
        return stored[base]
    integers = stored[f"{base}_quantized"].astype("float32")
    plain: Array = (integers - stored[f"{base}_zero_point"]) * stored[f"{base}_scale"]
    return plain
