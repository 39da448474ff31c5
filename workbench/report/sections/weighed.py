"""Tables of what was weighed: alternatives, error rates, other choices, conditions, the scale."""

from collections.abc import Callable, Iterator
from itertools import product

from workbench.evidence.levels import (
    BANDS,
    FEWEST_FAMILIES,
    LOCKED,
    NEUTRAL,
    level_of,
    reaches,
    side,
)
from workbench.evidence.propositions import DERIVED, LABEL_WORDS, account
from workbench.evidence.ratios import interval_words, percent, ratio_words
from workbench.records import Comparison, ErrorRate, LatticeCell, Opinion, Weighing
from workbench.report.blocks import Block, Column, Paragraph, Table
from workbench.report.figures.exhibit import stated
from workbench.report.wording import Words, own, recorded, say

Said = Callable[[str], Words]
"""Takes a sentence made elsewhere, and sets the names in it apart."""


def weighings(comparison: Comparison, opinion: Opinion, said: Said) -> Table:
    """Give every alternative its line, with its likelihood ratio or why there is none."""
    return Table(
        say("“{derived}” against every alternative", derived=said(opinion.proposition.rstrip("."))),
        (
            Column(own("Alternative"), share=1),
            Column(own("Likelihood ratio"), "number"),
            Column(own("90 % interval"), "number"),
            Column(own("Level")),
            Column(own("Bounds"), "number"),
            Column(own("Families"), "number"),
        ),
        tuple(
            (stated(comparison, account(item.alternative)), *_weighing(item, said))
            for item in opinion.weighings
        ),
        strong_rows=tuple(
            i for i, w in enumerate(opinion.weighings) if w.alternative == opinion.headline
        ),
    )


def _weighing(item: Weighing, said: Said) -> tuple[Words, ...]:
    ratio = item.ratio
    if ratio is None:
        return (say("not tested: {reason}", reason=said(item.reason)),)
    return (
        own(ratio_words(ratio.value)),
        own("at the bound" if ratio.at_bound else interval_words(ratio.low, ratio.high)),
        own(item.level or NEUTRAL),
        own(interval_words(ratio.least, ratio.most)),
        own(str(item.families)),
    )


def errors(opinion: Opinion) -> list[Block]:
    """Give the error rates of the calibration, at the levels that its bounds allow at all."""
    rates = [rate for rate in opinion.errors if _within_bounds(opinion, rate)]
    if not rates:
        return []
    return [
        Table(
            own("Error rates of this calibration, every pair judged without its own families"),
            (
                Column(own("Pairs known as"), share=2),
                Column(own("Level or beyond"), share=2),
                Column(own("Should they?")),
                Column(own("Pairs"), "number"),
                Column(own("Families"), "number"),
                Column(own("95 % limit"), "number"),
                Column(own("Neither way"), "number"),
            ),
            tuple(_rate(opinion, rate) for rate in rates),
        ),
        Paragraph(
            own(
                "The limit is the largest share of families that so few counts leave possible "
                "(one-sided, Clopper-Pearson). Pairs that came out neither way count as neither right "
                "nor wrong. Levels that the bounds do not allow are left out."
            ),
            weight="small",
        ),
    ]


def _within_bounds(opinion: Opinion, rate: ErrorRate) -> bool:
    ratios = [item.ratio for item in opinion.weighings if item.ratio is not None]
    ends = (end for ratio in ratios for end in (ratio.least, ratio.most))
    return any(reaches(level_of(end, end, end), rate.level) for end in ends)


def _rate(opinion: Opinion, rate: ErrorRate) -> tuple[Words, ...]:
    known = LABEL_WORDS.get(rate.label)
    derived = rate.label in DERIVED[opinion.question].labels
    return (
        recorded(rate.label) if known is None else own(known),
        own(rate.level),
        own("yes" if derived and side(rate.level) > 0 else "no"),
        own(f"{rate.events} of {rate.pairs}"),
        own(f"{rate.families_reaching} of {rate.families}"),
        own(percent(rate.upper)),
        own(str(rate.inconclusive)),
    )


def lattice(opinion: Opinion) -> list[Block]:
    """Give the likelihood ratio under other choices, with the smallest and the largest named."""
    cells = opinion.lattice
    if not cells:
        return []
    smallest = min(cells, key=lambda cell: cell.log10_lr)
    largest = max(cells, key=lambda cell: cell.log10_lr)
    usual = cells[0].kernel
    choices = list(dict.fromkeys((cell.kernel, cell.panel) for cell in cells))
    return [
        Table(
            own("The likelihood ratio under other choices that could have been made"),
            (
                Column(own("Against"), share=2),
                Column(own("Calibrator")),
                *(Column(own(_choice(*choice, usual)), "number", 1) for choice in choices),
            ),
            tuple(_lattice_rows(cells, choices)),
        ),
        Paragraph(
            own(
                f"Over {len(cells)} combinations the smallest is {_cell(smallest)}; the largest is "
                f"{_cell(largest)}. Scores are {usual} unless a column says otherwise. A half "
                "panel is drawn at random from the controls; low and high are the 5th and 95th "
                "percentile of such draws."
            ),
            weight="small",
        ),
    ]


def _choice(kernel: str, panel: str, usual: str) -> str:
    """A column's title; what is usual goes without saying."""
    return f"{panel} panel" if kernel == usual else f"{panel} panel, {kernel}"


def _lattice_rows(
    cells: tuple[LatticeCell, ...], choices: list[tuple[str, str]]
) -> Iterator[tuple[Words, ...]]:
    found = {(c.alternative, c.calibrator, c.kernel, c.panel): c.log10_lr for c in cells}
    alternatives = dict.fromkeys(cell.alternative for cell in cells)
    calibrators = dict.fromkeys(cell.calibrator for cell in cells)
    for alternative, calibrator in product(alternatives, calibrators):
        values = [found.get((alternative, calibrator, *choice)) for choice in choices]
        yield (
            own(account(alternative).noun),
            own(calibrator),
            *(own("none" if value is None else ratio_words(value)) for value in values),
        )


def _cell(cell: LatticeCell) -> str:
    return (
        f"{ratio_words(cell.log10_lr)} ({cell.calibrator}, {cell.kernel}, {cell.panel} panel, against "
        f"{account(cell.alternative).noun})"
    )


def gates(opinion: Opinion, said: Said) -> list[Block]:
    """Give the conditions under which an opinion may be given."""
    if not opinion.gates:
        return []
    return [
        Table(
            own("Conditions set before any case was seen"),
            (
                Column(own("Condition")),
                Column(own("Met")),
                Column(own("Found and required"), share=1),
            ),
            tuple(
                (own(gate.name), own("yes" if gate.passed else "no"), said(gate.words))
                for gate in opinion.gates
            ),
            strong_rows=tuple(i for i, gate in enumerate(opinion.gates) if not gate.passed),
        )
    ]


def scale() -> Table:
    """Give the whole verbal scale, with what behaviour can never carry marked as such."""
    neutral = (
        own("1"),
        own("1"),
        own(NEUTRAL),
        own("also from 1/2 to 2, and where the interval holds 1"),
    )
    named = list(reversed(BANDS))
    tops = [*(edge for edge, *_ in named[1:]), LOCKED[0][0]]
    low = [
        (*_edges(edge, top), own(words), own(f"from {FEWEST_FAMILIES[words]} families on"))
        for (edge, words, _), top in zip(named, tops, strict=True)
    ]
    never = own("never here: behaviour cannot carry it")
    high = [
        (*_edges(edge, top), recorded(words), never)
        for (edge, words), top in zip(LOCKED, [*(e for e, _ in LOCKED[1:]), None], strict=True)
    ]
    return Table(
        own("The verbal scale in full"),
        (
            Column(own("For derivation"), "number"),
            Column(own("For the alternative"), "number"),
            Column(own("In words"), share=2),
            Column(own("Behavioural evidence may say so"), share=3),
        ),
        (neutral, *low, *high),
    )


def _edges(edge: float, top: float | None) -> tuple[Words, Words]:
    """Both sides of a band of the scale."""
    if top is None:
        return own(f"above {ratio_words(edge)}"), own(f"below {ratio_words(-edge)}")
    return own(interval_words(edge, top)), own(interval_words(-top, -edge))
