"""Picks the device and the number format, and says why in one sentence that is kept with the run."""

from dataclasses import dataclass

import torch

from workbench.errors import BackendError


@dataclass(frozen=True, slots=True)
class Device:
    """Where models run, in which precision, and why."""

    torch_device: torch.device
    dtype: torch.dtype
    sentence: str

    @property
    def exact(self) -> bool:
        """Whether answers can be made independent of the batch size."""
        return self.dtype is torch.float32


def choose_device(wanted: str = "auto") -> Device:
    """Choose CUDA if there is one, else the CPU.

    Args:
        wanted: `auto`, `cpu` or `cuda`.

    Raises:
        BackendError: If CUDA is asked for and none is usable.
    """
    if wanted not in {"auto", "cpu", "cuda"}:
        raise BackendError(f"There is no device {wanted!r}.", fix="Use auto, cpu or cuda.")
    if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
        return _cpu("as asked" if wanted == "cpu" else "no CUDA device is usable here")
    if not torch.cuda.is_available():
        raise BackendError("No CUDA device is usable here.", fix="Use --device cpu or auto.")
    return _cuda()


def _cpu(reason: str) -> Device:
    # bfloat16 is up to three times faster here but makes sampled text depend on the batch size.
    threads = torch.get_num_threads()
    return Device(
        torch.device("cpu"),
        torch.float32,
        f"CPU with {threads} threads ({reason}); float32, so that answers do not depend on the "
        "batch size; the last bit of what is read depends on the texts read with it, which the plan "
        "fixes.",
    )


def _cuda() -> Device:
    name = torch.cuda.get_device_name()
    if torch.cuda.get_device_capability() >= (8, 0):
        return Device(
            torch.device("cuda"),
            torch.bfloat16,
            f"{name}; bfloat16, which it computes natively; sampled text may depend on the batch "
            "size.",
        )
    return Device(
        torch.device("cuda"),
        torch.float32,
        f"{name}; float32, because it has no native bfloat16.",
    )
