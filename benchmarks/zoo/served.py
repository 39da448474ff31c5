"""Models behind a server: the same weights, answers changed on their way, known by text alone.

They are asked the packs' questions here and what comes out is recorded as a file of answers, then
brought in like anybody's recorded answers: a case learns as little of them as of a foreign endpoint.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.zoo.keep import Made, versions
from benchmarks.zoo.members import Member
from benchmarks.zoo.record import Recorded, zoo_folder
from benchmarks.zoo.texts import rewritten
from workbench.backends import LocalBackend, Question, Reply
from workbench.device import choose_device
from workbench.digest import digest_of, digest_of_file, seed_from
from workbench.durable import write_whole
from workbench.errors import ModelError
from workbench.importers.bring import Wish, bring
from workbench.models.catalogue import load_catalogue, read_entry
from workbench.models.recorded import model_folder, read_recording
from workbench.records import Pack, Reading

Say = Callable[[str], None]
Answered = tuple[Question, Reply]
THOUSAND = 1000


def record_served(recorded: Recorded, packs: Sequence[Pack], now: datetime, say: Say) -> None:
    """Let every served member answer the packs, and bring its answers in; once for the same packs.

    Args:
        recorded: A finished zoo.
        packs: What will be asked, as the plan has it.
        now: The time, timezone-aware.
        say: Receives progress in words.

    Raises:
        ModelError: If other answers of the same member are recorded already.
    """
    asked = [pack for pack in packs if pack.kind == "generate"]
    served = [member for member in recorded.members if member.kind == "serve"]
    files = {m.name: _written(m, recorded.made, asked, recorded.size, say) for m in served}
    known = load_catalogue()
    _require_same({name: file for name, file in files.items() if name in known})
    for member in served:
        if member.name in known:
            continue
        file = files[member.name]
        wish = Wish(
            reading=Reading("jsonl"),
            model=member.name,
            family=member.family,
            parents=tuple(parent.name for parent in member.parents),
            pack=f"zoo-{recorded.size}",
        )
        bring([file], wish, now=now, say=_quiet)


def _require_same(files: Mapping[str, Path]) -> None:
    """Refuse, all at once, members of which other answers than these are recorded."""
    known = load_catalogue()
    other = [
        name
        for name, file in files.items()
        if [item.digest for item in read_recording(known[name]).files] != [digest_of_file(file)]
    ]
    if other:
        folders = " ".join(str(model_folder(name)) for name in other)
        raise ModelError(
            f"Other answers are recorded already of {', '.join(other)}.",
            fix=f"Remove these folders and run this again: {folders}",
        )


def _quiet(line: str) -> None:
    """Leave out what an import says of one file."""


def _written(
    member: Member, made: Mapping[str, Made], packs: Sequence[Pack], size: str, say: Say
) -> Path:
    """The file of a member's answers; made if there is none for these packs and these weights."""
    follows_from = digest_of(
        [
            member.recipe,
            [[p.name, p.how, made[p.name].weights_digest] for p in member.parents],
            [pack.digest for pack in packs],
            versions(),
        ]
    )
    short = follows_from.partition(":")[2][:16]
    file = zoo_folder(size) / "served" / f"{member.name}-{short}.jsonl"
    if not file.exists():
        say(f"{member.name} answers as it is served: {member.method}.")
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(row) for row in _rows(member, made, packs)]
        write_whole(file, ("\n".join(lines) + "\n").encode())
    return file


def _rows(
    member: Member, made: Mapping[str, Made], packs: Sequence[Pack]
) -> Iterator[dict[str, Any]]:
    questions = list(_questions(member, packs))
    (own,) = member.named("weights")
    other = member.named("routed")
    for question, reply in _answers(member, made, own, other, questions):
        text = reply.text or ""
        if member.recipe["how"] == "paraphrase":
            text = rewritten(text)
        yield {
            "prompt": question.prompt,
            "answer": text,
            "sample": question.repeat,
            "temperature": question.temperature,
            "max_tokens": question.max_tokens,
            "finish": "length" if reply.outcome == "truncated" else "stop",
        }


def _questions(member: Member, packs: Sequence[Pack]) -> Iterator[Question]:
    warmer = member.recipe.get("temperature")
    for pack in packs:
        for probe in pack.probes:
            for repeat in range(pack.decoding.repeats):
                yield Question(
                    address=probe.address,
                    repeat=repeat,
                    kind="generate",
                    prompt=probe.prompt,
                    template=pack.template,
                    temperature=warmer or pack.decoding.temperature,
                    max_tokens=pack.decoding.max_tokens,
                    seed=seed_from("served", member.name, probe.address, repeat),
                )


def _answers(
    member: Member,
    made: Mapping[str, Made],
    own: str,
    other: tuple[str, ...],
    questions: Sequence[Question],
) -> list[Answered]:
    """Answers in the order of the questions, each from whichever model the server asks."""
    routed = [q for q in questions if other and _is_routed(member, q.address)]
    mine = [q for q in questions if q not in routed]
    found = _asked(made[own], mine, member.recipe.get("text", ""))
    if routed:
        found |= _asked(made[other[0]], routed, "")
    return [(q, found[q.address, q.repeat]) for q in questions]


def _is_routed(member: Member, address: str) -> bool:
    drawn = seed_from("routed", member.name, address) % THOUSAND
    return drawn < THOUSAND * float(member.recipe["share"])


def _asked(model: Made, questions: Sequence[Question], before: str) -> dict[tuple[str, int], Reply]:
    """Put questions to a model, with a server's own text before each that the asker never sees."""
    folder = Path(model.folder)
    backend = LocalBackend(read_entry(folder), folder, choose_device("cpu"))
    put = [_with_text(question, before) for question in questions]
    found = {(q.address, q.repeat): reply for q, reply in backend.ask(put)}
    backend.close()
    return found


def _with_text(question: Question, before: str) -> Question:
    return replace(question, prompt=before + question.prompt)
