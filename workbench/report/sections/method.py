"""How the numbers are made, and what each of them means."""

from workbench.evidence.wording import stopped_early
from workbench.packs.variants import variants
from workbench.report.blocks import Block, Column, KeyValues, Material, Paragraph, Table
from workbench.report.contents import at
from workbench.report.numbers import counted
from workbench.report.wording import Words, name, own, recorded, say

KINDS = {
    "generate": "sampled answers",
    "next_token": "next-token distributions",
    "passage": "distributions along a passage",
    "choice": "probabilities of the lettered options",
}


def blocks(material: Material) -> list[Block]:
    """Write the methods."""
    return [
        Paragraph(
            own(
                "A probe is one prompt; a pack is a versioned file of probes. Each model gets the "
                "same probes, where sampling is involved several times (repeats), and all that "
                "comes back is recorded as observations. A metric turns the observations of two "
                "models into a score. All scores are computed from recorded observations, with no "
                "model at hand, so anyone who holds the case can compute them again."
            )
        ),
        *_readings(material),
        _packs(material),
        *_extent(material),
        *_asked_again(material),
        *_weak(material),
        Paragraph(own(CONTROLS)),
        _metrics(material),
        KeyValues(tuple(_terms(material))),
    ]


def _readings(material: Material) -> list[Block]:
    """Say that answers were read too, where they were."""
    if not (most := material.plan.readings):
        return []
    return [
        Paragraph(
            own(
                "When all had answered, each model that shows likelihoods was also given the "
                f"answers of every model to at most {most} probes of each pack, and how likely it "
                "finds them was recorded. These readings are counted among its observations."
            )
        )
    ]


def _packs(material: Material) -> Table:
    questions = {planned.id: planned.questions for planned in material.plan.packs}
    return Table(
        own("Packs"),
        (
            Column(own("Pack"), "code", 3),
            Column(own("Version"), "number"),
            Column(own("What is observed"), share=3),
            Column(own("Probes"), "number"),
            Column(own("Repeats"), "number"),
            Column(own("Questions"), "number"),
            Column(own("Temperature"), "number"),
            Column(own("Longest answer"), "number"),
        ),
        tuple(
            (
                name(pack.id),
                own(str(pack.version)),
                own(KINDS[pack.kind]),
                own(str(len(pack.probes))),
                own(str(pack.decoding.repeats)),
                own(str(questions.get(pack.id, len(pack.probes) * pack.decoding.repeats))),
                own(f"{pack.decoding.temperature:g}"),
                own(f"{pack.decoding.max_tokens} tokens"),
            )
            for pack in material.packs
        ),
    )


CONTROLS = (
    "Controls get the same probes as the suspect, under the same settings, and go through the same "
    "arithmetic; each stands beside the suspect in every table. A plan may also put a control in the "
    "suspect's place (a sham), and the reference's own weights behind another server (a stack)."
)
PARTS = {
    "open": "the open part: a fifth of each pack is sealed, to be asked for confirmation only",
    "sealed": "the sealed part: the fifth of each pack that was held back until now",
    "all": "all probes, the sealed fifth included",
}


def _extent(material: Material) -> list[Block]:
    plan = material.plan
    left_out = sum(planned.left_out for planned in plan.packs)
    words = say("Of these packs the plan takes {part}.", part=own(PARTS[plan.part]))
    if plan.budget is not None:
        words += say(
            " Within {budget} questions for each model it takes the probes that told independent "
            "models apart best on earlier panels; no answer of this case played a part.",
            budget=plan.budget,
        )
    found: list[Block] = [Paragraph(words + say(" Probes left out: {n}.", n=left_out))]
    if (decided := material.comparison.decided) is not None:
        found.append(Paragraph(own(stopped_early(decided))))
    return found


def _asked_again(material: Material) -> list[Block]:
    """Say that packs were asked at another temperature too, where they were."""
    if (other := material.plan.other_temperature) is None:
        return []
    again = variants(material.packs, other)
    return [
        Paragraph(
            say(
                "Beside that, {packs} of sampled answers went to {whom} once more, at temperature "
                "{other}, with the same probes, repeats and longest answer: {questions} more for "
                "each. These answers count in no score; {evaluation} says what score they would "
                "give.",
                whom=own(
                    "every model"
                    if material.comparison.decided is None
                    else "every model but the suspect, of which asking stopped early,"
                ),
                packs=own(counted(len(again), "pack")),
                other=own(f"{other:g}"),
                questions=own(counted(sum(pack.questions for pack in again), "question")),
                evaluation=own(at("evaluation")),
            )
        )
    ]


def _weak(material: Material) -> list[Block]:
    weak = [(pack.id, pack.weak) for pack in material.packs if pack.weak is not None]
    if not weak:
        return []
    return [
        Paragraph(own("Asked and recorded, but counted in no score:"), weight="lead"),
        KeyValues(tuple((name(pack_id), recorded(reason)) for pack_id, reason in weak)),
    ]


def _metrics(material: Material) -> Table:
    meaning = {"similarity": "higher is more alike", "distance": "lower is more alike"}
    return Table(
        own(f"Metrics, in the order of {at('results')}"),
        (
            Column(own("Metric"), share=3),
            Column(own("Key"), "code", 2),
            Column(own("Unit"), share=2),
            Column(own("Raw score"), share=2),
        ),
        tuple(
            (
                recorded(line.title),
                name(line.metric),
                recorded(line.unit),
                own(meaning[line.direction]),
            )
            for line in material.comparison.lines
        ),
    )


def _terms(material: Material) -> list[tuple[Words, Words]]:
    return [*_of_metrics(material), *_of_questions(), _encoder(material)]


def _encoder(material: Material) -> tuple[Words, Words]:
    embedder = material.comparison.embedder
    words = say("Texts are compared as embeddings by {embedder}.", embedder=embedder)
    return own("Sentence encoder"), words


def _of_metrics(material: Material) -> list[tuple[Words, Words]]:
    places = len(material.comparison.controls) + 1
    return [
        (
            own("Raw score"),
            own("The metric between a model and the reference, in the metric's own unit."),
        ),
        (
            own("Interval"),
            own(
                "The 95 % interval comes from drawing the probes again; it says how much the score "
                "depends on the choice of probes. It does not cover the choice of controls."
            ),
        ),
        (
            own("Centred score"),
            own(
                "The raw score turned so that higher is more alike, less what the reference "
                "reaches with the other models of the panel (suspect and controls) on average, "
                "less what this model reaches with them, plus what they reach among themselves. 0 "
                "is what an independent model is expected to reach. It removes the advantage of "
                "models that resemble everything."
            ),
        ),
        (
            own("Rank and rank p-value"),
            say(
                "The place of a model among the suspect and the controls by centred score. The "
                "rank p-value is (1 + controls at least as alike as the suspect) / (controls + 1). "
                "It is how often an unrelated model would do as well, if the suspect were "
                "exchangeable with the controls. With this panel it cannot be below 1/{places}.",
                places=places,
            ),
        ),
        (
            own("Probes"),
            own(
                "How many probes a score rests on: those that both models gave something usable to."
            ),
        ),
    ]


def _of_questions() -> list[tuple[Words, Words]]:
    return [
        (
            own("Score of a question"),
            own(
                "Of each metric that bears on the question and tells unrelated models apart: its "
                "likeness, less what goes with length and layout, in units of its spread among "
                "unrelated models. Their mean is centred as above. 0 is what unrelated models reach "
                "on average, 1 their spread."
            ),
        ),
        (
            own("Likelihood ratio"),
            own(
                "Made from a question's score by a calibration of this very protocol: how often "
                "derivatives and how often other pairs have such a score. It is kept within bounds "
                "that the number of labelled families can carry. Its 90 % interval covers probes, "
                "controls and labelled families."
            ),
        ),
    ]
