"""What a calibration is made from, and how its likelihood ratios did on pairs of known history."""

import streamlit as st

from workbench.calibrations import read
from workbench.evidence.weighing import Calibration
from workbench.explore import curves_of
from workbench.records import Alternative, Curves, NoScore, Question
from workbench.report.exhibits import VALIDATION
from workbench.ui import calibration_tables, choices, curves, state, widgets


def render() -> None:
    """Draw the chosen calibration, of the library or of a case."""
    st.title("Calibration")
    with widgets.errors_shown():
        ours, theirs = st.columns(2)
        with ours:
            store = state.chosen_case()
        folders = choices.calibration_folders(store)
        if not folders:
            _none_yet()
            return
        with theirs:
            name = choices.chosen_calibration(folders)
        _draw(read(folders[name]))


def _none_yet() -> None:
    st.info("There is no calibration yet, so every verdict says that it is not calibrated.")
    st.caption("Make one of labelled scores, and name the folder it goes to:")
    widgets.command("workbench", "evaluate", "--help")
    widgets.command("workbench", "calibrate", "scores.csv", "-o", "data/calibration/NAME")


def _draw(calibration: Calibration) -> None:
    figures = calibration.figures
    widgets.plain(figures.title)
    question = choices.chosen_question(list(calibration.labelled))
    st.header("What it may be used for", anchor=False)
    widgets.table(calibration_tables.gate_rows(figures, question), alt="Conditions and results")
    widgets.plain(calibration_tables.headline(figures, question))
    rows = calibration_tables.system_rows(figures, question)
    widgets.table(rows, alt="Cost and bounds of the likelihood ratio against each alternative")
    alternatives: list[Alternative] = [
        item.alternative
        for item in figures.systems
        if item.question == question and not item.reason
    ]
    if alternatives:
        _curves(calibration, question, choices.chosen_alternative(alternatives))
    else:
        st.info("No alternative could be weighed: the table says what is missing for each.")
    _errors(calibration, question)


def _curves(calibration: Calibration, question: Question, alternative: Alternative) -> None:
    found = curves_of(calibration, question, alternative)
    if isinstance(found, NoScore):
        widgets.plain(found.reason)
        return
    st.caption(
        f"{len(found.derived):,} derived pairs and {len(found.other):,} pairs of the alternative, "
        "each judged without every pair of its own families"
    )
    for number, draw in enumerate(VALIDATION, start=1):
        widgets.exhibit(draw(question, alternative, found, number))
    _trade_off(found)


def _trade_off(found: Curves) -> None:
    st.header("Errors traded", anchor=False)
    roc, det = st.tabs(["ROC", "DET"])
    with roc:
        st.caption("Derived pairs found against others mistaken for derived.")
        widgets.explored(
            curves.roc_figure(found), alt="Derived pairs found against pairs mistaken for derived"
        )
    with det:
        figure = curves.det_figure(found)
        if figure is None:
            st.info("No threshold makes both kinds of error, so there is no curve to draw.")
        else:
            st.caption("Both kinds of error on normal scales.")
            widgets.explored(figure, alt="Derived pairs missed against pairs mistaken for derived")


def _errors(calibration: Calibration, question: Question) -> None:
    st.header("Errors, counted", anchor=False)
    st.caption(
        "Of pairs with a known history, how many reached each level. Families are what is "
        "independent, so the limit is on them."
    )
    rows = calibration_tables.error_rows(calibration.figures, question)
    widgets.table(rows, alt="Pairs and families of each label that reached each level")
    st.header("Protocol", anchor=False)
    protocol = calibration_tables.protocol_rows(calibration.figures, question)
    if protocol.empty:
        st.info("Nobody said how these scores were made, so this calibration fits no case.")
    else:
        widgets.table(protocol, alt="How the labelled scores were made")


if __name__ == "__main__":
    render()
