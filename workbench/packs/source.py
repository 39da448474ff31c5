"""A pack file's text, read within bounds, and the line on which each key stands."""

import os
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.packs.problem import Problem, visible
from workbench.packs.schema import MAX_BYTES

Where = tuple[str | int, ...]

HEADER = re.compile(r"\s*(\[{1,2})\s*([A-Za-z0-9_-]+)\s*\]{1,2}\s*(?:#.*)?")
KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*=\s*(.*)""")
OPEN_TEXT = r"Illegal character '\n'"
"""What tomllib says of a text whose closing quote is missing."""
LONG_QUOTES = ('"""', "'''")
AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
LONG_DOTTED_NAME = re.compile(rf"(?<![A-Za-z0-9_-])(?:{PART}[ \t]*+\.[ \t]*+){{16}}")
"""tomllib's time and memory grow with the square of a dotted name, so long ones never reach it."""


class RefusedError(Exception):
    """A file that cannot be examined further; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a pack file."""

    text: str
    lines: dict[Where, int]

    def line(self, *where: str | int) -> int | None:
        """Line of a key, or of the table around it, or None."""
        while where:
            if where in self.lines:
                return self.lines[where]
            where = where[:-1]
        return None


def inside(path: Path, root: Path) -> Path:
    """Path relative to the folder of packs.

    Raises:
        RefusedError: If it lies outside, or leads through a symbolic link.
    """
    absolute = Path(os.path.normpath(path.absolute()))
    for folder in (Path(os.path.normpath(root.absolute())), root.resolve()):
        if absolute.is_relative_to(folder) and absolute != folder:
            relative = absolute.relative_to(folder)
            if not _leads_straight(root.resolve() / relative):
                raise RefusedError(Problem("it is a symbolic link or lies behind one"))
            return relative
    raise RefusedError(Problem(f"it is not inside the folder of packs, {visible(str(root))}"))


def _leads_straight(file: Path) -> bool:
    try:
        return file.resolve() == file
    except (ValueError, RuntimeError):  # a NUL in the name; a loop of links
        return False


def read_source(file: Path) -> Source:
    """Read a regular file of bounded size as UTF-8.

    Raises:
        RefusedError: If it is missing, too large, not a regular file or not UTF-8.
    """
    return source_of(_read_bytes(file))


def source_of(content: bytes) -> Source:
    """Take a pack's text from its bytes.

    Raises:
        RefusedError: If it is too large or not UTF-8.
    """
    if len(content) > MAX_BYTES:
        raise RefusedError(Problem(f"the file is larger than {MAX_BYTES:,} bytes"))
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedError(Problem("the file is not UTF-8 text", line)) from error
    if text.startswith("\ufeff"):
        raise RefusedError(Problem("the file starts with a byte order mark; save it without", 1))
    return Source(text, _key_lines(text))


def _read_bytes(file: Path) -> bytes:
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            raise RefusedError(Problem("it is not a regular file"))
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise RefusedError(Problem("there is no such file")) from error
    except OSError as error:
        raise RefusedError(Problem(f"it cannot be read ({error.strerror})")) from error


def parse(source: Source) -> dict[str, Any]:
    """Turn the text into tables and values.

    Raises:
        RefusedError: If it is not TOML, or nested beyond reason.
    """
    if long_name := LONG_DOTTED_NAME.search(source.text):
        line = source.text.count("\n", 0, long_name.start()) + 1
        raise RefusedError(Problem("tables are nested too deeply", line))
    try:
        return tomllib.loads(source.text)
    except RecursionError as error:
        raise RefusedError(Problem("lists or tables are nested too deeply")) from error
    except ValueError as error:  # TOMLDecodeError, and whole numbers of thousands of digits
        raise RefusedError(_syntax_problem(str(error), source.text)) from error


def _syntax_problem(message: str, text: str) -> Problem:
    place = AT_LINE.search(message)
    if place is None:
        return Problem("not valid TOML: a number has too many digits")
    line = int(place[1]) if place[1] else text.count("\n") + (not text.endswith("\n"))
    if OPEN_TEXT in message:
        return Problem("not valid TOML: a text in quotes is not closed on its line", line)
    return Problem(f"not valid TOML: {AT_LINE.sub('', visible(message))}", line)


def _key_lines(text: str) -> dict[Where, int]:
    """Find headers and keys line by line, passing over texts that run over several lines."""
    lines: dict[Where, int] = {}
    table: Where = ()
    closing = ""
    probes = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if closing:
            closing = "" if closing in line else closing
        elif header := HEADER.fullmatch(line):
            table = (header[2],) if header[1] == "[" else (header[2], probes)
            probes += header[1] == "[["
            lines.setdefault(table, number)
        elif key := KEY.match(line):
            lines.setdefault((*table, key[1]), number)
            closing = _left_open(key[2])
    return lines


def _left_open(value: str) -> str:
    for quotes in LONG_QUOTES:
        if value.startswith(quotes) and quotes not in value[len(quotes) :]:
            return quotes
    return ""
