"""A new pack: a commented file that passes the checker once its author has filled it in."""

from pathlib import Path

from workbench.errors import PackError
from workbench.packs.library import id_problems
from workbench.packs.problem import quoted
from workbench.packs.schema import METRICS_OF, NEVER_COUNTED
from workbench.paths import probes_folder

SAMPLED = """\
kind = "generate"          # the model writes; next_token, passage and choice packs read distributions
template = "chat"          # chat: through the model's chat template; raw: the prompt as it stands
"""
READ = """\
kind = "next_token"        # reads the distribution after each prompt; passage: after every token
template = "raw"           # the prompt as it stands; chat: through the model's chat template
"""
DECODING = """
[decoding]                 # how answers are sampled
temperature = 0.3          # above 0, at most 2
max_tokens = 32            # 1 to 4096; short answers cost less and compare better
repeats = 4                # 2 or more, so that a model's own variation can be measured
"""
SKELETON = """\
# Pack {pack_id}: the path is the id. The format is described in probes/README.md.
# Replace every TODO, then run: workbench packs check {file}

[pack]
title = "TODO: what it asks, in a few words"
version = 1                # raise it whenever a probe, a setting or a word of this file changes
authors = ["TODO: your name"]
rationale = "TODO: why answers could carry lineage, in a sentence or two"
source = "TODO: where the idea comes from: paper, report, or your own observation"
{kind}confounders = ["TODO: what else, besides lineage, makes two models answer alike here"]
# metrics = [{metrics}]  # without: all of these
{weak}{decoding}
[[probe]]                  # repeat this table for each probe, at least a dozen
key = "first"              # a-z, 0-9 and -; never reused for another question
prompt = "TODO: one short question that many answers would fit"
# options = ["…", "…"]     # for kind = "choice": 2 to 8 options; they get letters by themselves
# language = "en"          # tag of the prompt's language; en unless said
# group = "pair"           # the same on probes that belong together, two at least
"""
COUNTED = """\
# weak = "why"             # for a pack that is shown, but counts in no score
"""
NOT_COUNTED = """\
weak = "TODO: why the answers are shown, but count in no score"
"""


def new_pack(pack_id: str, root: Path | None = None) -> Path:
    """Write the skeleton of a new pack.

    Args:
        pack_id: `family/name`.
        root: The folder of packs, `probes/` unless said otherwise.

    Returns:
        The new file.

    Raises:
        PackError: If the id cannot be one, or the file exists already.
    """
    if problems := id_problems(pack_id):
        raise PackError(quoted(pack_id), problems)
    root = root or probes_folder()
    file = root / f"{pack_id}.toml"
    if file.parent.is_symlink():
        raise PackError(quoted(pack_id), ["its family's folder is a symbolic link"])
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(skeleton(pack_id))
    except FileExistsError as error:
        raise PackError(quoted(pack_id), ["the file exists already"]) from error
    return file


def skeleton(pack_id: str) -> str:
    """The text of a new pack, for its author to fill in.

    Raises:
        PackError: If the id cannot be one.
    """
    if problems := id_problems(pack_id):
        raise PackError(quoted(pack_id), problems)
    reads = pack_id.startswith("continuation/")
    kind = "next_token" if reads else "generate"
    return SKELETON.format(
        pack_id=pack_id,
        file=f"probes/{pack_id}.toml",
        kind=READ if reads else SAMPLED,
        metrics=", ".join(f'"{metric}"' for metric in METRICS_OF[kind]),
        weak=NOT_COUNTED if pack_id.split("/", maxsplit=1)[0] in NEVER_COUNTED else COUNTED,
        decoding="" if reads else DECODING,
    )
