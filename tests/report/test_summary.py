"""The first page is for readers who know no statistics."""

import dataclasses
import re
from functools import cache

import pytest
import textstat

from tests import opinions
from tests.report import reports
from workbench.report import build_document
from workbench.report.blocks import Heading, texts
from workbench.report.glossary import GLOSSARY
from workbench.report.wording import plain

HIGHEST_GRADE = 12
TECHNICAL = (
    "access level", "bootstrap", "bounds", "calibration", "centred", "Clopper", "Cllr", "control",
    "cosine", "decoding", "digest", "distribution", "embedding", "entropy", "family", "hypothesis",
    "interval", "journal", "kernel", "lattice", "likelihood ratio", "log10", "logit", "metric", "MMD",
    "null", "observation", "outcome", "pack", "panel", "perplexity", "posterior", "prior", "probe",
    "proposition", "protocol", "p-value", "quantile", "reference", "repeat", "run", "score",
    "suspect", "temperature", "token", "tokenizer", "verdict", "weights",
)  # fmt: skip
"""The project's own terms, and those of statistics that could slip in."""


@cache
def summary(kind):
    """What section 1 says: of both questions, or of a verdict without any."""
    parts = reports.parts() if kind == "no question" else reports.answered(kind, kind)
    blocks = reports.section(build_document(*parts), "summary")
    said = [plain(w) for b in blocks if not isinstance(b, Heading) for w in texts(b)]
    return " ".join(text if text.endswith((".", "?")) else f"{text}." for text in said)


KINDS = (*opinions.KINDS, "no question")


@pytest.mark.parametrize("kind", KINDS)
def test_the_summary_reads_at_a_school_grade(kind):
    assert textstat.flesch_kincaid_grade(summary(kind)) <= HIGHEST_GRADE


def test_what_was_asked_once_more_is_said_in_plain_words_too():
    parts = reports.asked_again(*reports.answered())
    blocks = reports.section(build_document(*parts), "summary")
    said = " ".join(plain(w) for b in blocks if not isinstance(b, Heading) for w in texts(b))
    assert "Some questions were also asked under other settings" in said
    assert textstat.flesch_kincaid_grade(said) <= HIGHEST_GRADE
    assert "under other settings" not in summary("supporting")


@pytest.mark.parametrize("kind", KINDS)
def test_no_term_of_the_summary_is_missing_from_the_glossary(kind):
    known = " ".join(term.word for term in GLOSSARY).casefold()
    used = [
        term
        for term in TECHNICAL
        if re.search(rf"\b{re.escape(term)}(?:s|ies)?\b", summary(kind), re.IGNORECASE)
    ]
    assert [term for term in used if term.casefold() not in known] == []


def test_the_summary_names_no_metric():
    comparison, *rest = reports.answered()
    line = dataclasses.replace(comparison.lines[0], title="Squared kernel distance")
    document = build_document(dataclasses.replace(comparison, lines=(line,)), *rest)
    said = " ".join(plain(w) for b in reports.section(document, "summary") for w in texts(b))
    assert "Squared kernel distance" not in said


def test_the_glossary_is_in_the_order_of_the_alphabet():
    words = [term.word.casefold() for term in GLOSSARY]
    assert words == sorted(words)
