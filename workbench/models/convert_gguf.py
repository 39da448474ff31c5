"""GGUF, the format of llama.cpp → safetensors, dequantised once.

By itself transformers reads GGUF only with the package `accelerate`, which nothing else here needs;
its parts that map names, undo llama.cpp's reordering and read the tokenizer are used directly.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ModelError
from workbench.models.joined import join_files
from workbench.models.quiet import no_progress_bars

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NAME = "model.gguf"


def convert_gguf(parts: Sequence[Path], out: Path) -> None:
    """Dequantise a GGUF file and save weights, tokenizer and chat template.

    Weights are saved as bfloat16, the precision these models were published in.

    Args:
        parts: The file, or its parts in order.
        out: Empty folder to fill.

    Raises:
        ModelError: If the file lacks a weight that its architecture needs.
    """
    from transformers import AutoTokenizer  # noqa: PLC0415 - slow import

    with tempfile.TemporaryDirectory(dir=out.parent) as folder, no_progress_bars():
        join_files(parts, Path(folder) / NAME)
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=NAME, local_files_only=True)
        _model(Path(folder)).save_pretrained(out)
        tokenizer.save_pretrained(out)


def _model(folder: Path) -> "PreTrainedModel":
    import torch  # noqa: PLC0415
    from transformers import AutoConfig, AutoModelForCausalLM  # noqa: PLC0415
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint  # noqa: PLC0415

    config = AutoConfig.from_pretrained(folder, gguf_file=NAME, local_files_only=True)
    with torch.device("meta"):
        model: PreTrainedModel = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
            config, dtype=torch.bfloat16
        )
    read = load_gguf_checkpoint(  # type: ignore[no-untyped-call]
        str(folder / NAME), return_tensors=True, model_to_load=model, torch_dtype=torch.bfloat16
    )
    tensors = {name: tensor.to(torch.bfloat16) for name, tensor in read["tensors"].items()}
    model.load_state_dict(tensors, strict=False, assign=True)
    model.tie_weights()
    _require_every_weight(model)
    return model


def _require_every_weight(model: "PreTrainedModel") -> None:
    missing = [name for name, parameter in model.named_parameters() if parameter.is_meta]
    if missing:
        raise ModelError(
            f"The GGUF file does not hold {', '.join(missing[:5])}.",
            fix="This file cannot be used; choose another package for the model.",
        )
