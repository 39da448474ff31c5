"""The prompts that were answered → a pack that asks them again, of anybody."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.digest import digest_of_text
from workbench.packs.imported import FAMILY, MAX_PROMPT
from workbench.packs.schema import MAX_PROBES, MAX_REPEATS, MAX_TEMPERATURE, MAX_TOKENS
from workbench.records import Decoding, Pack, Probe, RecordedAnswer, RecordedFile, Template

UNSTATED_ONCE, UNSTATED_OFTEN = 0.0, 1.0
"""Temperature where the files state none or several: for one answer to each prompt the most probable
tokens, so that nothing is left to our dice; for several the model's own probabilities, unscaled."""
UNSTATED_MAX_TOKENS = 256
KEY_DIGITS = 16


@dataclass(slots=True)
class _Seen:
    """One prompt, and how often each model answered it."""

    prompt: str
    first: int
    answers: Counter[str | None]


class Prompts:
    """Collects prompts; of more than `MAX_PROBES` it keeps those with the smallest digests.

    Whoever has the smallest digests is settled by the prompts alone, not by the order of files, and a
    prompt that is kept at the end was kept from its first answer on, so its answers are all counted.
    """

    def __init__(self, most: int = MAX_PROBES) -> None:
        """Keep at most `most` prompts."""
        self._most = most
        self._seen: dict[str, _Seen] = {}
        self._largest: list[tuple[int, str]] = []  # a heap with the largest digest first
        self._count = 0
        self.dropped = False
        self.too_long = 0

    def add(self, answer: RecordedAnswer) -> None:
        """Count one answer."""
        self._count += 1
        digest = digest_of_text(answer.prompt).removeprefix("sha256:")
        if (known := self._seen.get(digest)) is not None:
            known.answers[answer.model] += 1
        elif len(answer.prompt) > MAX_PROMPT:
            self.too_long += 1
        else:
            self._take(digest, answer)

    def _take(self, digest: str, answer: RecordedAnswer) -> None:
        item = (-int(digest, 16), digest)
        if len(self._seen) < self._most:
            heapq.heappush(self._largest, item)
        else:
            self.dropped = True
            _, out = heapq.heappushpop(self._largest, item)
            if out == digest:
                return
            del self._seen[out]
        self._seen[digest] = _Seen(answer.prompt, self._count, Counter({answer.model: 1}))

    @property
    def repeats(self) -> int:
        """The number of answers that most prompts have of one model; the smaller one if several do."""
        counts = Counter(n for seen in self._seen.values() for n in seen.answers.values())
        most = max(counts.values(), default=0)
        return min((n for n, times in counts.items() if times == most), default=1)

    def probes(self, pack_id: str) -> tuple[Probe, ...]:
        """One probe for each prompt, in the order in which they were first answered."""
        ordered = sorted(self._seen.items(), key=lambda item: item[1].first)
        return tuple(
            Probe(f"{pack_id}#p-{digest[:KEY_DIGITS]}", seen.prompt, language="und")
            for digest, seen in ordered
        )


def pack_of_prompts(
    name: str,
    prompts: Prompts,
    files: Sequence[RecordedFile],
    template: Template,
    *,
    temperatures: Sequence[float],
    max_tokens: Sequence[int],
) -> Pack:
    """A pack that asks what was asked.

    Args:
        name: Second part of its id.
        prompts: What was asked; at least one prompt.
        files: Where the prompts come from.
        template: How they are put to a model that is asked here.
        temperatures: Every temperature that the files state.
        max_tokens: Every limit that they state.
    """
    pack_id, repeats = f"{FAMILY}/{name}", prompts.repeats
    unstated = UNSTATED_ONCE if repeats == 1 else UNSTATED_OFTEN
    return Pack(
        id=pack_id,
        version=1,
        title=f"Prompts of {files[0].name}" + (f" and {len(files) - 1} more" * (len(files) > 1)),
        rationale="These prompts were put to models by somebody else, who recorded the answers.",
        source="; ".join(f"{file.name}, {file.digest}" for file in files),
        authors=("whoever recorded the answers",),
        kind="generate",
        template=template,
        decoding=Decoding(
            temperature=_one(temperatures, unstated, MAX_TEMPERATURE),
            max_tokens=int(_one([n for n in max_tokens if n], UNSTATED_MAX_TOKENS, MAX_TOKENS)),
            repeats=min(repeats, MAX_REPEATS),
        ),
        probes=prompts.probes(pack_id),
        confounders=(
            "The prompts were chosen by whoever recorded the answers, not for telling models apart.",
            "System prompts, chat templates and settings of a recording may not be stated in it.",
            *_settings(temperatures, unstated),
        ),
    )


def _one(stated: Sequence[float], unstated: float, most: float) -> float:
    """The one value that is stated, as far as a model can be asked for it; else the default."""
    return min(stated[0], most) if len(stated) == 1 and stated[0] >= 0 else unstated


def _settings(temperatures: Sequence[float], unstated: float) -> tuple[str, ...]:
    if len(temperatures) == 1:
        return ()
    said = "state several" if temperatures else "do not state the"
    what = "temperatures" if temperatures else "temperature"
    asked = f"a model that is asked here is asked at {unstated:g}"
    return (f"The recordings {said} {what} of sampling; {asked}.",)
