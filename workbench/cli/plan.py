"""`workbench plan`: fix what is asked of whom, before anything is asked."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from workbench.asked import asked_versions
from workbench.cli.output import AsJson, CaseName, case_folder, now, print_json
from workbench.records import to_json
from workbench.store import check_new, create_case, open_case
from workbench.visible import visible_line

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.cli.pilot import Ahead
    from workbench.packs.weights import PackWeights
    from workbench.records import Endpoint, ModelEntry, Pack, Part, Plan

PARTS = ("open", "sealed", "all")


def plan(  # noqa: PLR0913 - one argument for each option
    case: CaseName,
    *,
    reference: Annotated[str, typer.Option(help="The known model whose reuse is alleged.")],
    suspect: Annotated[list[str], typer.Option(help="A model under examination; repeatable.")],
    control: Annotated[
        list[str] | None, typer.Option(help="An independent model; all known ones if left out.")
    ] = None,
    pack: Annotated[
        list[str] | None, typer.Option(help="A pack id; all that count if left out.")
    ] = None,
    standard: Annotated[
        bool,
        typer.Option(
            "--standard", help="Ask the packs and repeats that a calibration is shipped of."
        ),
    ] = False,
    repeats: Annotated[int | None, typer.Option(help="Samples per probe.")] = None,
    budget: Annotated[
        int | None,
        typer.Option(help="Most questions for each model, spent on the probes that weigh most."),
    ] = None,
    part: Annotated[
        str,
        typer.Option(help="open, sealed (the fifth held back for confirmation), or all."),
    ] = "open",
    stack: Annotated[
        list[str] | None,
        typer.Option(help="An endpoint that serves the reference's own weights; repeatable."),
    ] = None,
    readings: Annotated[
        int | None,
        typer.Option(help="Probes of each pack whose answers all models read; 0 for none."),
    ] = None,
    other_temperature: Annotated[
        float | None,
        typer.Option(
            help="Ask packs of texts once more at it, beyond any budget: what the scores hang on."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Everything random follows from it.")] = None,
    pilot: Annotated[
        int | None,
        typer.Option(min=1, help="First ask reference and controls so many probes of each pack."),
    ] = None,
    pilot_from: Annotated[
        str | None, typer.Option(metavar="CASE", help="A recorded case to take as the pilot.")
    ] = None,
    asked_by: Annotated[
        str, typer.Option(help="The person or body that put the question; the report names it.")
    ] = "",
    done_by: Annotated[
        str, typer.Option(help="Who does the work and answers for it; the report names them.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Fix packs, models, metrics and seed before anything is asked."""
    from workbench.extent import DEFAULT_READINGS, Extent, default_controls
    from workbench.models.catalogue import load_catalogue
    from workbench.packs import check_versions
    from workbench.packs.standard import STANDARD_PACKS, STANDARD_REPEATS
    from workbench.packs.variants import with_variants
    from workbench.parties import Parties
    from workbench.plan import DEFAULT_SEED, make_plan

    if pilot is not None and pilot_from is not None:
        raise typer.BadParameter("Give --pilot or --pilot-from, not both.")
    if standard and (pack or repeats is not None):
        raise typer.BadParameter("--standard fixes the packs and the repeats.")
    if part not in PARTS:
        raise typer.BadParameter(f"--part is one of {', '.join(PARTS)}.")
    parties = Parties(asked_by.strip(), done_by.strip())
    catalogue = load_catalogue()
    folder = case_folder(case, own=True)
    chosen = _packs(list(STANDARD_PACKS) if standard else pack)
    check_versions(chosen, asked_versions())
    made, packs = make_plan(
        folder.name,
        reference,
        suspect,
        default_controls(catalogue, reference, suspect) if control is None else control,
        chosen,
        catalogue,
        now=now(),
        extent=Extent(
            cast("Part", part),
            STANDARD_REPEATS if standard else repeats,
            budget,
            {} if budget is None else _weights(chosen),
            DEFAULT_READINGS if readings is None else readings,
            other_temperature,
        ),
        stacks=stack or (),
        seed=DEFAULT_SEED if seed is None else seed,
        parties=parties,
    )
    looked = _look_ahead(made, packs, folder, pilot, pilot_from)
    create_case(folder, made, packs)
    if as_json:
        print_json({**to_json(made), "digest": made.digest, **looked.plain})
        return
    asked = with_variants(packs, other_temperature)
    _print_plan(made, packs, asked)
    looked.show()
    for _, name in made.models:
        _print_model(catalogue[name], packs, asked)
    typer.echo(f"Next: workbench run {case}")


def _look_ahead(
    made: "Plan", packs: "tuple[Pack, ...]", folder: "Path", pilot: int | None, other: str | None
) -> "Ahead":
    """Say what can be said of a plan before it is fixed; with a pilot, what that says, too."""
    from workbench.cli.pilot import look_ahead, recorded_pilot
    from workbench.models.catalogue import find_model

    check_new(folder)
    recorded = all(find_model(name).backend == "replay" for _, name in made.models)
    store = None if other is None else open_case(case_folder(other))
    if pilot is not None:
        store = recorded_pilot(made, packs, folder, pilot)
    return look_ahead(made, packs, store, recorded=recorded)


def _packs(ids: list[str] | None) -> "list[Pack]":
    from workbench.packs import find_pack, load_packs

    if ids:
        return [find_pack(pack_id) for pack_id in dict.fromkeys(ids)]
    return [
        pack for pack in load_packs().values() if pack.family != "nursery" and pack.weak is None
    ]


def _weights(packs: "list[Pack]") -> "dict[str, PackWeights]":
    from workbench.packs.weights import read_weights

    found = {pack.id: read_weights(pack) for pack in packs}
    return {pack_id: weights for pack_id, weights in found.items() if weights is not None}


def _print_plan(made: "Plan", packs: "tuple[Pack, ...]", asked: "tuple[Pack, ...]") -> None:
    from workbench.extent import answer_tokens
    from workbench.packs.uses import planned_readings
    from workbench.parties import party_lines

    questions = sum(pack.questions for pack in asked)
    left_out = sum(item.left_out for item in made.packs)
    typer.echo(f"Planned case {made.case}: {made.reference} against {', '.join(made.suspects)}")
    for line in party_lines(made):
        typer.echo(visible_line(line))
    typer.echo(f"Controls: {', '.join(made.controls)}")
    typer.echo(
        f"Packs: {len(made.packs)} ({made.part} part); {questions} questions and at most "
        f"{answer_tokens(asked)} tokens for each of {len(made.models)} models"
    )
    if made.other_temperature is not None:
        again = questions - sum(item.questions for item in made.packs)
        typer.echo(
            f"Of these questions {again} ask {len(asked) - len(packs)} of the packs once more, at "
            f"temperature {made.other_temperature:g}; their answers count in no score"
        )
    typer.echo(f"Probes of these packs that are not asked: {left_out}")
    if readings := planned_readings(made, packs):
        typer.echo(
            f"Readings of each other's answers: at most {readings} in all, by models that show "
            "likelihoods; no cost below counts them (--readings 0 leaves them out)"
        )
    typer.echo(f"Plan {made.digest}")


def _print_recorded(entry: "ModelEntry", packs: "tuple[Pack, ...]") -> None:
    from workbench.models.recorded import answers_to

    repeats = [
        (probe.prompt, pack.decoding.repeats)
        for pack in packs
        for probe in pack.probes
        if pack.kind == "generate"
    ]
    answers = answers_to(entry, {prompt for prompt, _ in repeats})
    there = sum(min(wanted, len(answers.get(prompt, ()))) for prompt, wanted in repeats)
    wanted = sum(pack.questions for pack in packs)
    typer.echo(
        f"{entry.name} is not asked: a third party recorded answers to {there} of its "
        f"{wanted} questions"
    )


def _print_model(entry: "ModelEntry", packs: "tuple[Pack, ...]", asked: "tuple[Pack, ...]") -> None:
    """What asking a model costs, or what there is of it where others asked."""
    if entry.endpoint is not None:
        _print_cost(entry.name, entry.endpoint, asked)
    elif entry.backend == "replay":
        _print_recorded(entry, packs)


def _print_cost(model: str, endpoint: "Endpoint", packs: "tuple[Pack, ...]") -> None:
    from workbench.extent import most_cost

    cost = most_cost(endpoint, packs)
    shown = "unknown" if cost is None else f"at most {cost:.4g} {endpoint.currency}"
    typer.echo(f"{model} is asked at an endpoint; cost without retries: {shown}")
