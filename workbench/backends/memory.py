"""Running out of memory is a fact about this machine, not about the model: do less at a time."""

from collections.abc import Callable

import torch

IN_WORDS = "The machine ran out of memory on this question alone."
MARKS = ("out of memory", "can't allocate memory", "not enough memory", "DefaultCPUAllocator")


def is_out_of_memory(error: RuntimeError | MemoryError) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the CPU."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return any(mark in str(error) for mark in MARKS)


def give_back() -> None:
    """Return what the GPU's allocator keeps for later to the GPU."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def fits(work: Callable[[], object]) -> bool:
    """Do some work; False if memory ran out on it, which is then given back."""
    try:
        work()
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    else:
        return True
    give_back()  # after the error, which holds on to what was being computed
    return False
