"""What a report says: sections and blocks, written from records alone.

The same comparison gives the same document, word for word; nothing here looks at the clock, a
model or the network. Every sentence is checked against the refused phrases before it leaves.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from workbench.errors import ReportError
from workbench.records import (
    LANGUAGES,
    Comparison,
    Language,
    Pack,
    Plan,
    Quote,
    Run,
    Served,
    Status,
    Validated,
    to_json,
)
from workbench.report.attached import NOTHING, Attachment, Attachments
from workbench.report.blocks import (
    Block,
    Command,
    Document,
    Figure,
    KeyValues,
    Material,
    Section,
    Table,
    texts,
)
from workbench.report.contents import PARTS, TITLES, Part
from workbench.report.exhibits import Exhibit, exhibits
from workbench.report.made_with import setting_versions
from workbench.report.numbers import counted, moment
from workbench.report.sections import (
    appendix,
    evaluation,
    examples,
    integrity,
    items,
    limits,
    method,
    propositions,
    question,
    results,
    summary,
    terms,
    validation,
)
from workbench.report.wording import Words, check, name, own, plain

FORMAT = 2
"""Version of `document_json`."""
STATUS_WORDS: Mapping[Status, str] = {
    "evaluated": "evaluative opinion given",
    "inconclusive": "inconclusive: technical findings only",
    "no evaluative opinion": "no evaluative opinion: technical findings only",
    "not comparable": "not comparable: technical findings only",
}

SECTIONS: Mapping[Part, Callable[[Material], Sequence[Block]]] = {
    "summary": summary.blocks,
    "question": question.blocks,
    "items": items.blocks,
    "propositions": propositions.blocks,
    "methods": method.blocks,
    "validation": validation.blocks,
    "results": results.blocks,
    "examples": examples.blocks,
    "evaluation": evaluation.blocks,
    "limits": limits.blocks,
    "integrity": integrity.blocks,
    "glossary": terms.blocks,
    "appendix": appendix.blocks,
}
"""What writes each part; their order is that of `contents.PARTS`."""


def build_document(  # noqa: PLR0913 - everything that a report is written from
    comparison: Comparison,
    plan: Plan,
    runs: Sequence[Run],
    packs: Sequence[Pack],
    served: Mapping[str, tuple[Served, ...]] | None = None,
    *,
    attachments: Attachments = NOTHING,
    made_with: Mapping[str, str] | None = None,
    quotes: Sequence[Quote] = (),
    validated: Sequence[Validated] = (),
    language: Language = LANGUAGES[0],
) -> Document:
    """Write the report of one suspect's comparison.

    Args:
        comparison: What was found for one suspect.
        plan: The plan it was made under.
        runs: Runs of the case; those of other suspects are left out.
        packs: The planned packs.
        served: Run of an endpoint → what answered.
        attachments: The files that it carries beside `evidence.json`.
        made_with: What sets its pages, library → version; this machine's if None.
        quotes: Answers to the probes that `chosen` names, for the examples.
        validated: The calibration of each question that was judged, with its curves.
        language: What it is written in.

    Raises:
        ReportError: If the comparison is of another plan, or a sentence holds a refused phrase.
    """
    if comparison.plan_digest != plan.digest:
        raise ReportError(
            f"The comparison of {comparison.suspect} was made under another plan.",
            fix="Compare the case again and write the report from that.",
        )
    members = {
        ("reference", comparison.reference),
        ("suspect", comparison.suspect),
        *(("control", control) for control in comparison.controls),
        *(("stack", floor.model) for floor in comparison.stacks),
    }
    kept = tuple(run for run in runs if (run.role, run.model) in members)
    material = Material(
        comparison,
        plan,
        kept,
        tuple(packs),
        exhibits(comparison, validated),
        served or {},
        attachments,
        setting_versions() if made_with is None else made_with,
        tuple(quotes),
        tuple(validated),
    )
    document = _written(material, language)
    check(_every_text(document))
    return document


def _written(material: Material, language: Language) -> Document:
    comparison, plan = material.comparison, material.plan
    return Document(
        title=own("Behavioural comparison of two language models"),
        case=comparison.case,
        dated=max([plan.created_at, *(run.started_at for run in material.runs)]),
        software=f"Model workbench {plan.software}",
        cover=_cover(material),
        sections=tuple(
            Section(number, own(TITLES[part]), tuple(SECTIONS[part](material)))
            for number, part in enumerate(PARTS, start=1)
        ),
        records={
            "comparison": to_json(comparison),
            "plan": to_json(plan),
            "runs": [to_json(run) for run in material.runs],
            "packs": [to_json(pack) for pack in material.packs],
            "quotes": [to_json(quote) for quote in material.quotes],
            "validated": [to_json(one) for one in material.validated],
        },
        attachments=material.attachments,
        made_with=material.made_with,
        language=language,
    )


def _cover(material: Material) -> KeyValues:
    comparison, plan = material.comparison, material.plan
    last = max((run.started_at for run in material.runs), default=plan.created_at)
    return KeyValues(
        (
            (own("Case"), name(comparison.case)),
            (own("Reference"), name(comparison.reference)),
            (own("Suspect"), name(comparison.suspect)),
            (own("Controls"), own(counted(len(comparison.controls), "model"))),
            (own("Status"), own(STATUS_WORDS[comparison.verdict.status])),
            (own("Planned"), own(moment(plan.created_at))),
            (own("Last run began"), own(moment(last))),
            (own("Comparison"), name(comparison.digest)),
        )
    )


def _every_text(document: Document) -> Iterator[Words]:
    yield document.title
    yield from texts(document.cover)
    for section in document.sections:
        yield section.title
        for block in section.blocks:
            yield from texts(block)


def document_json(document: Document) -> dict[str, Any]:
    """Everything a document states, as plain JSON types, with the records behind it.

    Names in it are exactly as recorded; the PDF may have to spell characters its fonts lack.
    """
    return {
        "format": FORMAT,
        "title": plain(document.title),
        "case": document.case,
        "dated": document.dated.isoformat(),
        "language": document.language,
        "software": document.software,
        "cover": _block_json(document.cover),
        "sections": [
            {
                "number": section.number,
                "title": plain(section.title),
                "blocks": [_block_json(block) for block in section.blocks],
            }
            for section in document.sections
        ],
        "exhibits": [_exhibit_json(exhibit) for exhibit in document.exhibits],
        "records": document.records,
        "attachments": [_attachment_json(file) for file in document.attachments.files],
        "not_attached": dict(document.attachments.not_attached),
        "left_out": to_json(document.left_out),
        "made_with": dict(document.made_with),
    }


def _attachment_json(file: Attachment) -> dict[str, Any]:
    return {
        "name": file.name,
        "about": file.about,
        "media_type": file.media_type,
        "bytes": len(file.content),
        "digest": file.digest,
    }


def _block_json(block: Block) -> dict[str, Any]:
    match block:
        case Figure(exhibit=exhibit):
            return {"kind": block.kind, "exhibit": exhibit.number}
        case Command(text=text):
            return {"kind": block.kind, "text": text}
        case Table():
            return {
                "kind": block.kind,
                "caption": plain(block.caption),
                "columns": [plain(column.title) for column in block.columns],
                "rows": [[plain(cell) for cell in row] for row in block.rows],
            }
        case KeyValues():
            return {"kind": block.kind, "rows": [[plain(cell) for cell in r] for r in block.rows]}
        case _:
            return {"kind": block.kind, **_texts_json(block)}


def _texts_json(block: Block) -> dict[str, Any]:
    found = [plain(words) for words in texts(block)]
    return {"items": found} if block.kind == "points" else {"text": "".join(found)}


def _exhibit_json(exhibit: Exhibit) -> dict[str, Any]:
    return {
        "number": exhibit.number,
        "title": exhibit.title,
        "caption": exhibit.caption,
        "alt": exhibit.alt,
        "digest": exhibit.digest,
        "rows": list(exhibit.rows),
    }
