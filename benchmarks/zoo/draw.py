"""A zoo to look at: each member under the one whose weights it began with, as text and as a picture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from benchmarks.zoo.members import How, Member
from benchmarks.zoo.record import Recorded

LINE, INDENT, MARGIN = 15, 22, 12
LEFT, WIDTH = 430, 900
"""Where lines of answers run beside the names, and how wide the picture is."""
COLOURS: Mapping[How, str] = {
    "weights": "#444444",
    "answers": "#b2182b",
    "logprobs": "#e08214",
    "published": "#8073ac",
    "style": "#1b7837",
    "routed": "#2166ac",
}
DASHES: Mapping[How, str] = {
    "weights": "",
    "answers": "",
    "logprobs": "6 3",
    "published": "2 3",
    "style": "8 3 2 3",
    "routed": "1 2",
}
WORDS: Mapping[How, str] = {
    "weights": "began with the weights",
    "answers": "learned from answers",
    "logprobs": "learned from log-probabilities",
    "published": "read published answers",
    "style": "imitates the manner",
    "routed": "passes questions on",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """One member and where it stands."""

    member: Member
    depth: int
    """0 for a root."""
    digest: str
    """First digits of its weights' digest; empty for one that shows none."""


def placed(recorded: Recorded) -> list[Placed]:
    """Every member, each right under the one whose weights it began with."""
    children: dict[str | None, list[Member]] = {}
    for member in recorded.members:
        children.setdefault(next(iter(member.named("weights")), None), []).append(member)

    def below(parent: str | None, depth: int) -> Iterator[Placed]:
        for member in children.get(parent, ()):
            made = recorded.made.get(member.name)
            digest = made.weights_digest.partition(":")[2][:8] if made else ""
            yield Placed(member, depth, digest)
            yield from below(member.name, depth + 1)

    return list(below(None, 0))


def as_text(recorded: Recorded) -> Iterator[str]:
    """One line for each member: name, recipe, weights and what else it took of whom."""
    for one in placed(recorded):
        name = "  " * one.depth + one.member.name
        yield f"{name:<44} {one.member.method:<26} {one.digest:<9} {taken(one.member)}".rstrip()


def taken(member: Member) -> str:
    """What a member took of others than the parent it began with, in words."""
    first, *_ = (*member.named("weights"), "")
    others = [f"{WORDS[p.how]}: {p.name}" for p in member.parents if p.name != first]
    twin = [f"same recipe as {member.twin_of}"] if member.twin_of else []
    dose = [f"dose {member.dose:.1%}"] if member.dose is not None else []
    return ", ".join([*others, *twin, *dose])


def as_svg(recorded: Recorded) -> str:
    """A picture of a zoo: a tree of weights, and curves for everything else that was taken."""
    rows = placed(recorded)
    place = {one.member.name: (at, one) for at, one in enumerate(rows)}
    height = 2 * MARGIN + LINE * (len(rows) + len(WORDS) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"',
        f'viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="11">',
        f"<title>Descent of the {len(rows)} members of the {escape(recorded.size)} zoo</title>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for at, one in enumerate(rows):
        parts += _row(at, one, place)
    parts += _legend(len(rows) + 1)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(at: int, one: Placed, place: Mapping[str, tuple[int, Placed]]) -> Iterator[str]:
    x, y = MARGIN + INDENT * one.depth, _height(at)
    label = escape(f"{one.member.name} · {one.member.method}")
    yield f'<text x="{x + 6}" y="{y + 4}" fill="#111111">{label}</text>'
    for parent in one.member.parents:
        row, other = place[parent.name]
        if parent.how == "weights" and other.depth == one.depth - 1 and row < at:
            corner = MARGIN + INDENT * other.depth + 9
            yield _line(f"M{corner} {_height(row) + 7} V{y} H{x + 3}", parent.how)
        else:
            reach = LEFT + 120 + min(300, 8 * abs(row - at))
            curve = f"C{reach} {_height(row)} {reach} {y} {LEFT} {y}"
            yield _line(f"M{LEFT} {_height(row)} {curve}", parent.how)
            yield f'<circle cx="{LEFT}" cy="{y}" r="2.5" fill="{COLOURS[parent.how]}"/>'


def _line(path: str, how: How) -> str:
    dash = f' stroke-dasharray="{DASHES[how]}"' if DASHES[how] else ""
    return f'<path d="{path}" fill="none" stroke="{COLOURS[how]}" stroke-width="1"{dash}/>'


def _legend(at: int) -> Iterator[str]:
    for row, (how, words) in enumerate(WORDS.items(), start=at):
        y = _height(row)
        yield _line(f"M{MARGIN} {y} H{MARGIN + 40}", how)
        yield f'<text x="{MARGIN + 48}" y="{y + 4}" fill="#111111">{words}</text>'


def _height(row: int) -> int:
    return MARGIN + LINE * row + LINE // 2
