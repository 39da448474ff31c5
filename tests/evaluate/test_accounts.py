"""Sets of accounts from a table of scores: what goes in, what is set aside, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from workbench import calibrations
from workbench.cli import app
from workbench.errors import CalibrationError, EvaluationError
from workbench.evaluate.accounts import accounts
from workbench.evaluate.protocols import write_protocols
from workbench.evidence.attribution import NONE
from workbench.records import DecodingUsed, Protocol

PROTOCOL = Protocol(
    "text", ("word-bigram",), {}, ("one",), {"recorded": DecodingUsed(None, None, 1)}
)
PROTOCOLS = {"here": {"weights": PROTOCOL}}
FAMILIES = 8


def row(reference, suspect, score, label, families):
    named = dict(zip(("reference_family", "suspect_family"), families, strict=True))
    return {
        "source": "here", "reference": reference, "suspect": suspect, "label": label, "controls": 6,
        "weights_score": score, "weights_low": score - 0.5, "weights_high": score + 0.5,
        "recipe": f"{families[0]} > {families[1]}", **named,
    }  # fmt: skip


def labelled():
    """Eight families, a derivative each at 5 to 12, and unrelated pairs about 0."""
    dice = np.random.default_rng(3)
    rows = [
        row(f"f{i}", f"f{i}-tuned", 5.0 + i, "fine_tune_of", (f"f{i}", f"f{i}"))
        for i in range(FAMILIES)
    ]
    rows += [
        row(f"f{i}", f"f{j}", float(dice.normal(0, 1)), "unrelated", (f"f{i}", f"f{j}"))
        for i in range(FAMILIES)
        for j in range(i)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("calibration") / "made"
    _, kept = calibrations.make(
        labelled(), name="made", title="Made up", protocols=PROTOCOLS["here"]
    )
    calibrations.write(kept, found)
    return found


@pytest.fixture(scope="module")
def calibration(folder):
    return calibrations.read(folder)


def table(**scores):
    return pd.DataFrame(
        [row(name, "s", score, "", (f"{name}-family", "s")) for name, score in scores.items()]
    )


def found(calibration, scores, alpha=0.2):
    return accounts(scores, "weights", calibration, PROTOCOLS, alpha=alpha)


def test_a_high_score_leaves_its_candidate_alone_in_the_set(calibration):
    (one,) = found(calibration, table(a=9.0, b=0.1))
    assert one.attribution.fitting == ("a",)
    assert one.attribution.coverage == 0.8


def test_low_scores_leave_none_of_these(calibration):
    (one,) = found(calibration, table(a=0.0, b=0.1))
    assert one.attribution.fitting == (NONE,)


def test_a_score_between_both_fits_no_account(calibration):
    (one,) = found(calibration, table(a=4.0, b=0.1))
    assert one.attribution.fitting == ()


def test_derived_p_counts_the_families_that_scored_as_low(calibration):
    (one,) = found(calibration, table(a=7.0))
    assert one.attribution.accounts[0].p == pytest.approx((1 + 3) / 9)


def test_families_of_suspect_and_candidates_are_set_aside(calibration):
    """A reference known to the calibration under another spelling, and a family named in the table."""
    scores = pd.DataFrame(
        [row("F-1", "s", 7.0, "", ("else", "f2")), row("b", "s", 0.0, "", ("b", "f2"))]
    )
    (one,) = found(calibration, scores)
    assert one.set_aside == ("f1", "f2")
    assert one.attribution.accounts[0].p == pytest.approx((1 + 1) / 7)


def test_sources_and_suspects_are_told_apart(calibration):
    scores = pd.concat([table(a=9.0), table(a=0.0).assign(suspect="t")])
    assert [(one.suspect, one.attribution.fitting) for one in found(calibration, scores)] == [
        ("s", ("a",)),
        ("t", (NONE,)),
    ]


def test_a_pair_without_a_score_is_no_candidate(calibration):
    (one,) = found(calibration, table(a=9.0, b=float("nan")))
    assert [account.name for account in one.attribution.accounts] == ["a", NONE]


def test_a_pair_given_twice_is_refused(calibration):
    with pytest.raises(EvaluationError, match="s is scored twice against a in source here"):
        found(calibration, pd.concat([table(a=9.0), table(a=1.0)]))


def test_a_table_without_scores_is_refused(calibration):
    with pytest.raises(EvaluationError, match="no score of the weights question"):
        found(calibration, table(a=float("nan")))


def test_scores_of_another_protocol_are_refused(calibration):
    other = Protocol("text", ("word-bigram", "rare-phrases"), {}, ("one",), PROTOCOL.decoding)
    with pytest.raises(CalibrationError, match="other metrics"):
        accounts(table(a=1.0), "weights", calibration, {"here": {"weights": other}}, alpha=0.2)


def test_scores_that_nobody_explains_are_refused(calibration):
    with pytest.raises(CalibrationError, match="Nothing beside the table says how"):
        accounts(table(a=1.0), "weights", calibration, {}, alpha=0.2)


def test_the_command_writes_one_row_per_account(folder, tmp_path, capsys):
    scores = tmp_path / "scores.csv"
    table(a=9.0, b=0.1).to_csv(scores, index=False)
    write_protocols(PROTOCOLS, scores)
    sets = tmp_path / "sets.csv"
    words = ["attribute", str(scores), "--calibration", str(folder), "-o", str(sets), "--json"]
    app(words, standalone_mode=False)
    (one,) = json.loads(capsys.readouterr().out)
    assert one["set"] == ["a"]
    written = pd.read_csv(sets)
    assert written["account"].tolist() == ["a", "b", NONE]
    assert written["kept"].tolist() == [1, 0, 0]
