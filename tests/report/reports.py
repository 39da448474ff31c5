"""Made reports: documents of made comparisons, plain and hostile."""

import dataclasses
import subprocess
import sys
from pathlib import Path

from tests import made, opinions
from workbench.digest import digest_of_text
from workbench.records import NoScore, PairScore
from workbench.report import build_document
from workbench.report.blocks import (
    Column,
    Command,
    Heading,
    KeyValues,
    Paragraph,
    Points,
    Section,
    Table,
)
from workbench.report.contents import PARTS
from workbench.report.wording import name, own, recorded

PROJECT = Path(__file__).resolve().parents[2]
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
HOSTILE_PARTY = "<b>#let x = 1</b>\u202e, which proves theft"
HOSTILE_ANSWERS = (
    "模型说：你好，世界。",
    "قال النموذج: مرحبا بالعالم",
    "😀 👩🏽‍💻 🏳️‍🌈 done",
    "a\x00b\x00 and \x1b[31mred\x1b[0m",
    "\u202egpj.exe\u202c \u2066x\u2069 \u200b",
    '#strong[x] $a^2$ <lab> @ref #import "x.typ": * `raw` *b* _i_ // c',
    "\\textbf{x} \\input{/etc/passwd} $$\\frac{1}{2}$$ % & ~",
    "</style><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\n= Heading\n- item\n/ term: x\n\t+ one\r\n",
    "e\u0301\u0301\u0301\u0301\u0301\u0301 ﷽ \U0010ffff \ue000 \ud800",
    "x" * 400,
)

PROSE = "A letter opens with a greeting, says why it was written, and closes with thanks. " * 10


def parts(
    controls=("alpha", "beta", "gamma"),
    suspect="tuned",
    probes=3,
    asked_by="",
    done_by="",
    **changes,
):
    """The arguments of `build_document`."""
    packs = [
        made.pack(probes=probes),
        made.pack("continuation/openings", "next_token", probes=2, repeats=1),
    ]
    plan = made.plan(packs, (suspect,), controls, asked_by=asked_by, done_by=done_by)
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


def asked_again(comparison, plan, runs, packs, other=0.3):
    """The same arguments, of a plan that asks texts once more at another temperature."""
    plan = dataclasses.replace(plan, other_temperature=other)
    runs = [dataclasses.replace(run, plan_digest=plan.digest) for run in runs]
    return dataclasses.replace(comparison, plan_digest=plan.digest), plan, runs, packs


def hostile():
    return document(HOSTILE_NAMES, made.HOSTILE, asked_by=HOSTILE_PARTY, done_by=made.HOSTILE)


def quoting(found, answers=HOSTILE_ANSWERS, pages=0):
    """A report that prints answers in every kind of block, and then so many pages more of them."""
    shown = [recorded(text) for text in answers]
    cells = tuple((own(str(n)), words, words) for n, words in enumerate(shown))
    columns = (
        Column(own("No."), "number"),
        Column(own("Code"), "code", 1),
        Column(own("Text"), share=1),
    )
    blocks = (
        Heading(shown[0]),
        *(Paragraph(words, weight) for words in shown for weight in ("normal", "answer", "small")),
        Points(tuple(shown)),
        KeyValues(tuple((name(text), recorded(text)) for text in answers)),
        Table(shown[1], columns, cells, strong_rows=(2,)),
        *(Command(text) for text in answers),
        *(Paragraph(recorded(f"{n}. {PROSE} {answers[n % 10]}")) for n in range(7 * pages)),
    )
    section = Section(len(found.sections) + 1, own("Answers"), blocks)
    return dataclasses.replace(found, sections=(*found.sections, section))


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


def printed_elsewhere(code, folder):
    """What a program prints in two other processes, folders, time zones and orders of hashing."""
    places = ((folder, "Asia/Tokyo", "1"), ("/", "America/Lima", "2"))
    return {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            cwd=place,
            env={"PYTHONPATH": str(PROJECT), "TZ": zone, "PYTHONHASHSEED": seed},
        ).stdout
        for place, zone, seed in places
    }
