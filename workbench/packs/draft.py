"""A pack as its file has it: the fields of the right type, and what is wrong with the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from workbench.packs.lettered import lettered
from workbench.packs.problem import Problem, hint, quoted
from workbench.packs.schema import (
    FAMILIES,
    FITS,
    MAX_PROBES,
    NAME,
    NAME_RULE,
    OPTIONAL,
    READING,
    TABLES,
    type_in_words,
)
from workbench.packs.source import Source
from workbench.records import Decoding, Pack, Probe, ProbeKind, Template


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a pack; a field of the wrong type is absent."""

    id: str
    source: Source
    pack: dict[str, Any]
    decoding: dict[str, Any]
    has_decoding: bool
    probes: tuple[dict[str, Any], ...]

    @property
    def family(self) -> str:
        """First part of the id."""
        return self.id.split("/", maxsplit=1)[0]

    def problem(self, text: str, *where: str | int) -> Problem:
        """Make a problem that points to a place in the file."""
        return Problem(text, self.source.line(*where))

    def probe_name(self, index: int) -> str:
        """Name a probe by its key, or by its number."""
        key = self.probes[index].get("key", "")
        unique = sum(probe.get("key") == key for probe in self.probes) == 1
        return f"probe {quoted(key)}" if unique and NAME.fullmatch(key) else f"probe {index + 1}"

    def texts(self, field: str) -> Iterator[tuple[int, str]]:
        """Go through the probes that have a field of the right type, with their index."""
        for index, probe in enumerate(self.probes):
            if field in probe:
                yield index, probe[field]

    def written(self) -> Iterator[tuple[int, str, str]]:
        """Go through all that is put to a model: index of the probe, field, text."""
        for index, prompt in self.texts("prompt"):
            yield index, "prompt", prompt
        for index, probe in enumerate(self.probes):
            for option in probe.get("options", ()):
                yield index, "options", option


def draft_of(content: dict[str, Any], pack_id: str, source: Source) -> tuple[Draft, list[Problem]]:
    """Sort a file's content into a draft and the problems of its shape."""
    problems: list[Problem] = []
    problems += _unknown(content, tuple(TABLES), "at the top of the file", source)
    pack = _one_table(content, "pack", source, problems)
    decoding = _one_table(content, "decoding", source, problems)
    probes = _probes(content.get("probe", []), source, problems)
    return Draft(pack_id, source, pack, decoding, "decoding" in content, probes), problems


def naming_problems(relative: Path) -> Iterator[Problem]:
    """Say what is wrong with a pack's place and file name."""
    if relative.suffix != ".toml":
        yield Problem("the file name does not end in .toml")
    parts = relative.with_suffix("").parts
    if len(parts) != 2:
        yield Problem("a pack lies in one folder, its family: family/name.toml")
        return
    if parts[0] not in FAMILIES:
        yield Problem(f"{quoted(parts[0])} is not a known family{hint(parts[0], FAMILIES)}")
    if not NAME.fullmatch(parts[1]):
        yield Problem(f"the file name {quoted(parts[1])} is not {NAME_RULE}")


def pack_of(draft: Draft) -> Pack:
    """Make the record of a draft that has no problems."""
    fields = draft.pack
    return Pack(
        id=draft.id,
        version=fields["version"],
        title=fields["title"],
        rationale=fields["rationale"],
        source=fields["source"],
        authors=tuple(fields["authors"]),
        kind=cast("ProbeKind", fields["kind"]),
        template=cast("Template", fields["template"]),
        decoding=_decoding(draft),
        probes=tuple(_probe(draft.id, probe) for probe in draft.probes),
        confounders=tuple(fields["confounders"]),
        metrics=tuple(fields.get("metrics", ())),
        weak=fields.get("weak"),
    )


def _decoding(draft: Draft) -> Decoding:
    if not draft.has_decoding:
        return READING
    fields = draft.decoding
    return Decoding(float(fields["temperature"]), fields["max_tokens"], fields["repeats"])


def _probe(pack_id: str, fields: dict[str, Any]) -> Probe:
    prompt, options = fields["prompt"], tuple(fields.get("options", ()))
    return Probe(
        f"{pack_id}#{fields['key']}",
        lettered(prompt, options) if options else prompt,
        fields.get("language", "en"),
        fields.get("group"),
        options,
    )


def _unknown(
    table: dict[str, Any], known: tuple[str, ...], place: str, source: Source, *where: str | int
) -> Iterator[Problem]:
    for key in table:
        if key not in known:
            text = f"unknown key {quoted(key)} {place}{hint(key, known)}"
            yield Problem(text, source.line(*where, key))


def _misspelt(key: str, table: dict[str, Any], known: tuple[str, ...]) -> bool:
    """Tell whether an unknown key is already reported as this one, so it is not missing as well."""
    return any(other not in known and f'"{key}"' in hint(other, known) for other in table)


def _one_table(
    content: dict[str, Any], name: str, source: Source, problems: list[Problem]
) -> dict[str, Any]:
    if name not in content:
        if name == "pack" and not _misspelt(name, content, tuple(TABLES)):
            problems.append(Problem("the table [pack] is missing"))
        return {}
    table = content[name]
    if not isinstance(table, dict):
        text = f"{name} is {type_in_words(table)}; write it as a table, [{name}]"
        problems.append(Problem(text, source.line(name)))
        return {}
    return _fields(table, name, source, problems, name)


def _fields(
    table: dict[str, Any], name: str, source: Source, problems: list[Problem], *where: str | int
) -> dict[str, Any]:
    """Keep the fields of the right type; list what is unknown, missing or of another type."""
    types = TABLES[name]
    place = f"in [{name}]" if len(where) == 1 else f"in probe {int(where[1]) + 1}"
    problems += _unknown(table, tuple(types), place, source, *where)
    kept = {}
    for key, kind in types.items():
        if key not in table:
            if key not in OPTIONAL and not _misspelt(key, table, tuple(types)):
                problems.append(Problem(f"{key} is missing {place}", source.line(*where)))
        elif FITS[kind](table[key]):
            kept[key] = table[key]
        else:
            text = f"{key} {place} is {type_in_words(table[key])}, not {kind}"
            problems.append(Problem(text, source.line(*where, key)))
    return kept


def _probes(value: object, source: Source, problems: list[Problem]) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        text = "probe is not a list of tables; start each probe with [[probe]]"
        problems.append(Problem(text, source.line("probe")))
        return ()
    if not value:
        problems.append(Problem("there are no probes; add a [[probe]] with key and prompt"))
    if len(value) > MAX_PROBES:
        problems.append(Problem(f"there are {len(value):,} probes; at most {MAX_PROBES:,} fit"))
        return ()
    return tuple(
        _fields(item, "probe", source, problems, "probe", index) for index, item in enumerate(value)
    )
