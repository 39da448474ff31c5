"""Section 7: digests, software, and how anyone can check them."""

from workbench.report.blocks import (
    Block,
    Column,
    Command,
    Heading,
    KeyValues,
    Material,
    Paragraph,
    Table,
)
from workbench.report.numbers import moment
from workbench.report.wording import Words, joined, name, own, recorded, say


def blocks(material: Material) -> list[Block]:
    """Write the integrity section."""
    comparison, plan = material.comparison, material.plan
    return [
        Paragraph(
            own(
                "Every record of the case holds the digest of the record before it, so that an "
                "edited, missing or reordered record shows. A digest is a tagged SHA-256 of the "
                "canonical content."
            )
        ),
        KeyValues(
            (
                (own("Plan"), name(plan.digest)),
                (own("Comparison"), name(comparison.digest)),
                (own("Embeddings"), name(comparison.embedding_digest)),
                *(
                    (own(f"Data of exhibit {exhibit.number}"), name(exhibit.digest))
                    for exhibit in material.exhibits
                ),
                *_head(material),
                (own("Plan fixed"), own(moment(plan.created_at))),
                (own("Seed"), own(str(plan.seed))),
            )
        ),
        *_attached(material),
        _digests(material),
        _heads(material),
        _packs(material),
        Heading(own("Software")),
        _software(material),
        _setting(material),
        Heading(own("How to verify")),
        *_verify(material),
    ]


def _verify(material: Material) -> list[Block]:
    found: list[Block] = []
    if material.attachments.files:
        found = [
            Paragraph(
                own(
                    "With this program, and nothing but this file, this command checks every digest "
                    "and every link of the attached records, computes the numbers of this report "
                    "again from the attached observations, writes the report anew and compares it "
                    "with this one, byte by byte. It names whatever differs and whatever it could "
                    "not compute:"
                )
            ),
            Command("workbench verify evidence.pdf"),
        ]
    return [
        *found,
        Paragraph(
            own(
                "With the case folder, this command checks every link of the recorded chains, every "
                "digest above, and computes every number of this report again from the recorded "
                "observations:"
            )
        ),
        Command(f"workbench verify {material.comparison.case}"),
    ]


def _attached(material: Material) -> list[Block]:
    """What the PDF carries, with digests, and what of the case it does not."""
    attachments = material.attachments
    if not attachments.files:
        return []
    table = Table(
        own("Files attached to this PDF, beside evidence.json"),
        (
            Column(own("File"), "code"),
            Column(own("Holds"), share=1),
            Column(own("Bytes"), "number"),
            Column(own("Digest"), "code", 1),
        ),
        tuple(
            (name(file.name), own(file.about), own(f"{len(file.content):,}"), name(file.digest))
            for file in attachments.files
        ),
    )
    absent = [
        say("{what} ({n} files)", what=own(what), n=count)
        for what, count in attachments.not_attached.items()
    ]
    words = (
        say(
            "The case also holds what is not attached: {what}. What rests on it cannot be computed "
            "again from this PDF alone.",
            what=joined(absent, "; "),
        )
        if absent
        else own("Everything that the numbers of this report rest on is attached.")
    )
    journals = own(
        "The attached journals are those of every model of the case, with an analyst's notes of the "
        "time before the last comparison, where there are any."
    )
    return [table, Paragraph(words), Paragraph(journals)]


def _setting(material: Material) -> Table:
    return Table(
        own("What set these pages"),
        (Column(own("Part"), "code"), Column(own("Version"), "code", 1)),
        tuple((name(part), name(version)) for part, version in sorted(material.made_with.items())),
    )


def _head(material: Material) -> list[tuple[Words, Words]]:
    head = material.attachments.head
    return [(own("Case journal"), name(head))] if head else []


def _digests(material: Material) -> Table:
    return Table(
        own("Full digests of weights and tokenizers"),
        (
            Column(own("Model"), "code", 1),
            Column(own("What")),
            Column(own("Digest"), "code"),
        ),
        tuple(
            (
                name(run.model),
                own(what),
                own("unknown: not shown") if digest is None else name(digest),
            )
            for run in material.runs
            for what, digest in (
                ("weights", run.weights_digest),
                ("tokenizer", run.tokenizer_digest),
            )
        ),
    )


def _heads(material: Material) -> Table:
    return Table(
        own("Last record of each run's journal"),
        (Column(own("Run"), "code", 1), Column(own("Digest"), "code")),
        tuple((name(run), name(head)) for run, head in material.comparison.run_heads.items()),
    )


def _packs(material: Material) -> Table:
    return Table(
        own("Packs as planned"),
        (
            Column(own("Pack"), "code", 1),
            Column(own("Version"), "number"),
            Column(own("Digest"), "code"),
        ),
        tuple(
            (name(pack.id), own(str(pack.version)), name(pack.digest))
            for pack in material.plan.packs
        ),
    )


def _software(material: Material) -> Table:
    by_versions: dict[str, list[str]] = {}
    for run in material.runs:
        listed = ", ".join(f"{library} {v}" for library, v in sorted(run.versions.items()))
        by_versions.setdefault(listed, []).append(run.model)
    return Table(
        say(
            "Model workbench {version} and the libraries of each run",
            version=material.plan.software,
        ),
        (Column(own("Runs of"), "code", 1), Column(own("Libraries"), "code", 2)),
        tuple(
            (joined(name(model) for model in models), recorded(listed))
            for listed, models in by_versions.items()
        ),
    )
