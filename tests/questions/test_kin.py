import pandas as pd

from workbench.questions.kin import declared_kin

COLUMNS = ("model_id", "family", "vendor", "base_model", "teachers", "preference_data", "date")
ROWS = [
    ("maker-1", "maker", "acme", "closed:acme", None, None, "2020"),
    ("maker-2", "maker-new", "acme", "closed:acme", None, None, "2021"),
    ("student", "student", "crowd", "base-a", "acme:big", None, "2022"),
    ("cousin", "cousin", "crowd", "base-a", "human", None, "2022"),
    ("tuned", "tuned", "crowd", "base-b", None, "set-x+set-y", "2022"),
    ("tuned-too", "tuned-too", "crowd", "base-c", None, "set-y", "2022"),
    ("stranger", "stranger", "crowd", "base-d", "human", None, "2022"),
    ("younger", "stranger", "crowd", "base-d", None, None, "2024"),
]


def kin():
    table = pd.DataFrame(ROWS, columns=COLUMNS).rename(columns={"date": "release_date"})
    return declared_kin(table, [row[0] for row in ROWS])


def related(first, second):
    names = [row[0] for row in ROWS]
    return bool(kin().related[names.index(first), names.index(second)])


def test_relatives_share_family_base_maker_or_preference_data():
    assert related("stranger", "younger")
    assert related("student", "cousin")
    assert related("maker-1", "maker-2")
    assert related("tuned", "tuned-too")


def test_a_student_is_a_relative_of_its_teachers_maker():
    assert related("student", "maker-1")


def test_a_vendor_that_teaches_nobody_relates_nobody():
    assert not related("cousin", "tuned")


def test_teachers_who_are_no_model_relate_nobody():
    assert not related("cousin", "stranger")


def test_a_panel_holds_one_stranger_of_each_family_the_oldest_first():
    names = [row[0] for row in ROWS]
    panel = kin().panel(names.index("student"), names.index("maker-1"))
    assert [names[i] for i in panel] == ["stranger", "tuned", "tuned-too"]


def test_families_alone_are_enough():
    table = pd.DataFrame({"model_id": ["a", "b", "c"], "family": ["f", "f", "g"]})
    found = declared_kin(table, ["a", "b", "c"])
    assert found.related.tolist() == [
        [True, True, False],
        [True, True, False],
        [False, False, True],
    ]
