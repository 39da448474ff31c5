"""A case and one of its comparisons → the report on it, with everything that it is written from."""

from collections.abc import Mapping

from workbench.calibrations import kept
from workbench.explore import curves_of
from workbench.records import (
    LANGUAGES,
    Alternative,
    Comparison,
    Language,
    Opinion,
    Pack,
    Quote,
    Validated,
    from_json,
)
from workbench.report import Document, build_document
from workbench.report.attached import Attachments
from workbench.report.chosen import chosen
from workbench.store import CaseStore
from workbench.store.views import served

USUAL: Alternative = "independent"
"""Alternative of a calibration's exhibits where no likelihood ratio can be other than 1."""


def report_on(
    store: CaseStore,
    comparison: Comparison,
    attachments: Attachments,
    made_with: Mapping[str, str] | None = None,
    language: Language = LANGUAGES[0],
) -> Document:
    """Write the report on one suspect of a case.

    Args:
        store: The case.
        comparison: One of its comparisons.
        attachments: What the report carries; `report.attachments(store)` gathers it.
        made_with: What sets its pages; this machine's if None.
        language: What it is written in.

    Raises:
        CalibrationError: If a calibration that the case was judged with was changed.
        ReportError: If a sentence would say more than evidence can carry.
    """
    packs = store.packs()
    return build_document(
        comparison,
        store.plan(),
        store.runs(),
        packs,
        served(store),
        attachments=attachments,
        made_with=made_with,
        quotes=quotes(store, comparison, packs),
        validated=validated(store, comparison),
        language=language,
    )


def quotes(store: CaseStore, comparison: Comparison, packs: tuple[Pack, ...]) -> tuple[Quote, ...]:
    """What reference and suspect answered to the probes that are shown as examples."""
    examples = chosen(comparison, packs)
    if examples is None:
        return ()
    runs = (f"reference-{comparison.reference}", f"suspect-{comparison.suspect}")
    columns = ["run_id", "probe_address", "repeat", "outcome", "text"]
    return tuple(
        from_json(Quote, row)
        for address in sorted(examples.addresses)
        for row in store.answers(address)[columns].to_dict("records")
        if row["run_id"] in runs and isinstance(row["text"], str)
    )


def validated(store: CaseStore, comparison: Comparison) -> tuple[Validated, ...]:
    """The calibration of each question that was judged with one, as the case keeps it.

    One that the case does not hold is left out, and the report says so.

    Raises:
        CalibrationError: If it is not what it was.
    """
    found, folder = [], store.calibration_folder
    for opinion in comparison.verdict.opinions:
        digest = opinion.calibration_digest
        if digest is None or not (folder / digest.removeprefix("sha256:")).is_dir():
            continue
        (calibration,) = kept([digest], folder)
        alternative = _shown(opinion)
        curves = curves_of(calibration, opinion.question, alternative)
        labelled = calibration.labelled[opinion.question]
        here = {*labelled.reference, *labelled.suspect} & {
            comparison.reference, comparison.suspect, *comparison.controls,
        }  # fmt: skip
        found.append(
            Validated(
                opinion.question, alternative, calibration.figures, curves, tuple(sorted(here))
            )
        )
    return tuple(found)


def _shown(opinion: Opinion) -> Alternative:
    """The alternative of a calibration's exhibits: of the smallest ratio that could be another."""
    found = [
        (item.ratio.value, item.alternative)
        for item in opinion.weighings
        if item.ratio is not None and item.ratio.least < item.ratio.most
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else USUAL
