"""Build a whole zoo: parents before children, several at a time, going on where it was stopped."""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.zoo.corpora import bring
from benchmarks.zoo.keep import Made, corpora_of
from benchmarks.zoo.making import make
from benchmarks.zoo.members import Member
from benchmarks.zoo.population import population
from benchmarks.zoo.record import Recorded, write_record
from benchmarks.zoo.sizes import SIZES
from workbench.errors import ModelError, WorkbenchError

Say = Callable[[str], None]
Outcome = Made | tuple[str, str]
"""A finished member, or the two sentences of an error, which cannot cross processes as it is."""
START_COST = 50.0
"""Cost of what every member needs that is made here, in the unit of `_cost`."""


def build(size: str, *, jobs: int, say: Say) -> Recorded:
    """Make every member of a zoo that is not made yet, and write the record.

    Args:
        size: Key of `SIZES`.
        jobs: Members made at a time, each in one thread; 1 makes them in this process.
        say: Receives progress in words, with the time that is left.

    Returns:
        The record; it is written after every member, so that what is finished can be shown.

    Raises:
        ModelError: If a text or a model cannot be had, or a kept folder was changed.
    """
    members = population(SIZES[size])
    for name in sorted({name for member in members for name in corpora_of(member)}):
        bring(name, say)
    work = _Work(members, say)
    with _maker(jobs) as submit:
        under_way: dict[Future[Outcome], Member] = {}
        while (ready := work.ready(under_way.values())) or under_way:
            for member in ready[: jobs - len(under_way)]:
                under_way[submit(member, work.parents(member))] = member
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                work.finish(under_way.pop(future), future.result())
            write_record(size, members, work.made)
    return write_record(size, members, work.made)


@dataclass(slots=True)
class _Work:
    """What is made, what is left, and how long that may take."""

    members: Sequence[Member]
    say: Say
    made: dict[str, Made] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _spent: float = 0.0

    @property
    def _wanted(self) -> list[Member]:
        return [m for m in self.members if m.kind != "serve" and m.name not in self.made]

    def ready(self, under_way: Iterable[Member]) -> list[Member]:
        """Members whose parents are all made, in the zoo's order."""
        busy = {member.name for member in under_way}
        return [
            member
            for member in self._wanted
            if member.name not in busy and all(p.name in self.made for p in member.parents)
        ]

    def parents(self, member: Member) -> dict[str, Made]:
        """Finished parents of a member by name."""
        return {parent.name: self.made[parent.name] for parent in member.parents}

    def finish(self, member: Member, outcome: Outcome) -> None:
        """Keep a finished member and say how far the zoo has come.

        Raises:
            ModelError: If it could not be made.
        """
        if not isinstance(outcome, Made):
            what, fix = outcome
            raise ModelError(what, fix=fix)
        self.made[member.name] = outcome
        if outcome.fresh:
            self._spent += _cost(member)
        elif not self._spent:
            self._began = time.monotonic()  # what was found says nothing of the pace
        left = self._wanted
        total = sum(member.kind != "serve" for member in self.members)
        figures = ", ".join(f"{key} {value:g}" for key, value in outcome.figures.items())
        self.say(
            f"[{total - len(left)}/{total}] {member.name}: {member.method}"
            f"{f' ({figures})' if figures else ''}{self._time_left(left)}"
        )

    def _time_left(self, left: Sequence[Member]) -> str:
        if not left or not self._spent:
            return ""
        pace = (time.monotonic() - self._began) / self._spent
        minutes = pace * sum(map(_cost, left)) / 60
        return f"; about {minutes:.0f} min left" if minutes >= 1 else "; under a minute left"


def _cost(member: Member) -> float:
    """About how long a member takes, in rows of 64 tokens; only ratios matter."""
    recipe = member.recipe
    rows: float = recipe.get("steps", 0) * recipe.get("batch", 0)
    taught = 0.5 * recipe.get("texts", 0) if member.kind in {"distil", "follow"} else 0.0
    length: float = recipe.get("length", 0) if member.kind in {"train", "contaminate"} else 64
    return START_COST + rows * length / 64 + taught


@contextmanager
def _maker(jobs: int) -> Iterator[Callable[[Member, Mapping[str, Made]], Future[Outcome]]]:
    if jobs == 1:
        yield _here
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin) as pool:
        try:
            yield lambda member, parents: pool.submit(_made, member, parents)
        finally:  # an error or Ctrl-C leaves members waiting; where all are made nothing is cancelled
            pool.shutdown(wait=False, cancel_futures=True)


def _here(member: Member, parents: Mapping[str, Made]) -> Future[Outcome]:
    future: Future[Outcome] = Future()
    future.set_result(_made(member, parents))
    return future


def _begin() -> None:
    """Set up a process: one thread each, since several members are made at a time."""
    import torch  # noqa: PLC0415 - seconds to import

    torch.set_num_threads(1)


def _made(member: Member, parents: Mapping[str, Made]) -> Outcome:
    try:
        return make(member, parents, _quiet)
    except WorkbenchError as error:
        return error.what, error.fix


def _quiet(line: str) -> None:
    """Leave out progress within one member; the zoo's own is said elsewhere."""
