"""Which models were examined, how they were reached and what they returned."""

from workbench.records import Outcome, Run
from workbench.report.blocks import Block, Column, Material, Paragraph, Table
from workbench.report.numbers import counted, moment
from workbench.report.sections import endpoints, recordings
from workbench.report.wording import Words, joined, name, own, recorded, say

OUTCOMES: tuple[Outcome, ...] = ("answered", "truncated", "empty", "refused", "failed")
SHORT = 12
"""Digits of a short digest."""


def blocks(material: Material) -> list[Block]:
    """Write the items examined."""
    if not material.runs:
        return [Paragraph(own("No run of this comparison is recorded."))]
    return [
        _models(material),
        _outcomes(material),
        Paragraph(
            own(
                "Answered and truncated observations leave something to compare; a truncated one "
                "reached the planned length. Empty, refused and failed ones are kept and counted."
            ),
            weight="small",
        ),
        *(Paragraph(words) for words in _devices(material.runs)),
        *endpoints.blocks(material),
        *recordings.blocks(material),
        *_other_suspects(material),
    ]


def _models(material: Material) -> Table:
    return Table(
        own("Models, where their weights came from, and what they offer"),
        (
            Column(own("Role")),
            Column(own("Model"), "code", 4),
            Column(own("Source and revision"), "code", 5),
            Column(own("Weights digest"), "code"),
            Column(own("Access level"), share=2),
            Column(own("Run began (UTC)")),
        ),
        tuple(
            (
                own(run.role),
                name(run.model),
                name(run.revision),
                _short(run.weights_digest),
                own(access(run)),
                own(moment(run.started_at).removesuffix(" UTC")),
            )
            for run in material.runs
        ),
        _suspects(material),
    )


def _short(digest: str | None) -> Words:
    return own("unknown") if digest is None else name(f"{digest.removeprefix('sha256:')[:SHORT]}…")


def access(run: Run) -> str:
    """Name what a backend was measured to offer, richest last."""
    offers = run.capabilities
    levels = [
        ("text", offers.text),
        (f"top-{offers.top_k}", offers.top_k > 0 and not offers.logits),
        ("logits", offers.logits),
        ("hidden", offers.hidden),
        ("weights", offers.weights),
    ]
    return ", ".join(level for level, there in levels if there) or "nothing"


def _outcomes(material: Material) -> Table:
    counts = material.comparison.observations
    return Table(
        own("Observations by outcome"),
        (
            Column(own("Role")),
            Column(own("Model"), "code", 1),
            *(Column(own(outcome), "number") for outcome in OUTCOMES),
            Column(own("all"), "number"),
        ),
        tuple(
            (
                own(run.role),
                name(run.model),
                *(own(str(counts[run.id].get(o, 0))) for o in OUTCOMES),
                own(str(sum(counts[run.id].values()))),
            )
            if run.id in counts
            else (own(run.role), name(run.model), own("not counted in the comparison"))
            for run in material.runs
        ),
        _suspects(material),
    )


def _suspects(material: Material) -> tuple[int, ...]:
    return tuple(i for i, run in enumerate(material.runs) if run.role == "suspect")


def _devices(runs: tuple[Run, ...]) -> list[Words]:
    by_sentence: dict[str, list[str]] = {}
    asked = [run for run in runs if run.capabilities.recorded is None]
    for run in asked:  # where recorded answers come from is said apart
        by_sentence.setdefault(run.device_sentence, []).append(run.model)
    if len(by_sentence) == 1 and len(asked) == len(runs):
        return [
            say(
                "All models ran on one kind of device: {device}",
                device=recorded(runs[0].device_sentence),
            )
        ]
    return [
        say(
            "Device of {models}: {device}",
            models=joined(name(model) for model in models),
            device=recorded(sentence),
        )
        for sentence, models in by_sentence.items()
    ]


def _other_suspects(material: Material) -> list[Block]:
    others = len(material.plan.suspects) - 1
    if others < 1:
        return []
    return [
        Paragraph(
            say(
                "The plan names {others} besides; each is compared on its own and has its own "
                "report. Suspects never serve as controls.",
                others=own(counted(others, "suspect")),
            )
        )
    ]
