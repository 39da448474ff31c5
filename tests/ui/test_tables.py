import pandas as pd
from streamlit.testing.v1 import AppTest

from tests import made
from workbench.records import NoScore
from workbench.report.blocks import Column, Table
from workbench.report.wording import own
from workbench.ui import probe_tables, tables


def answers(*rows):
    columns = ["repeat", "outcome", "text", "note", "token_count"]
    return pd.DataFrame([(*row, 4) for row in rows], columns=columns)


def test_the_same_answer_in_several_repeats_is_shown_once():
    given = answers(
        (0, "answered", "Yes.", None),
        (1, "failed", None, "the server hung up"),
        (2, "answered", "Yes.", None),
    )
    found = [(words, row["outcome"]) for words, row in probe_tables.repeats_together(given)]
    assert found == [("repeats 1, 3", "answered"), ("repeat 2", "failed")]


def test_answers_that_differ_in_one_space_are_two():
    given = answers((0, "answered", "Yes.", None), (1, "answered", "Yes. ", None))
    assert len(list(probe_tables.repeats_together(given))) == 2


def test_a_score_missing_for_one_model_says_why_in_its_row():
    line = made.line("m", "M", made.plan([made.pack()]), "tuned", ["a#1"])
    gap = made.PairScore("beta", "control", NoScore("m", "no answers"), NoScore("m", "no answers"))
    line = made.EvidenceLine(
        **{name: getattr(line, name) for name in line.__slots__} | {"controls": (gap,)}
    )
    rows = tables.score_rows(line)
    assert rows.iloc[1].tolist() == [
        "control", "beta", "not computed", "—", "not computed", "—", "—", "no answers",
    ]  # fmt: skip


def test_a_long_answer_is_cut_and_says_how_much_is_left():
    page = AppTest.from_string(
        "from workbench.ui import widgets\nwidgets.quoted('a' * 1500, whole=False)",
        default_timeout=30,
    ).run()
    assert page.code[0].value == "a" * 1200
    assert page.caption[0].value == "Cut here: 300 more characters."


def test_a_failed_answer_shows_its_note_and_no_text():
    page = AppTest.from_string(
        "import pandas as pd\n"
        "from workbench.ui import probe_tables, widgets\n"
        "row = pd.Series({'outcome': 'failed', 'text': None, 'note': 'hung *up*',"
        " 'token_count': 0})\n"
        "widgets.answer('repeat 2', row, whole=True)",
        default_timeout=30,
    ).run()
    assert [text.value for text in page.text] == ["repeat 2 · failed · 0 tokens", "Note: hung *up*"]
    assert len(page.code) == 0


def test_columns_that_share_a_title_say_what_they_stand_behind():
    titles = ("Left out", "Lowest", "without", "Highest", "without")
    cells = tuple(own(str(n)) for n in range(5))
    table = Table(own("Scores"), tuple(Column(own(title)) for title in titles), (cells,))
    assert tables.report_rows(table).columns.tolist() == [
        "Left out", "Lowest", "without (Lowest)", "Highest", "without (Highest)",
    ]  # fmt: skip
