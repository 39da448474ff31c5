"""Rules for what prompts say: hidden characters, languages, names of models and makers."""

import re
import unicodedata
from collections.abc import Iterator

from workbench.packs.draft import Draft
from workbench.packs.language import JOINING, NOT_TAGS, PRIMARY, TAG, script_mismatch
from workbench.packs.problem import Problem, hint, quoted
from workbench.packs.schema import LITERAL_FAMILIES, MAY_NAME_MODELS
from workbench.packs.source import Source
from workbench.records import ONE_POSITION

PART = {"prompt": "the prompt", "options": "an option"}

JOINERS = "\u200c\u200d"
FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
HIDDEN_CATEGORIES = ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")

ANY_CASE = (
    r"openai|chatgpt|gpt|gpt-?[0-9]\w*|anthropic|claude|deepseek|deepmind|google|alibaba|qwen\w*|qwq"
    r"|mistral|mixtral|ministral|tinyllama|codellama|vicuna|moonshot|kimi|minimax|zhipu|nvidia"
    r"|chatglm\w*|glm-?[0-9]\w*|internlm|baichuan\w*|tencent|hunyuan|baidu|bytedance|doubao|xai"
    r"|smollm\w*|gemma\w*|hugging\s?face|stability\s?ai|eleutherai|pythia-[0-9]\w*|phi-?[0-9]\w*"
    r"|microsoft|huawei|pangu|perplexity\s?ai|olmo\w*|nemotron"
)
CAPITALISED = (
    r"Gemini|Bard|Llama|LLaMA|LLAMA|Grok|Copilot|Cohere|Nous\s?Hermes|Falcon-?[0-9]\w*|Meta\s?AI"
    r"|Yi-[0-9]\w*|ERNIE|Ernie\s?Bot|Bing\s?Chat|Sonnet-?[0-9]\w*"
)
"""Names that are ordinary words in lower case."""
CHINESE = "千问|文心一言|豆包|混元|智谱|深度求索|月之暗面|讯飞星火"
MODEL_OR_MAKER = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?i:{ANY_CASE})|{CAPITALISED})(?![A-Za-z0-9])|{CHINESE}"
)


def is_hidden(letter: str) -> bool:
    """Tell whether a reader would not see this character, or take it for a plain space."""
    if letter in " \n\t\u3000":
        return False
    category = unicodedata.category(letter)
    return category in HIDDEN_CATEGORIES or category == "Zs" or letter in FILLERS


def hidden_in_the_file(source: Source) -> Iterator[Problem]:
    """Find hidden characters that stand in the file itself, comments included."""
    for number, line in enumerate(source.text.split("\n"), start=1):
        for letter in dict.fromkeys(line):
            if is_hidden(letter) and letter not in JOINERS:
                yield Problem(f"hidden character {_described(letter)}", number)


def characters(draft: Draft) -> Iterator[Problem]:
    """Find hidden characters that a text spells with an escape, and joiners out of place."""
    for field in ("title", "rationale", "source", "authors", "confounders"):
        value = draft.pack.get(field, "")
        text = value if isinstance(value, str) else "".join(value)
        yield from _hidden(draft, text, field, "pack", field)
    for index, field, written in draft.written():
        joins = draft.probes[index].get("language", "en").split("-")[0] in JOINING
        text = written.translate(dict.fromkeys(map(ord, JOINERS))) if joins else written
        name = f"{PART[field]} of {draft.probe_name(index)}"
        yield from _hidden(draft, text, name, "probe", index, field)


def _hidden(draft: Draft, text: str, name: str, *where: str | int) -> Iterator[Problem]:
    for letter in dict.fromkeys(text):
        already_found = letter in draft.source.text and letter not in JOINERS
        if is_hidden(letter) and not already_found:
            yield draft.problem(f"{name} holds the hidden character {_described(letter)}", *where)


def _described(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return f"U+{ord(letter):04X}{f' ({name})' if name else ''}"


def white_space(draft: Draft) -> Iterator[Problem]:
    """A raw prompt that ends in white space asks tokenizers different questions."""
    if draft.pack.get("kind") not in ONE_POSITION or draft.family in LITERAL_FAMILIES:
        return
    for index, prompt in draft.texts("prompt"):
        if prompt.strip() and prompt != prompt.rstrip():
            words = f"the prompt of {draft.probe_name(index)} ends in white space"
            yield draft.problem(f"{words}, which tokenizers treat differently", *_at(index))


def languages(draft: Draft) -> Iterator[Problem]:
    """Language tags are real ones, and the prompt is written in a script of that language."""
    for index, tag in draft.texts("language"):
        primary = tag.split("-")[0]
        if not TAG.fullmatch(tag) or primary not in PRIMARY or tag in NOT_TAGS:
            instead = NOT_TAGS.get(tag) or NOT_TAGS.get(primary.lower())
            suggestion = f' (did you mean "{instead}"?)' if instead else hint(tag, PRIMARY)
            words = f"language {quoted(tag)} of {draft.probe_name(index)} is not a language tag"
            yield draft.problem(f"{words}{suggestion}", "probe", index, "language")
    for index, prompt in draft.texts("prompt"):
        tag = draft.probes[index].get("language", "en")
        if found := script_mismatch(prompt, tag):
            words = f"the prompt of {draft.probe_name(index)} is tagged {quoted(tag)}"
            yield draft.problem(f"{words} but written mostly in {found} letters", *_at(index))


def names(draft: Draft) -> Iterator[Problem]:
    """Only identity and targeted packs may name a model or its maker: a name is a hint."""
    if draft.family in MAY_NAME_MODELS:
        return
    families = " and ".join(f"{family}/" for family in MAY_NAME_MODELS)
    for index, field, text in draft.written():
        found = MODEL_OR_MAKER.findall(unicodedata.normalize("NFKC", text))
        if found:
            named = ", ".join(quoted(name) for name in dict.fromkeys(found))
            words = f"{PART[field]} of {draft.probe_name(index)} names {named}"
            words += f"; only {families} may name models or makers"
            yield draft.problem(words, "probe", index, field)


def _at(index: int) -> tuple[str, int, str]:
    return "probe", index, "prompt"
