"""Metrics beside those on texts: values of every two models at each probe → tables of likeness."""

from collections.abc import Mapping

import numpy as np

from workbench.questions.likeness import Likeness, deal
from workbench.questions.paired import Floats, PairedTable
from workbench.questions.source import Source

ByProbe = Mapping[str, Floats]
"""Probe → likeness of every two models, shape (models, models), higher is more alike; NaN where two
have no value. Where direction matters the row is the reference."""


def with_further(source: Source, likeness: Likeness, further: Mapping[str, ByProbe]) -> Likeness:
    """Put tables of further metrics beside those of a source's texts.

    A probe that is a prompt of the source, such as one whose answers were read, is drawn together with
    it when prompts are drawn again; the others are dealt among themselves.

    Args:
        source: The answers that `likeness` was measured on.
        likeness: Its tables.
        further: Metric → values of every two of the source's models, in its order.
    """
    place = deal([prompt.prompt for prompt in source.prompts], likeness.groups)
    probes = {probe for values in further.values() for probe in values}
    place |= deal(sorted(probes - place.keys()), likeness.groups)
    tables = {}
    for metric, values in further.items():
        table = PairedTable.empty(likeness.groups, len(source.models))
        for probe in sorted(values):
            _add(table, place[probe], values[probe])
        tables[metric] = table
    return likeness.beside(tables)


def _add(table: PairedTable, group: int, values: Floats) -> None:
    known = np.isfinite(values)
    here = np.flatnonzero(known.any(0) | known.any(1))
    inside = values[np.ix_(here, here)]
    np.fill_diagonal(inside, 0.0)  # a model beside itself has no part in centring
    table.add(group, here, inside)
