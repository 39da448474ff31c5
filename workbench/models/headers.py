"""The header of a safetensors file: names, types, shapes and places, read without loading it."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_HEADER_BYTES = 25_000_000


def read_header(path: Path) -> dict[str, Any]:
    """Read the header of one safetensors file.

    Args:
        path: The file.

    Returns:
        Tensor name → `dtype`, `shape` and `data_offsets`; metadata left out.

    Raises:
        ValueError: If it is too short, its header too large or not JSON, or a tensor lies outside
            the file; the message says which.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > size - 8:
            raise ValueError("is cut short")
        if length > MAX_HEADER_BYTES:
            raise ValueError(f"has a header of {length} bytes, more than {MAX_HEADER_BYTES}")
        content = stream.read(length)
    try:
        header = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("has a header that is not JSON") from error
    if not isinstance(header, dict):
        raise ValueError("has a header that is not a table")  # noqa: TRY004 - one kind of misfit
    tensors = {name: tensor for name, tensor in header.items() if name != "__metadata__"}
    if not all(_lies_within(tensor, size - 8 - length) for tensor in tensors.values()):
        raise ValueError("describes tensors outside itself")
    return tensors


def count_parameters(folder: Path) -> int:
    """Number of stored values in all safetensors files; a tied output head counts once.

    Raises:
        ValueError: If a file is damaged.
    """
    return sum(math.prod(shape) for file in folder.glob("*.safetensors") for shape in _shapes(file))


def _shapes(file: Path) -> Iterator[list[int]]:
    for tensor in read_header(file).values():
        yield tensor["shape"]


def _lies_within(tensor: Any, size: int) -> bool:  # noqa: ANN401 - whatever the header holds
    match tensor:
        case {"dtype": str(), "shape": [*shape], "data_offsets": [int(start), int(end)]}:
            return 0 <= start <= end <= size and all(isinstance(side, int) for side in shape)
        case _:
            return False
