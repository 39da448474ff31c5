"""What a folder of weights must not hold before anything in it is loaded.

Loading a model must never run code that came with it: no pickles, no Python, no compiled modules,
no setting that makes a loader import or download code, no link that leads out of the folder.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import ModelError
from workbench.models.headers import read_header

REFUSED_SUFFIXES = frozenset(
    {
        *(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".h5"),
        *(".msgpack", ".py", ".pyc", ".so", ".dylib", ".dll"),
    }
)
REFUSED_FILES = frozenset({"adapter_config.json"})
"""Files that make a loader fetch or load something else."""
REFUSED_KEYS = frozenset({"auto_map", "trust_remote_code", "custom_generate", "custom_pipelines"})
KNOWN_QUANTISATION = frozenset(
    {
        *(
            "awq",
            "bitsandbytes",
            "compressed-tensors",
            "fbgemm_fp8",
            "fp8",
            "fp_quant",
            "gptq",
            "hqq",
        ),
        *("mxfp4", "quanto", "torchao"),
    }
)
PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
ZIP_START = b"PK\x03\x04"
FIX = "Use a source that publishes plain safetensors weights for a stock architecture."


def check_weights_folder(folder: Path) -> None:
    """Refuse a folder that is not plain safetensors weights with inert settings.

    Args:
        folder: The folder that is about to be accepted or loaded.

    Raises:
        ModelError: If anything in it could run code, leads out of it or is damaged; all problems
            are listed.
    """
    if not folder.is_dir():
        raise ModelError(f"There is no folder {folder}.", fix="Give the folder of the weights.")
    problems = [*_missing(folder), *_file_problems(folder)]
    if problems:
        raise ModelError(f"{folder.name} is refused: {'; '.join(problems)}.", fix=FIX)


def settings_problems(content: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """What in a settings file would make a loader import, download or choose code.

    Args:
        content: The file's JSON value.
        where: Name of the file, for the message.
    """
    for path, key, value in _settings(content):
        if key in REFUSED_KEYS and value not in (False, None):
            yield f'{where} sets "{path}", which loads code'
        elif _names_code(key, value):
            yield f'{where} sets "{path}", which can name code to download'
        elif key == "quantization_config" and _quantisation(value) not in KNOWN_QUANTISATION:
            yield f'{where} sets "{path}" to a method that is not known: {_quantisation(value)}'


def _names_code(key: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Attention, expert and kernel settings may be the address of a package on a hub."""
    if "attn_implementation" in key or key.endswith("experts_implementation"):
        return True
    return "kernel" in key and not _only_numbers(value)


def _missing(folder: Path) -> Iterator[str]:
    if not (folder / "config.json").is_file():
        yield "config.json is missing"
    if not any(folder.glob("*.safetensors")):
        yield "there is no .safetensors file"


def _file_problems(folder: Path) -> Iterator[str]:
    home = folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() and not path.resolve().is_relative_to(home):
            yield f"{name} is a link that leads out of the folder"
        elif path.is_file():
            yield from _content_problems(path, name)


def _content_problems(path: Path, name: str) -> Iterator[str]:
    suffix = path.suffix.lower()
    if suffix in REFUSED_SUFFIXES:
        yield f"{name} is a {suffix} file, which may run code when it is loaded"
    elif path.name in REFUSED_FILES:
        yield f"{name} makes a loader load something else"
    elif suffix == ".safetensors":
        yield from _tensor_problems(path, name)
    elif suffix == ".json":
        yield from json_problems(path, name)
    elif _starts_like_a_pickle(path):
        yield f"{name} is a pickle or an archive under another name"


def _tensor_problems(path: Path, name: str) -> Iterator[str]:
    try:
        read_header(path)
    except ValueError as error:
        yield f"{name} {error}"


def json_problems(path: Path, name: str) -> Iterator[str]:
    """What in a JSON file of a model would load code; vocabularies hold tokens, not settings.

    Args:
        path: The file.
        name: What to call it in a message.
    """
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        yield f"{name} is not JSON"
        return
    if name == "tokenizer.json":
        return  # a vocabulary: its keys are tokens, not settings
    if name.endswith(".safetensors.index.json"):
        yield from _index_problems(content, path)
    elif path.name not in {"vocab.json", "added_tokens.json"}:
        yield from settings_problems(content, name)


def _index_problems(content: Any, path: Path) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    shards = content.get("weight_map", {}) if isinstance(content, dict) else None
    if not isinstance(shards, dict):
        yield f"{path.name} has no weight_map"
        return
    for shard in sorted({str(value) for value in shards.values()}):
        if Path(shard).name != shard or not shard.endswith(".safetensors"):
            yield f'{path.name} names "{shard}", which is not a safetensors file beside it'
        elif not (path.parent / shard).is_file():
            yield f"{shard} is missing"


def _settings(content: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401
    """Every (path, key, value) of nested tables and lists, without recursion."""
    waiting = [(path, content)]
    while waiting:
        where, value = waiting.pop(0)
        if isinstance(value, dict):
            for key, inner in value.items():
                place = f"{where}.{key}" if where else str(key)
                yield place, str(key), inner
                waiting.append((place, inner))
        elif isinstance(value, list):
            waiting += [(f"{where}[{at}]", inner) for at, inner in enumerate(value)]


def _only_numbers(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return all(_only_numbers(inner) for inner in value)
    return value is None or isinstance(value, int | float)


def _quantisation(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return str(value.get("quant_method", "none named")) if isinstance(value, dict) else str(value)


def _starts_like_a_pickle(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4).startswith((*PICKLE_STARTS, ZIP_START))
