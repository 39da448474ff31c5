"""Wheels and npm packages written in memory."""

import hashlib
import io
import tarfile
import zipfile

from workbench.records import ModelEntry

LINK = 0o120777 << 16


def wheel(files, *, link=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
        if link is not None:
            info = zipfile.ZipInfo(link[0])
            info.external_attr = LINK
            package.writestr(info, link[1])
    return buffer.getvalue()


def npm_package(files, *, link=None):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as package:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            package.addfile(info, io.BytesIO(content))
        if link is not None:
            info = tarfile.TarInfo(link[0])
            info.type, info.linkname = tarfile.SYMTYPE, link[1]
            package.addfile(info)
    return buffer.getvalue()


def folder_files(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def packaged(source, files, **changes):
    """An entry for plain files in one package, pinned to what they hold."""
    return ModelEntry(
        **{
            "name": "boxed",
            "title": "Boxed",
            "family": "boxed",
            "backend": "local",
            "source": source,
            "format": "safetensors",
            "file": " ".join(files),
            "sha256": hashlib.sha256(b"".join(files.values())).hexdigest(),
            **changes,
        }
    )
