"""The truth of a zoo: who descends from whom, and what that makes of every pair.

Labels are those of labelled pairs elsewhere, and a few of the zoo's own. A pair is (reference,
suspect); the suspect's side is where descent is looked for. Pairs in which the reference descends
from the suspect, or in which only a relative of the reference was read by a third party, imitated
or routed to, have no label: no question of the program is about them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.zoo.members import How, Member

BY_KIND = {
    "weights": "same_model_variant",
    "serve": "same_model_variant",
    "merge": "merge_of",
    "tune": "fine_tune_of",
    "lora": "fine_tune_of",
    "distil": "fine_tune_of",
    "follow": "fine_tune_of",
    "contaminate": "fine_tune_of",
    "frame": "fine_tune_of",
}
"""Kind of a member → what it is to the parent whose weights it began with."""
STRONGEST = ("same_model_variant", "fine_tune_of", "merge_of")
"""Along a line of descent the last of these counts."""
BY_HOW: Mapping[How, str] = {
    "answers": "distilled_from",
    "logprobs": "distilled_from",
    "published": "contaminated",
    "style": "framed",
    "routed": "live_proxy",
}
"""What it took of a parent whose weights it does not have → what it is to it."""
LABELS = (
    "same_model_variant",
    "fine_tune_of",
    "merge_of",
    "distilled_from",
    "live_proxy",
    "contaminated",
    "framed",
    "distilled_from_relative",
    "same_base_sibling",
    "shared_teacher",
    "same_recipe_twin",
    "unrelated",
)
"""Every label, from the nearest relation to none."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members and what they are to each other."""

    reference: str
    suspect: str
    label: str
    method: str
    """Recipe of the suspect in a word; empty where it has nothing to do with the label."""
    dose: float | None
    """Share of the suspect's training texts that came from the reference's answers."""
    steps: int | None
    """Recipes between the reference's weights and the suspect's; None where none lead there."""
    families: tuple[str, str]


class Truth:
    """Descent among the members of one zoo."""

    def __init__(self, members: Sequence[Member]) -> None:
        """Take every member, parents first."""
        self._members = {member.name: member for member in members}

    def pairs(self) -> Iterator[Pair]:
        """Every labelled pair with a member that serves as a reference."""
        for reference in self._members.values():
            if not reference.is_reference:
                continue
            for suspect in self._members.values():
                if suspect.name == reference.name:
                    continue
                if (label := self.label(reference.name, suspect.name)) is not None:
                    yield self._pair(reference, suspect, label)

    def label(self, reference: str, suspect: str) -> str | None:
        """What a suspect is to a reference; None where no label fits."""
        own = self._members[suspect]
        for parent in own.parents:
            if parent.name == reference and parent.how != "weights":
                return BY_HOW[parent.how]
        line = self._line(suspect, reference)
        if line is not None:
            return max((BY_KIND[name] for name in line), key=STRONGEST.index)
        if self._descends(reference, suspect):
            return None
        return self._indirect(reference, suspect)

    def _indirect(self, reference: str, suspect: str) -> str | None:
        own = self._members[suspect]
        taken = {p.how for p in own.parents if p.how != "weights" and self._kin(reference, p.name)}
        if taken & {"answers", "logprobs"}:
            return "distilled_from_relative"
        if taken:
            return None
        if self._kin(reference, suspect):
            return "same_base_sibling"
        if self._teachers(reference) & self._teachers(suspect):
            return "shared_teacher"
        if any(self._kin(teacher, suspect) for teacher in self._teachers(reference)):
            return None
        return "same_recipe_twin" if self._twins(reference, suspect) else "unrelated"

    def roots(self, name: str) -> frozenset[str]:
        """Where a member's weights began."""
        begun = self._members[name].named("weights")
        return frozenset().union(*map(self.roots, begun)) if begun else frozenset({name})

    def _kin(self, one: str, other: str) -> bool:
        return bool(self.roots(one) & self.roots(other))

    def _line(self, name: str, ancestor: str) -> tuple[str, ...] | None:
        """Kinds of members from one down to an ancestor of its weights, that one left out."""
        if name == ancestor:
            return ()
        member = self._members[name]
        for parent in member.named("weights"):
            if (rest := self._line(parent, ancestor)) is not None:
                return (member.kind, *rest)
        return None

    def _descends(self, name: str, ancestor: str) -> bool:
        """Whether anything of one came to another, by whatever way."""
        parents = self._members[name].parents
        return any(p.name == ancestor or self._descends(p.name, ancestor) for p in parents)

    def _teachers(self, name: str) -> frozenset[str]:
        """Whose answers went into a member or into the weights that it began with."""
        member = self._members[name]
        own = frozenset((*member.named("answers"), *member.named("logprobs")))
        return own.union(*map(self._teachers, member.named("weights")))

    def _twins(self, one: str, other: str) -> bool:
        pairs = ((a, b) for a in self.roots(one) for b in self.roots(other))
        twin = {name: member.twin_of for name, member in self._members.items()}
        return any(twin[a] == b or twin[b] == a for a, b in pairs)

    def _pair(self, reference: Member, suspect: Member, label: str) -> Pair:
        related = label not in {"unrelated", "same_recipe_twin", "same_base_sibling"}
        shares = len(suspect.named("answers")) or 1
        learned = label in BY_HOW.values() and suspect.dose is not None
        line = self._line(suspect.name, reference.name) if label in STRONGEST else None
        return Pair(
            reference.name,
            suspect.name,
            label,
            suspect.method if related else "",
            suspect.dose / shares if learned and suspect.dose is not None else None,
            None if line is None else len(line),
            (reference.family, suspect.family),
        )
