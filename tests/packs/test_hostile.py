"""Files made to do harm: they are refused, quickly and in words."""

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.packs.made import GOOD, HEAD, changed, put, with_prompts
from workbench.errors import PackError
from workbench.packs import check_paths, load_pack


def _problems(file, root):
    with pytest.raises(PackError) as error:
        load_pack(file, root)
    return error.value.problems


def test_a_path_that_climbs_out_of_the_folder_is_refused(tmp_path):
    root = tmp_path / "probes"
    root.mkdir()
    put(tmp_path, at="style/outside.toml")
    climbing = root / "style" / ".." / ".." / "style" / "outside.toml"
    assert _problems(climbing, root) == [f"it is not inside the folder of packs, {root}"]


def test_an_absolute_path_elsewhere_is_refused(tmp_path):
    root = tmp_path / "probes"
    root.mkdir()
    outside = put(tmp_path / "elsewhere")
    assert _problems(outside, root) == [f"it is not inside the folder of packs, {root}"]


@pytest.mark.parametrize("target", ["outside/style/made.toml", "probes/style/real.toml"])
def test_a_symbolic_link_is_refused_wherever_it_leads(tmp_path, target):
    put(tmp_path / "outside")
    root = tmp_path / "probes"
    put(root, at="style/real.toml")
    link = root / "style/link.toml"
    link.symlink_to(tmp_path / target)
    assert _problems(link, root) == ["it is a symbolic link or lies behind one"]


def test_a_linked_family_is_refused_aloud(tmp_path):
    put(tmp_path / "outside")
    root = tmp_path / "probes"
    root.mkdir()
    (root / "style").symlink_to(tmp_path / "outside/style")
    (checked,) = check_paths([root], root)
    assert [str(item) for item in checked.problems] == ["it is a symbolic link or lies behind one"]


def test_a_link_to_itself_is_refused(tmp_path):
    loop = tmp_path / "style/loop.toml"
    loop.parent.mkdir()
    loop.symlink_to(loop)
    assert _problems(loop, tmp_path) == ["it is a symbolic link or lies behind one"]


def test_a_pipe_is_not_waited_for(tmp_path):
    pipe = tmp_path / "style/pipe.toml"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    assert _problems(pipe, tmp_path) == ["it is not a regular file"]


def test_a_folder_named_like_a_pack_is_refused(tmp_path):
    (tmp_path / "style/folder.toml").mkdir(parents=True)
    assert _problems(tmp_path / "style/folder.toml", tmp_path) == ["it is not a regular file"]


def test_a_name_with_a_nul_or_of_endless_length_is_refused(tmp_path):
    (tmp_path / "style").mkdir()
    nul = _problems(tmp_path / "style/a\0b.toml", tmp_path)
    assert nul == ["it is a symbolic link or lies behind one"]
    endless = _problems(tmp_path / f"style/{'a' * 300}.toml", tmp_path)
    assert endless[-1] == "it cannot be read (File name too long)"


def test_two_megabytes_are_not_read(tmp_path):
    file = put(tmp_path, GOOD + "#" * 2_000_000)
    assert _problems(file, tmp_path) == ["the file is larger than 1,000,000 bytes"]


def test_ten_thousand_probes_do_not_fit(tmp_path):
    text = with_prompts(*(f"Say {number}." for number in range(10_000)))
    problems = _problems(put(tmp_path, text), tmp_path)
    assert problems == ["there are 10,000 probes; at most 2,000 fit"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a = " + "[" * 300_000, "lists or tables are nested too deeply"),
        ("a = " + "{b = " * 100_000, "lists or tables are nested too deeply"),
        ("a" + ".a" * 490_000 + " = 1", "line 1: tables are nested too deeply"),
        ('a = 1\n["a"' + ' . "a"' * 150_000 + "]", "line 2: tables are nested too deeply"),
    ],
)
def test_a_nesting_bomb_is_refused(tmp_path, content, problem):
    began = time.monotonic()
    assert _problems(put(tmp_path, content), tmp_path) == [problem]
    assert time.monotonic() - began < 5  # unbounded, the last two take minutes and gigabytes


def test_a_prompt_of_many_dots_is_not_nesting(tmp_path):
    dots = "a. b. c. d. e. f. g. h. i. j. k. l. m. n. o"
    assert load_pack(put(tmp_path, changed(("Name a bird that sings.", dots))), tmp_path)


def test_a_title_cannot_write_to_the_terminal(tmp_path):
    file = put(tmp_path, changed(('key = "bird"', 'key = "\\u001b[2Jbird"')))
    (problem,) = _problems(file, tmp_path)
    assert problem.isprintable()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_a_pack_error(tmp_path, content):
    with pytest.raises(PackError):
        load_pack(put(tmp_path, content), tmp_path)


SCALARS = [
    *('""', '"x"', "0", "-1", "1e400", "nan", "true", "1979-05-27", "0xffffffffffffffffffff"),
    *('"\\u202e"', '"TODO"', '"generate"', '"passage"', '"next_token"', '"raw"', '"ru"', "{}"),
]
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)
LINES = [line for line in GOOD.splitlines() if "=" in line]


def _loads_or_says_why(file, root):
    try:
        return load_pack(file, root).digest.startswith("sha256:")
    except PackError as error:
        return bool(error.problems) and all(text.isprintable() for text in error.problems)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(LINES), VALUES), min_size=1, max_size=4))
def test_any_value_in_any_place_raises_nothing_but_a_pack_error(tmp_path, edits):
    text = GOOD
    for line, value in edits:
        text = text.replace(line, f"{line.split(' = ', maxsplit=1)[0]} = {value}")
    assert _loads_or_says_why(put(tmp_path, text), tmp_path)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, len(GOOD)), extra=st.text(max_size=20))
def test_a_damaged_pack_raises_nothing_but_a_pack_error(tmp_path, cut, extra):
    damaged = f"{GOOD[:cut]}{extra}{GOOD[cut + len(extra) :]}".encode("utf-8", "surrogatepass")
    assert _loads_or_says_why(put(tmp_path, damaged), tmp_path)


def test_head_is_not_a_pack_by_itself(tmp_path):
    assert _problems(put(tmp_path, HEAD), tmp_path) == [
        "there are no probes; add a [[probe]] with key and prompt"
    ]
