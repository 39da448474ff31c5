"""The checker across packs, and how much two prompts may resemble each other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packs.made import put, with_prompts
from workbench.packs import check_paths
from workbench.packs.similar import _alike, _resembling, _shingles, normalised


def _problems(paths, root):
    return {file.name: [str(item) for item in file.problems] for file in check_paths(paths, root)}


def test_a_prompt_of_another_pack_is_found_in_the_later_file(tmp_path):
    put(tmp_path, with_prompts("What is your favourite sea?"), at="style/one.toml")
    put(tmp_path, with_prompts("what is  your FAVOURITE sea"), at="style/two.toml")
    assert _problems([tmp_path], tmp_path) == {
        "style/one.toml": [],
        "style/two.toml": [
            'line 18: the prompt of probe "p0" repeats the prompt of probe "p0" in style/one'
        ],
    }


def test_the_library_is_right_and_the_given_file_is_blamed(tmp_path):
    given_file = put(tmp_path, with_prompts("Why is the sky dark at night?"), at="code/given.toml")
    put(tmp_path, with_prompts("Why is the sky dark at nights?"), at="style/library.toml")
    assert _problems([given_file], tmp_path) == {
        "code/given.toml": [
            'line 18: the prompt of probe "p0" is almost the prompt of probe "p0" in style/library'
        ]
    }


def test_a_broken_library_file_is_not_reported_with_another(tmp_path):
    put(tmp_path, "broken", at="style/broken.toml")
    assert _problems([put(tmp_path)], tmp_path) == {"style/made.toml": []}


def test_a_file_given_twice_is_checked_once(tmp_path):
    file = put(tmp_path)
    assert _problems([file, tmp_path, file], tmp_path) == {"style/made.toml": []}


def test_a_missing_file_is_a_problem(tmp_path):
    problems = _problems([tmp_path / "style/none.toml"], tmp_path)
    assert problems == {"style/none.toml": ["there is no such file"]}


def test_a_very_long_list_of_problems_ends_with_a_count(tmp_path):
    text = with_prompts(*["again"] * 501)
    (checked,) = check_paths([put(tmp_path, text)], tmp_path)
    assert len(checked.problems) == 101
    assert str(checked.problems[-1]) == "and 400 more"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (
            "Describe the best day you had last year.",
            "Describe the best days you had last year.",
            True,
        ),
        ("Name a bird that sings.", "Name a fish that sings.", False),
        (
            "In the attic she found a large red box.",
            "In the attic she found a large old box.",
            False,
        ),
        ("Pick a number from 1 to 10.", "Pick a colour from the rainbow.", False),
        ("abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrstuvwxyz12", True),  # 20 of 25 shingles
        ("abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrstuvwxyz123", False),
        ("ha ha ha", "ha ha ha ha ha ha ha ha ha", False),
        ("短い話を書いてください", "短い詩を作ってください", False),
    ],
)
def test_prompts_are_alike_when_almost_nothing_differs(one, other, alike):
    found = list(_resembling([normalised(one), normalised(other)]))
    assert found == ([(1, 0)] if alike else [])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="ab ", min_size=1, max_size=40), max_size=12, unique=True))
def test_the_fast_search_misses_no_pair_that_comparing_all_would_find(texts):
    kept, expected = [], set()
    for index, text in enumerate(texts):
        if any(_alike(_shingles(text), _shingles(texts[other])) for other in kept):
            expected.add(index)
        else:
            kept.append(index)
    assert {later for later, _ in _resembling(texts)} == expected
