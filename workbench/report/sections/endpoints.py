"""Of the items examined: models behind endpoints, what they offer, and what answered."""

from workbench.records import EndpointTraits, Run, Served
from workbench.report.blocks import Block, Column, Material, Paragraph, Table
from workbench.report.wording import Words, joined, name, own, recorded, say


def blocks(material: Material) -> list[Block]:
    """Write what is known of the endpoints; nothing where every model ran here."""
    runs = [run for run in material.runs if run.capabilities.endpoint is not None]
    if not runs:
        return []
    return [
        Paragraph(
            own(
                "An endpoint shows neither weights nor tokenizer, and whoever runs it can change "
                "both. What is said of it here is what it answered; each answer is kept word for "
                "word with the case."
            )
        ),
        _measured(runs),
        _answered(material, runs),
        *_changes(material, runs),
    ]


def _measured(runs: list[Run]) -> Table:
    return Table(
        own("Endpoints, as measured when each run began"),
        (
            Column(own("Model"), "code", 2),
            Column(own("Chat")),
            Column(own("Raw text")),
            Column(own("Alternatives (chat / raw)")),
            Column(own("Prompt log-probabilities")),
            Column(own("Same seed, same answer")),
            Column(own("Fields refused"), share=1),
        ),
        tuple(
            (name(run.model), *_traits(run.capabilities.endpoint))
            for run in runs
            if run.capabilities.endpoint is not None
        ),
    )


def _traits(found: EndpointTraits) -> tuple[Words, ...]:
    seed = {True: "yes", False: "no", None: "could not be told"}[found.seed_honoured]
    refused = joined(recorded(item) for item in found.refused) or own("none")
    return (
        own(_yes(found.chat)),
        own(_yes(found.completions)),
        own(f"{found.chat_top_k} / {found.completions_top_k}"),
        own(_yes(found.echo)),
        own(seed),
        refused,
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _answered(material: Material, runs: list[Run]) -> Table:
    return Table(
        own("What answered, by its own account"),
        (
            Column(own("Model"), "code", 1),
            Column(own("Answered as"), "code", 1),
            Column(own("System fingerprint"), "code", 1),
            Column(own("Observations"), "number"),
        ),
        tuple(
            (
                name(run.model),
                _named(seen.answered_as),
                _named(seen.system_fingerprint),
                own(str(seen.observations)),
            )
            for run in runs
            for seen in _seen(material, run)
        ),
    )


def _named(value: str | None) -> Words:
    return own("not named") if value is None else name(value)


def _seen(material: Material, run: Run) -> tuple[Served, ...]:
    return material.served.get(run.id, ())


def _changes(material: Material, runs: list[Run]) -> list[Block]:
    changed = [name(run.model) for run in runs if len(_seen(material, run)) > 1]
    if not changed:
        return []
    return [
        Paragraph(
            say(
                "What answered changed within the run of {models}. The answers of before and after "
                "may come from different models; they are counted alike here, and each carries a "
                "note of the change.",
                models=joined(changed),
            )
        )
    ]
