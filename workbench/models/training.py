"""Gradient steps: the one loop behind everything that is trained on this machine."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from torch import Tensor, nn

Say = Callable[[str], None]
WARM_UP = 0.1
"""Share of the steps over which the rate rises to its full value."""
LARGEST_GRADIENT = 1.0
LINES = 8
"""Lines of progress in one training."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Steps:
    """How many gradient steps, and how large."""

    count: int
    rate: float
    """Of AdamW, once it has warmed up."""
    decay: float = 0.0
    """Weight decay."""
    falls_to: float = 1.0
    """Share of the rate that the last step has, reached along half a cosine; 1 keeps the rate."""

    def share(self, at: int) -> float:
        """Share of the full rate at one step, counted from 0."""
        warm = max(1, math.ceil(WARM_UP * self.count))
        rising = min(1.0, (at + 1) / warm)
        past = max(0, at - warm) / max(1, self.count - warm)
        fallen = self.falls_to + (1 - self.falls_to) * (1 + math.cos(math.pi * past)) / 2
        return rising * fallen


def fit(
    model: "nn.Module",
    loss: Callable[[Item], "Tensor"],
    batches: Iterable[Item],
    steps: Steps,
    say: Say,
) -> None:
    """Train in place every parameter that asks for a gradient, with AdamW.

    Args:
        model: The model; it is left in evaluation mode.
        loss: Gives the loss of one batch, in nats per token, with its gradient.
        batches: At least as many as there are steps.
        steps: How many, and how large.
        say: Receives the loss as it falls.
    """
    import torch  # noqa: PLC0415 - seconds to import

    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=steps.rate, weight_decay=steps.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, steps.share)
    started, recent = time.monotonic(), []
    model.train()
    for step, batch in zip(range(1, steps.count + 1), batches, strict=False):
        optimiser.zero_grad()
        value = loss(batch)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, LARGEST_GRADIENT)
        optimiser.step()
        schedule.step()
        recent.append(value.item())
        if step % max(1, steps.count // LINES) == 0 or step == steps.count:
            taken = time.monotonic() - started
            mean = sum(recent) / len(recent)
            say(f"Step {step} of {steps.count}: loss {mean:.3f} ({taken:.0f} s).")
            recent.clear()
    model.eval()


def shuffled_batches(items: Sequence[Item], size: int, seed: int) -> Iterator[list[Item]]:
    """Endless batches: every item once in random order, then again in another order.

    Args:
        items: At least one.
        size: Items of one batch.
        seed: The order follows from it.
    """
    import torch  # noqa: PLC0415

    generator = torch.Generator().manual_seed(seed)
    waiting: list[int] = []
    while True:
        while len(waiting) < size:
            waiting += torch.randperm(len(items), generator=generator).tolist()
        yield [items[at] for at in waiting[:size]]
        waiting = waiting[size:]
