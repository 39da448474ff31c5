"""`workbench run | compare | report | verify | rebuild`: one case, step by step."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli import signing
from workbench.cli.output import AsJson, CaseName, case_folder, print_json, say
from workbench.errors import CaseError
from workbench.records import (
    LANGUAGES,
    Comparison,
    EvidenceLine,
    Language,
    NoScore,
    Opinion,
    Score,
    Verdict,
    to_json,
)
from workbench.store import CaseStore, open_case
from workbench.store.archive import MOST_MEGABYTES
from workbench.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.embed import Embedder
    from workbench.report import Document

Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]


def run(
    case: CaseName,
    *,
    device: Device = "auto",
    max_queries: Annotated[
        int | None,
        typer.Option(min=1, help="Most requests to endpoints in this call, retries included."),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(min=0, help="Most money for endpoints in this call, in their currency."),
    ] = None,
    until_decided: Annotated[
        bool,
        typer.Option(
            "--until-decided",
            help="Ask suspects in random order, until the level of the weights question is settled.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask every model what the plan says; goes on where it was stopped."""
    store = open_case(case_folder(case))
    limits = {"--max-queries": max_queries, "--max-cost": max_cost}
    ask_everyone(store, device, limits, until_decided=until_decided)
    counts = store.outcomes()
    if as_json:
        print_json(counts.to_dict("records"))
        return
    for run_id, rows in counts.groupby("run_id"):
        outcomes = ", ".join(f"{row.n} {row.outcome}" for row in rows.itertuples())
        typer.echo(f"{run_id}: {outcomes}")
        if (decided := store.decided(str(run_id))) is not None:
            typer.echo(
                f"{run_id}: {decided.level} after {decided.asked} of {decided.planned} probes, "
                f"whatever the others would have shown ({decided.question} question)"
            )
    typer.echo(f"Next: workbench compare {case}")


def ask_everyone(
    store: CaseStore,
    device: str,
    limits: "Mapping[str, float | None] | None" = None,
    *,
    until_decided: bool = False,
) -> None:
    """Let a worker process collect every run of the plan, within limits on what endpoints cost."""
    from workbench.cli.work import work

    options = {"--device": device} | {
        option: repr(limit) for option, limit in (limits or {}).items() if limit is not None
    }
    flags = ["--until-decided"] if until_decided else []
    work(store.folder, [*flags, *(word for pair in options.items() for word in pair)])


def compare(case: CaseName, *, as_json: AsJson = False) -> None:
    """Compute scores, rank them against the controls, and conclude."""
    comparisons = compare_all(open_case(case_folder(case)))
    if as_json:
        print_json([{**to_json(item), "digest": item.digest} for item in comparisons])
        return
    for item in comparisons:
        _print_comparison(item)


def compare_all(store: CaseStore) -> tuple[Comparison, ...]:
    """Compare every suspect of a case, keeping what is new."""
    from workbench.calibrations import library
    from workbench.compare import compare_case

    return compare_case(store, load_embedder, say, library())


@cache
def load_embedder(name: str) -> "Embedder":
    """Open a sentence encoder on the CPU, where embeddings come out alike everywhere."""
    from workbench.device import choose_device
    from workbench.embed import Embedder

    return Embedder(name, choose_device("cpu"))


def _print_comparison(comparison: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    from workbench.evidence.wording import stopped_early

    table = Table(
        title=f"{comparison.suspect} beside the controls, seen from {comparison.reference}"
    )
    for column in ("metric", "model", "raw", "centred (higher is more alike)", "rank"):
        table.add_column(column)
    for line in comparison.lines:
        for row in _rows(line):
            table.add_row(*row)
        table.add_section()
    Console().print(table)
    if comparison.decided is not None:
        typer.echo(stopped_early(comparison.decided))
    _print_verdict(comparison.verdict)


def _print_verdict(verdict: Verdict) -> None:
    """Print every question's answer; without any question, the verdict as it stands."""
    from workbench.evidence.verdict import common_reasons

    for opinion in verdict.opinions:
        _print_opinion(opinion)
    if not verdict.opinions:
        typer.echo(visible_line(verdict.wording))
    for reason in common_reasons(verdict):
        typer.echo(f"  {visible_line(reason)}")


def _print_opinion(opinion: Opinion) -> None:
    from workbench.evidence.wording import QUESTION_WORDS, headline_words

    typer.echo(QUESTION_WORDS[opinion.question])
    typer.echo(f"  {visible_line(opinion.wording)}")
    if ratio := headline_words(opinion):
        typer.echo(f"  Likelihood ratio {ratio}: {opinion.level}.")
    for reason in opinion.reasons:
        typer.echo(f"  - {visible_line(reason)}")


def _rows(line: EvidenceLine) -> list[tuple[str, ...]]:
    rank = "not ranked" if line.rank_p is None else f"p = {line.rank_p:.2f}"
    pairs = (line.suspect, *line.controls)
    return [
        (
            line.title if number == 0 else "",
            f"{pair.model} ({pair.role})",
            _number(pair.raw),
            _number(pair.centred),
            rank if number == 0 else "",
        )
        for number, pair in enumerate(pairs)
    ]


def _number(score: Score | NoScore) -> str:
    if isinstance(score, NoScore):
        return score.reason
    return f"{score.value:.3f} ({score.low:.3f} to {score.high:.3f})"


def report(
    case: CaseName,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The PDF to write.")] = Path(
        "evidence.pdf"
    ),
    suspect: Annotated[
        str | None, typer.Option(help="Which suspect, if there are several.")
    ] = None,
    attach: Annotated[
        int,
        typer.Option(min=0, help="Most megabytes of distributions and files from elsewhere in it."),
    ] = MOST_MEGABYTES,
    sign: Annotated[
        Path | None,
        typer.Option(
            metavar="CERT.p12",
            help=f"Sign it with this PKCS#12 file. Its passphrase is asked for, or read from the "
            f"environment variable {signing.PASSPHRASE}.",
        ),
    ] = None,
    timestamp_url: Annotated[
        str | None,
        typer.Option(help="Address of a server (RFC 3161) to attest the time of the signature."),
    ] = None,
    lang: Annotated[
        str, typer.Option(help=f"Language of the report: {', '.join(LANGUAGES)}.")
    ] = LANGUAGES[0],
    as_json: AsJson = False,
) -> None:
    """Write the evidence PDF of one suspect, with everything that its numbers rest on attached."""
    from workbench.report.languages import language_of

    language = language_of(lang)
    signed = signing.signer(sign, timestamp_url)
    path = write_report(open_case(case_folder(case)), suspect, output, attach, signed, language)
    if as_json:
        said = [] if signed is None else signing.signatures_json(path)
        print_json({"path": str(path), "signatures": said})
        return
    typer.echo(f"Wrote {path}")
    if signed is not None:
        signing.tell(path)


def write_report(
    store: CaseStore,
    suspect: str | None,
    output: Path,
    megabytes: int = MOST_MEGABYTES,
    signed: "Callable[[bytes], bytes] | None" = None,
    language: Language = LANGUAGES[0],
) -> Path:
    """Write the report on one suspect of a case.

    Args:
        store: The case.
        suspect: Which suspect; None if there is only one.
        output: The PDF to write.
        megabytes: What it carries at most of files that may be many or large.
        signed: Signs it before it is written.
        language: What it is written in.

    Raises:
        CaseError: If the case was not compared, or the suspect must be named.
        ReportError: If it cannot be set, signed or written.
    """
    from workbench.report import write_pdf

    return write_pdf(document_on(store, suspect, megabytes, language), output, signed=signed)


def document_on(
    store: CaseStore,
    suspect: str | None,
    megabytes: int = MOST_MEGABYTES,
    language: Language = LANGUAGES[0],
) -> "Document":
    """Write what the report on one suspect of a case says, on no paper yet.

    Args:
        store: The case.
        suspect: Which suspect; None if there is only one.
        megabytes: As in `write_report`.
        language: As in `write_report`.

    Raises:
        CaseError: If the case was not compared, or the suspect must be named.
    """
    from workbench.report import attachments
    from workbench.reported import report_on

    found = {item.suspect: item for item in store.comparisons()}
    if not found:
        raise CaseError(
            f"Case {store.name!r} was not compared yet.",
            fix=f"Run `workbench compare {store.name}` first.",
        )
    if suspect is None and len(found) > 1:
        raise CaseError(
            f"Case {store.name!r} has {len(found)} suspects.",
            fix=f"Name one with --suspect: {', '.join(found)}.",
        )
    chosen = suspect or next(iter(found))
    if chosen not in found:
        raise CaseError(
            f"{chosen!r} is no suspect of case {store.name!r}.", fix=f"Use {', '.join(found)}."
        )
    return report_on(store, found[chosen], attachments(store, megabytes), language=language)
