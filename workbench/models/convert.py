"""Weights as packages store them → a folder of safetensors and tokenizer that any loader reads.

A converter takes the fetched files in order and an empty folder to fill. The weights keep their
values: dequantising is exact up to the precision that is saved.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.errors import ModelError, nearest
from workbench.models.convert_gguf import convert_gguf
from workbench.models.convert_llama2c import convert_llama2c
from workbench.models.convert_onnx import convert_minimind_onnx, convert_onnx
from workbench.models.words import sentence

Converter = Callable[[Sequence[Path], Path], None]


def copy_safetensors(files: Sequence[Path], out: Path) -> None:
    """Copy a folder's files as they are; they already are what loaders read.

    Args:
        files: Weights, configuration and tokenizer files with their usual names.
        out: Empty folder to fill.
    """
    for file in files:
        shutil.copyfile(file, out / file.name)


CONVERTERS: dict[str, Converter] = {
    "gguf": convert_gguf,
    "llama2c": convert_llama2c,
    "onnx": convert_onnx,
    "minimind-onnx": convert_minimind_onnx,
    "safetensors": copy_safetensors,
}
"""Format in data/models.toml → converter."""


def converter_for(fmt: str) -> Converter:
    """Return the converter of a format.

    Raises:
        ModelError: If there is none.
    """
    if fmt not in CONVERTERS:
        raise ModelError(
            sentence(f'"{fmt}" is not a weights format{nearest(fmt, CONVERTERS)}'),
            fix=f"Use one of {', '.join(CONVERTERS)}.",
        )
    return CONVERTERS[fmt]
