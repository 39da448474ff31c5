"""A version that a run used never changes."""

from dataclasses import replace

import pytest

from tests import made
from tests.packs.made import changed, put
from workbench.errors import PackError
from workbench.packs import check_paths, check_versions, load_pack

PACK = made.pack()


def test_an_unused_version_may_change():
    check_versions([PACK], {})


def test_a_used_version_may_be_used_again():
    check_versions([PACK], {(PACK.id, 1): PACK.digest})


def test_a_used_version_may_not_change():
    with pytest.raises(PackError) as error:
        check_versions([replace(PACK, title="New")], {(PACK.id, 1): PACK.digest})
    assert error.value.problems == [
        "style/greetings: version 1 was asked with other content; raise version to 2"
    ]


def test_a_later_version_may_differ():
    check_versions([replace(PACK, title="New", version=2)], {(PACK.id, 1): PACK.digest})


def test_the_next_free_version_is_named():
    asked = {(PACK.id, 1): "sha256:one", (PACK.id, 3): "sha256:three"}
    with pytest.raises(PackError, match="raise version to 4"):
        check_versions([PACK], asked)


def test_the_checker_points_to_the_line_of_the_version(tmp_path):
    before = load_pack(put(tmp_path), tmp_path)
    file = put(tmp_path, changed(("Small choices", "Other choices")))
    (checked,) = check_paths([file], tmp_path, {("style/made", 1): before.digest})
    assert [str(problem) for problem in checked.problems] == [
        "line 3: version 1 was asked with other content; raise version to 2"
    ]
