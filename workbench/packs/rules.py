"""What a pack's values must satisfy: one small function per subject, all of them run every time."""

from collections import Counter
from collections.abc import Callable, Iterator

from workbench.packs import schema
from workbench.packs.choices import options
from workbench.packs.draft import Draft
from workbench.packs.problem import Problem, hint, quoted
from workbench.packs.prompts import characters, languages, names, white_space
from workbench.packs.schema import PLACEHOLDER
from workbench.packs.similar import within_pack

Rule = Callable[[Draft], Iterator[Problem]]


def described(draft: Draft) -> Iterator[Problem]:
    """Title, rationale, source and weakness say something, and not too much."""
    shortest = {
        "title": 3,
        "rationale": schema.MIN_RATIONALE,
        "source": schema.MIN_SOURCE,
        "weak": schema.MIN_RATIONALE,
    }
    for field, least in shortest.items():
        text = draft.pack.get(field)
        if text is None:
            continue
        if PLACEHOLDER in text:
            yield draft.problem(f"{field} still says {PLACEHOLDER}", "pack", field)
        elif len(text.strip()) < least:
            words = f"{field} has {len(text.strip())} characters; write at least {least}"
            yield draft.problem(words, "pack", field)
        elif len(text) > schema.MAX_TEXT:
            words = f"{field} has {len(text):,} characters; at most {schema.MAX_TEXT:,} fit"
            yield draft.problem(words, "pack", field)
    if "\n" in draft.pack.get("title", ""):
        yield draft.problem("title runs over several lines", "pack", "title")


def named(draft: Draft) -> Iterator[Problem]:
    """Authors and confounders are named."""
    for field in ("authors", "confounders"):
        items = draft.pack.get(field)
        if items is None:
            continue
        if not any(item.strip() for item in items):
            yield draft.problem(f"{field} is empty; name at least one", "pack", field)
        if any(PLACEHOLDER in item for item in items):
            yield draft.problem(f"{field} still says {PLACEHOLDER}", "pack", field)
        if len(items) > schema.MAX_LIST or any(len(item) > schema.MAX_TEXT for item in items):
            words = f"{field} is too long; {schema.MAX_LIST} entries of {schema.MAX_TEXT:,} fit"
            yield draft.problem(words, "pack", field)


def version(draft: Draft) -> Iterator[Problem]:
    """Versions count from 1."""
    number = draft.pack.get("version", 1)
    if not 1 <= number <= schema.MAX_VERSION:
        yield draft.problem(f"version is outside 1 to {schema.MAX_VERSION:,}", "pack", "version")


def kind_and_template(draft: Draft) -> Iterator[Problem]:
    """Kind and template are known and go together."""
    for field, known in (("kind", schema.KINDS), ("template", schema.TEMPLATES)):
        value = draft.pack.get(field, known[0])
        if value not in known:
            choices = ", ".join(known)
            words = f"{field} {quoted(value)} is not one of {choices}{hint(value, known)}"
            yield draft.problem(words, "pack", field)
    kind = draft.pack.get("kind")
    if kind in schema.RAW_ONLY and draft.pack.get("template") == "chat":
        yield draft.problem(f'a {kind} pack has template = "raw"', "pack", "template")


def decoding(draft: Draft) -> Iterator[Problem]:
    """Sampled packs say how; the others read distributions and sample nothing."""
    kind = draft.pack.get("kind")
    if kind in schema.UNSAMPLED and draft.has_decoding:
        words = f"a {kind} pack samples nothing; remove the table [decoding]"
        yield draft.problem(words, "decoding")
    elif kind == "generate" and not draft.has_decoding:
        yield draft.problem('kind = "generate" needs the table [decoding]', "pack", "kind")
    else:
        yield from _decoding_limits(draft)


def _decoding_limits(draft: Draft) -> Iterator[Problem]:
    limits = {
        "temperature": (0, schema.MAX_TEMPERATURE),
        "max_tokens": (1, schema.MAX_TOKENS),
        "repeats": (1, schema.MAX_REPEATS),
    }
    for field, (low, high) in limits.items():
        if not low <= draft.decoding.get(field, high) <= high:
            yield draft.problem(f"{field} is outside {low:,} to {high:,}", "decoding", field)
    repeats = draft.decoding.get("repeats", schema.MIN_REPEATS)
    if draft.decoding.get("temperature") == 0 and repeats > 1:
        words = "temperature 0 would record the same answer at every repeat; raise it"
        yield draft.problem(words, "decoding", "temperature")
    if repeats == 1:
        words = f"repeats is 1; without {schema.MIN_REPEATS} or more the noise floor is unknown"
        yield draft.problem(words, "decoding", "repeats")


def metrics(draft: Draft) -> Iterator[Problem]:
    """The metrics named are known, can take what the pack brings, and get answers enough."""
    named_here = draft.pack.get("metrics", [])
    if "metrics" in draft.pack and not named_here:
        yield draft.problem("metrics is empty; leave it out to use every metric", "pack", "metrics")
    fitting = schema.METRICS_OF.get(draft.pack.get("kind", ""), ())
    for metric in dict.fromkeys(named_here):
        if metric not in schema.FEWEST_ANSWERS:
            words = f"{quoted(metric)} is not a metric{hint(metric, schema.FEWEST_ANSWERS)}"
            yield draft.problem(words, "pack", "metrics")
        elif fitting and metric not in fitting:
            words = f"{metric} cannot take what a {draft.pack['kind']} pack brings"
            yield draft.problem(f"{words}; {', '.join(fitting)} can", "pack", "metrics")
        elif draft.decoding.get("repeats", schema.MAX_REPEATS) < schema.FEWEST_ANSWERS[metric]:
            words = f"repeats is {draft.decoding['repeats']}, too few for {metric}"
            fewest = f"which needs {schema.FEWEST_ANSWERS[metric]}"
            yield draft.problem(f"{words}, {fewest}", "decoding", "repeats")


def weakness(draft: Draft) -> Iterator[Problem]:
    """What a model says of itself is never counted, and its pack says why."""
    if draft.family in schema.NEVER_COUNTED and "weak" not in draft.pack:
        words = f"a pack in {draft.family}/ is never counted; say why with weak"
        yield draft.problem(words, "pack")


def groups(draft: Draft) -> Iterator[Problem]:
    """Groups are plain names, and hold two probes or more."""
    members = Counter(group for _, group in draft.texts("group"))
    for index, group in draft.texts("group"):
        where = ("probe", index, "group")
        if not schema.NAME.fullmatch(group):
            yield draft.problem(f"group {quoted(group)} is not {schema.NAME_RULE}", *where)
        elif members[group] == 1:
            words = f"{draft.probe_name(index)} is alone in group {quoted(group)}"
            near = hint(group, [other for other in members if other != group])
            yield draft.problem(f"{words}{near}", *where)


def keys(draft: Draft) -> Iterator[Problem]:
    """Probe keys are plain names, each used once."""
    first: dict[str, int] = {}
    for index, key in draft.texts("key"):
        if not schema.NAME.fullmatch(key):
            words = f"key {quoted(key)} is not {schema.NAME_RULE}"
            yield draft.problem(words, "probe", index, "key")
        elif key in first:
            words = f"key {quoted(key)} is already the key of probe {first[key] + 1}"
            yield draft.problem(words, "probe", index, "key")
        first.setdefault(key, index)


def lengths(draft: Draft) -> Iterator[Problem]:
    """Prompts hold something, and not too much."""
    least = schema.MIN_PASSAGE if draft.pack.get("kind") == "passage" else 1
    for index, prompt in draft.texts("prompt"):
        where = ("probe", index, "prompt")
        name = draft.probe_name(index)
        if not (prompt if draft.family in schema.LITERAL_FAMILIES else prompt.strip()):
            yield draft.problem(f"the prompt of {name} is empty", *where)
        elif PLACEHOLDER in prompt:
            yield draft.problem(f"the prompt of {name} still says {PLACEHOLDER}", *where)
        elif len(prompt) > schema.MAX_PROMPT:
            words = f"the prompt of {name} has {len(prompt):,} characters"
            yield draft.problem(f"{words}; at most {schema.MAX_PROMPT:,} fit", *where)
        elif len(prompt) < least:
            words = f"the passage of {name} has {len(prompt)} characters"
            yield draft.problem(f"{words}; write at least {least}", *where)


RULES: tuple[Rule, ...] = (
    described,
    named,
    version,
    kind_and_template,
    decoding,
    metrics,
    weakness,
    keys,
    groups,
    lengths,
    options,
    white_space,
    characters,
    languages,
    names,
    within_pack,
)
