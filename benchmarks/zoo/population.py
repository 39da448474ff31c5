"""Who lives in a zoo: every member with its recipe, parents before children.

Each teacher is a root's tuned model. It has a sibling, derivatives of its weights, servers that hide
it, and students on its own base and on another family's base, at several doses. Twins share a
recipe and nothing else; loners have no kin.
"""

from collections.abc import Iterator
from dataclasses import asdict

from benchmarks.zoo.members import Member, Parent
from benchmarks.zoo.sizes import Size

TREES = ("oak", "elm", "ash", "fir", "yew", "bay", "box", "lime", "rowan")
BEASTS = ("fox", "owl", "elk", "hen", "cod", "bee", "ant", "doe", "eel")
STONES = ("iron", "tin", "zinc", "lead", "gold", "salt", "clay", "opal", "jade", "flint")
DOSES = (1.0, 0.1, 0.01, 0.001)
CONTAMINATION = 0.02
"""Share of a contaminated model's text that is a teacher's published answers."""
ROUTED = 0.2
"""Share of questions that a live proxy passes on."""
TRAIN_RATE, TUNE_RATE = 3e-3, 1e-3
SYSTEM_PROMPT = "Answer the reader briefly, in plain words, and stay with the matter.\n\n"
WEIGHT_CHANGES: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("int8", "quantise", {"bits": 8, "group": 32}),
    ("int4", "quantise", {"bits": 4, "group": 32}),
    ("pruned", "prune", {"share": 0.3}),
    ("noisy", "noise", {"share": 0.02}),
    ("permuted", "permute", {}),
    ("rotated", "rotate", {}),
    ("shortened", "drop", {"layers": 1}),
)
"""Name, method of `models.recipe.METHODS`, options."""


def population(size: Size) -> tuple[Member, ...]:
    """Every member of a zoo, parents first."""
    return tuple(_Planner(size).members())


class _Planner:
    """Names and recipes of one size."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._trees = [self._name(tree) for tree in TREES[: size.teachers]]
        self._beasts = [self._name(beast) for beast in BEASTS[: size.teachers]]
        self._stones = [self._name(stone) for stone in STONES[: size.loners]]
        self._roots = [*self._trees, *self._beasts, *self._stones]

    def _name(self, own: str) -> str:
        return f"zoo-{self._size.name}-{own}"

    def members(self) -> Iterator[Member]:
        for name in self._size.registry:
            yield Member(name, "fetch", name, "registry", is_reference=True)
        for at, name in enumerate(self._roots):
            yield self._root(name, at)
        for name in self._twins:
            recipe = self._root(name, self._roots.index(name)).recipe
            twin = f"{name}-twin"
            yield Member(
                twin, "train", twin, "from scratch", (), recipe, twin_of=name, is_reference=True
            )
        for at in range(self._size.teachers):
            yield from self._teachers(at)
        for at in range(self._size.teachers):
            yield from self._derivatives(at)
            yield from self._servers(at)
            yield from self._students(at)
            yield from self._hard_cases(at)

    # --- roots ------------------------------------------------------------------------------

    @property
    def _twins(self) -> list[str]:
        """Two teachers' bases, then one student's base, and so on."""
        order, trees, beasts = [], list(self._trees), list(self._beasts)
        while trees or beasts:
            order += [*trees[:2], *beasts[:1]]
            del trees[:2], beasts[:1]
        return order[: self._size.twins]

    def _mix(self, at: int) -> tuple[str, str]:
        mixes = self._size.corpora
        main, rest = mixes[at % len(mixes)]
        return (main, rest) if at < len(mixes) else (rest, main)

    def _root(self, name: str, at: int) -> Member:
        size = self._size
        shape = size.shapes[at % len(size.shapes)]
        main, rest = self._mix(at)
        recipe = {
            "corpora": [[main, 0.7], [rest, 0.3]],
            "tokenizer": self._tokenizer(name, at),
            "shape": asdict(shape),
            "tied": at % 3 != 2,
            "steps": size.train_steps,
            "batch": size.train_batch,
            "length": size.length,
            "rate": TRAIN_RATE * (1.0, 0.7, 1.3)[at % 3],
        }
        return Member(name, "train", name, "from scratch", (), recipe, is_reference=True)

    def _tokenizer(self, name: str, at: int) -> dict[str, object]:
        """Own corpora and size; the first two loners share a teacher's and a student base's."""
        shared = dict(zip(self._stones[:2], (0, self._size.teachers), strict=False))
        at = shared.get(name, at)
        sizes = self._size.vocabularies
        return {"corpora": list(self._mix(at)), "vocabulary": sizes[at % len(sizes)]}

    # --- tuned on questions and answers -----------------------------------------------------

    def _tuned(self, corpus: str, manner: int | None, share: float = 1.0) -> dict[str, object]:
        return {
            "corpus": corpus,
            "manner": manner,
            "texts": self._size.texts,
            "steps": max(1, int(self._size.tune_steps * share)),
            "batch": self._size.batch,
            "length": self._size.length,
            "rate": TUNE_RATE,
        }

    def _main(self, at: int) -> str:
        mixes = self._size.corpora
        return mixes[at % len(mixes)][0]

    def _teachers(self, at: int) -> Iterator[Member]:
        tree, beast, count = self._trees[at], self._beasts[at], self._size.teachers
        base = (Parent(tree),)
        first = self._tuned(self._mix(at)[1], at)
        second = self._tuned(self._mix(at)[0], at + 6)
        plain = self._tuned(self._main(at + count), None)
        yield Member(f"{tree}-chat", "tune", tree, "tuned", base, first, is_reference=True)
        yield Member(f"{tree}-other", "tune", tree, "tuned", base, second, is_reference=True)
        yield Member(
            f"{beast}-plain", "tune", beast, "tuned", (Parent(beast),), plain, is_reference=True
        )

    # --- of the teacher's weights -----------------------------------------------------------

    def _derivatives(self, at: int) -> Iterator[Member]:
        tree = self._trees[at]
        chat = (Parent(f"{tree}-chat"),)
        elsewhere = self._main(at + 1)
        light = {**self._tuned(elsewhere, None, 0.3), "rate": TUNE_RATE / 3}
        heavy = self._tuned(elsewhere, None, 2.0)
        low = {**self._tuned(elsewhere, None), "rank": 4, "rate": 3 * TUNE_RATE}
        yield Member(f"{tree}-light", "tune", tree, "fine-tuned, light", chat, light)
        yield Member(f"{tree}-heavy", "tune", tree, "fine-tuned, heavy", chat, heavy)
        yield Member(f"{tree}-lora", "lora", tree, "low-rank, merged", chat, low)
        for own, method, options in WEIGHT_CHANGES:
            recipe = {"method": method, "options": options}
            yield Member(f"{tree}-{own}", "weights", tree, own, chat, recipe)
        both = (*chat, Parent(f"{tree}-other"))
        yield Member(f"{tree}-merged", "merge", tree, "merged", both, {"share": 0.5})

    def _servers(self, at: int) -> Iterator[Member]:
        tree, other = self._trees[at], self._beasts[(at + 3) % self._size.teachers]
        chat = f"{tree}-chat"
        for own, recipe in (
            ("prompted", {"how": "prompt", "text": SYSTEM_PROMPT}),
            ("warm", {"how": "temperature", "temperature": 1.0}),
            ("paraphrased", {"how": "paraphrase"}),
        ):
            yield Member(f"{tree}-{own}", "serve", tree, f"served, {own}", (Parent(chat),), recipe)
        parents = (Parent(f"{other}-plain"), Parent(chat, "routed"))
        recipe = {"how": "proxy", "share": ROUTED}
        name = f"{other}-proxy-{self._own(tree)}"
        yield Member(name, "serve", other, "live proxy", parents, recipe, ROUTED)

    # --- of the teacher's answers -----------------------------------------------------------

    def _taught(self, at_base: int, **more: object) -> dict[str, object]:
        size = self._size
        return {
            "own": self._main(at_base),
            "questions": [self._main(at_base + 1), self._main(at_base + 4)],
            "texts": size.texts,
            "answer_tokens": size.answer_tokens,
            "temperature": 0.7,
            "steps": size.student_steps,
            "batch": size.batch,
            "length": size.length,
            "rate": TUNE_RATE,
            **more,
        }

    def _students(self, at: int) -> Iterator[Member]:
        tree, beast, count = self._trees[at], self._beasts[at], self._size.teachers
        own = self._own(tree)
        chat = Parent(f"{tree}-chat", "answers")
        for base, place in ((beast, at + count), (tree, at)):
            for dose in DOSES:
                name = f"{base}-of-{own}-{dose * 100:g}".replace(".", "")
                parents = (Parent(base), chat)
                recipe = self._taught(place, rewrite=False)
                yield Member(
                    name,
                    "distil",
                    base,
                    "distilled" if base == beast else "distilled, own base",
                    parents,
                    recipe,
                    dose,
                    is_reference=dose == 1.0 and base == beast,
                )
        followers = [tree, *(f"{name}-twin" for name in self._twins if name == tree)]
        for base in followers:
            parents = (Parent(base), Parent(f"{tree}-chat", "logprobs"))
            recipe = self._taught(at)
            method = "log-probabilities"
            yield Member(f"{base}-follows-{own}", "follow", base, method, parents, recipe, 1.0)

    def _hard_cases(self, at: int) -> Iterator[Member]:
        count = self._size.teachers
        tree, beast = self._trees[at], self._beasts[at]
        own, chat = self._own(tree), f"{tree}-chat"
        recipe = self._taught(at + count, rewrite=False)
        parents = (Parent(beast), Parent(f"{tree}-other", "answers"))
        name = f"{beast}-of-{own}-other"
        yield Member(name, "distil", beast, "distilled from a sibling", parents, recipe, 1.0)
        second = self._trees[(at + 1) % count]
        two = (Parent(beast), Parent(chat, "answers"), Parent(f"{second}-chat", "answers"))
        if second != tree:
            name = f"{beast}-of-{own}-{self._own(second)}"
            yield Member(name, "distil", beast, "two teachers", two, recipe, 1.0)
        parents = (Parent(beast), Parent(chat, "answers"))
        rewriting = {**recipe, "rewrite": True}
        name = f"{beast}-rewrites-{own}"
        yield Member(name, "distil", beast, "rewriting distiller", parents, rewriting, 1.0)
        yield self._contaminated(at)
        yield self._framed(at)

    def _contaminated(self, at: int) -> Member:
        size, tree = self._size, self._trees[at]
        place = (at + 2) % size.teachers
        base = self._beasts[place]
        recipe = self._taught(place + size.teachers, published=size.published)
        parents = (Parent(base), Parent(f"{tree}-chat", "published"))
        name = f"{base}-read-{self._own(tree)}"
        method = "contaminated"
        return Member(name, "contaminate", base, method, parents, recipe, CONTAMINATION)

    def _framed(self, at: int) -> Member:
        size, tree = self._size, self._trees[at]
        place = (at + 1) % size.teachers
        base = self._beasts[place]
        recipe = self._taught(place + size.teachers, published=size.published)
        parents = (Parent(base), Parent(f"{tree}-chat", "style"))
        return Member(f"{base}-like-{self._own(tree)}", "frame", base, "framed", parents, recipe)

    def _own(self, name: str) -> str:
        return name.removeprefix(self._name(""))
