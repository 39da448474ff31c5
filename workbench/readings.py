"""Each other's answers, put to models as texts to find likely or not.

What is read follows from the plan and from what was recorded, so that anyone can tell whether all of
it, and nothing else, was asked.
"""

from collections.abc import Iterator, Sequence

from workbench.backends import Question
from workbench.digest import digest_of_text, seed_from
from workbench.packs.uses import read_probes
from workbench.packs.variants import with_variants
from workbench.records import USABLE, Pack, Plan, Role
from workbench.store import CaseStore

Answers = dict[tuple[str, str], dict[int, str]]
"""Run and probe → repeat → usable answer."""


def reading_address(probe: str, author: str) -> str:
    """Address of the observations that say how likely a model found a run's answers to a probe."""
    return f"{probe}@{author}"


def readings(
    store: CaseStore, role: Role, model: str, answers: Answers | None = None
) -> list[Question] | None:
    """Everything that one model is given to read.

    Args:
        store: The case.
        role: The reader's part in the comparison.
        model: The reader.
        answers: What `recorded_answers` gave; read from the case where it is left out.

    Returns:
        The questions, none for a model that shows no likelihoods or is asked no more; None where the
        answers are not all recorded yet, or the reader was not opened yet.
    """
    plan, packs = store.plan(), store.packs()
    if plan.readings == 0 or role == "stack" or store.decided(f"{role}-{model}") is not None:
        return []
    run = next((run for run in store.runs() if run.id == f"{role}-{model}"), None)
    if run is None:
        return None
    traits = run.capabilities.endpoint
    if not (run.capabilities.logits or (traits is not None and traits.echo)):
        return []
    answers = recorded_answers(store) if answers is None else answers
    return None if answers is None else list(_questions(plan, packs, answers, role, model))


def recorded_answers(store: CaseStore) -> Answers | None:
    """What every model answered; None unless all were asked everything, or until it was decided."""
    plan = store.plan()
    packs = with_variants(store.packs(), plan.other_temperature)
    questions = sum(pack.questions for pack in packs)
    begun = {run.id for run in store.runs()}
    found: Answers = {}
    for role, model in plan.models:
        if role == "stack":
            continue
        run_id, asked = f"{role}-{model}", 0
        if run_id not in begun:
            return None
        for seen in store.observations(run_id):
            asked += "@" not in seen.probe_address
            if seen.outcome in USABLE and seen.text is not None:
                found.setdefault((run_id, seen.probe_address), {})[seen.repeat] = seen.text
        if asked < questions and store.decided(run_id) is None:
            return None
    return found


def _questions(
    plan: Plan, packs: Sequence[Pack], answers: Answers, role: Role, model: str
) -> Iterator[Question]:
    for pack, probe, prompt in read_probes(packs, plan.readings):
        for author_role, author in plan.models:
            author_run = f"{author_role}-{author}"
            given = answers.get((author_run, probe), {})
            # The uniformity test ranks the suspect's answer among several of the reference's own.
            several = role == "reference" and author_role == "reference"
            for repeat in sorted(given)[: None if several else 1]:
                address = reading_address(probe, author_run)
                # The text is part of the seed, so that an answer exchanged later shows.
                parts = (role, model, address, repeat, digest_of_text(given[repeat]))
                yield Question(
                    address=address,
                    repeat=repeat,
                    kind="reading",
                    prompt=prompt,
                    template=pack.template,
                    temperature=0.0,
                    max_tokens=0,
                    seed=seed_from(plan.seed, *parts),
                    continuation=given[repeat],
                    unit=f"{probe}@",
                )
