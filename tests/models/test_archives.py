import pytest

from tests.models.packages import npm_package, wheel
from workbench.errors import ModelError
from workbench.models.archives import read_members

FORMS = {"a.whl": wheel, "a.tgz": npm_package}


@pytest.fixture(params=FORMS)
def archive(request, tmp_path):
    def write(files, link=None):
        path = tmp_path / request.param
        path.write_bytes(FORMS[request.param](files, link=link))
        return path

    return write


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_members_come_back_in_the_order_asked_for(archive, out):
    path = archive({"p/one": b"1", "p/two": b"2", "p/three": b"3"})
    read = read_members(path, ["p/three", "p/one"], out)
    assert [file.read_bytes() for file in read] == [b"3", b"1"]


def test_nothing_else_is_unpacked(archive, out):
    read_members(archive({"p/one": b"1", "p/two": b"2"}), ["p/two"], out)
    assert [file.name for file in out.rglob("*") if file.is_file()] == ["two"]


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "p/../../evil", "..\\evil"])
def test_an_archive_that_names_a_path_outside_itself_is_refused(archive, out, name):
    with pytest.raises(ModelError, match="names a path outside itself"):
        read_members(archive({name: b"", "p/one": b"1"}), ["p/one"], out)


def test_a_path_outside_is_not_even_looked_for(archive, out):
    with pytest.raises(ModelError, match="names a path outside itself"):
        read_members(archive({"p/one": b"1"}), ["../p/one"], out)


def test_a_link_is_not_a_member(archive, out):
    with pytest.raises(ModelError, match=r'"p/link" in a.(whl|tgz) is a link'):
        read_members(archive({"p/one": b"1"}, link=("p/link", "/etc/passwd")), ["p/link"], out)
    assert not [path for path in out.rglob("*") if path.is_file()]


def test_a_missing_member_is_named(archive, out):
    with pytest.raises(ModelError, match="does not hold p/two, p/three"):
        read_members(archive({"p/one": b"1"}), ["p/one", "p/two", "p/three"], out)


def test_a_damaged_archive_is_refused(archive, out):
    path = archive({"p/one": b"1" * 10_000})
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ModelError, match="is damaged"):
        read_members(path, ["p/one"], out)
