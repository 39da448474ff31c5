"""Made reports: documents of made comparisons, plain and hostile."""

import dataclasses

from tests import made, opinions
from workbench.digest import digest_of_text
from workbench.records import NoScore, PairScore
from workbench.report import build_document
from workbench.report.contents import PARTS

HOSTILE_NAMES = (
    "#strong[x]",
    "$a$ <lab> @ref",
    "模型-七",
    "😀 عربي",
    "\u202egpj.exe",
    "<script>alert(1)</script>",
    "`raw` *b* _i_ // c",
    "proves-identical-match",
    "e\u0301\u0000\n",
    'C:\\x"{}',
)


def parts(controls=("alpha", "beta", "gamma"), suspect="tuned", probes=3, **changes):
    """The arguments of `build_document`."""
    packs = [
        made.pack(probes=probes),
        made.pack("continuation/openings", "next_token", probes=2, repeats=1),
    ]
    plan = made.plan(packs, suspects=(suspect,), controls=controls)
    runs = [made.run(plan, role, model) for role, model in plan.models]
    addresses = [probe.address for pack in packs for probe in pack.probes]
    heads = {run.id: digest_of_text(run.id) for run in runs}
    comparison = made.comparison(plan, addresses, suspect, heads)
    counts = {run.id: {"answered": 7, "failed": 1} for run in runs}
    comparison = dataclasses.replace(comparison, **({"observations": counts} | changes))
    return comparison, plan, runs, packs


def document(*args, **changes):
    return build_document(*parts(*args, **changes))


def answered(
    weights="supporting",
    outputs="opposing",
    controls=("alpha", "beta", "gamma"),
    suspect="tuned",
    **changes,
):
    """The arguments of `build_document`, with an opinion of a kind on each question."""
    comparison, *rest = parts(controls, suspect, **changes)
    kinds = ("weights", weights), ("outputs", outputs)
    said = [opinions.KINDS[kind](question, suspect=suspect) for question, kind in kinds]
    verdict = made.weighed(comparison, said)
    return dataclasses.replace(comparison, verdict=verdict), *rest


def hostile():
    return document(HOSTILE_NAMES, made.HOSTILE)


def nothing_computed(plan, suspect="tuned"):
    """Two metrics without a score, for different reasons."""
    first = made.absent_line(plan, suspect)
    none = NoScore("paired-embedding", "only 1 probe was usable on both sides")
    second = dataclasses.replace(
        first,
        metric="paired-embedding",
        title="Paired embedding similarity",
        suspect=PairScore(suspect, "suspect", none, none),
    )
    return first, second


def section(found, part):
    """The blocks of one part of a document."""
    return found.sections[PARTS.index(part)].blocks


def all_text(found):
    """Every text of a document, one per line."""
    from workbench.report.blocks import texts
    from workbench.report.wording import plain

    blocks = [block for section in found.sections for block in section.blocks]
    return "\n".join(plain(words) for block in [found.cover, *blocks] for words in texts(block))
