"""What makes a derivative: the method with all its options, the seed and the parent's weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.digest import digest_of
from workbench.errors import ModelError, nearest
from workbench.models.derive_weights import add_noise, prune, quantise
from workbench.models.finetune import finetune, training_text_digest
from workbench.models.lora import finetune_low_rank
from workbench.models.preserving import permute, rotate
from workbench.models.reshaping import drop_layers
from workbench.models.words import sentence
from workbench.records import ModelEntry

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Options = dict[str, float]
Apply = Callable[
    ["PreTrainedModel", "PreTrainedTokenizerBase", Options, int, Callable[[str], None]],
    dict[str, float],
]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to derive a model."""

    apply: Apply
    """Changes the model in place; returns figures worth keeping."""
    defaults: Options
    limits: dict[str, tuple[float, float]]
    """Option → least and greatest value."""
    words: str
    """What was done, with options in braces."""
    reads_manual: bool = False
    """Whether it trains on Python's own manual, which differs between versions of Python."""
    reshapes: bool = False
    """Whether the derivative's settings are no longer its parent's."""


METHODS: dict[str, Method] = {
    "finetune": Method(
        finetune,
        {"steps": 32, "batch": 4, "length": 192, "rate": 5e-5},
        {"steps": (1, 100_000), "batch": (1, 1024), "length": (16, 8192), "rate": (1e-8, 1.0)},
        "all weights trained for {steps} steps of {batch} answers of at most {length} tokens out "
        "of Python's own manual, at a rate of {rate}",
        reads_manual=True,
    ),
    "lora": Method(
        finetune_low_rank,
        {"rank": 4, "steps": 32, "batch": 4, "length": 192, "rate": 1e-3},
        {
            "rank": (1, 1024),
            "steps": (1, 100_000),
            "batch": (1, 1024),
            "length": (16, 8192),
            "rate": (1e-8, 1.0),
        },
        "{rank} dimensions of every linear weight trained for {steps} steps of {batch} answers of "
        "at most {length} tokens out of Python's own manual, at a rate of {rate}, and added to it",
        reads_manual=True,
    ),
    "quantise": Method(
        quantise,
        {"bits": 4, "group": 64},
        {"bits": (2, 8), "group": (8, 4096)},
        "linear weights rounded to {bits} bits in groups of {group}",
    ),
    "prune": Method(
        prune,
        {"share": 0.3},
        {"share": (0.0, 0.99)},
        "the smallest {share:.0%} of every linear weight set to zero",
    ),
    "noise": Method(
        add_noise,
        {"share": 0.01},
        {"share": (0.0, 10.0)},
        "normal noise of {share} of each tensor's standard deviation added",
    ),
    "permute": Method(
        permute, {}, {}, "units, heads and residual stream put into another order, answers kept"
    ),
    "rotate": Method(
        rotate, {}, {}, "residual stream rotated at random, answers kept", reshapes=True
    ),
    "drop": Method(
        drop_layers,
        {"layers": 1},
        {"layers": (1, 1000)},
        "{layers} of the last layers but one left out",
        reshapes=True,
    ),
}
"""Method → how it is done; the only list."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a derivative follows from."""

    name: str
    """What the derivative is called."""
    method: str
    options: Options
    seed: int
    parent: ModelEntry
    parent_weights: str
    """Digest of the parent's weights."""

    def to_json(self) -> dict[str, Any]:
        """The recipe in plain types; its digest is the place of the derivative."""
        text = {"text": training_text_digest()} if METHODS[self.method].reads_manual else {}
        return {
            "name": self.name,
            "method": self.method,
            "options": self.options,
            "seed": self.seed,
            "parent": self.parent.name,
            "parent_weights": self.parent_weights,
            **text,
        }

    @property
    def digest(self) -> str:
        """Digest of the recipe."""
        return digest_of(self.to_json())

    @property
    def entry(self) -> ModelEntry:
        """The derivative's entry, with its lineage."""
        words = METHODS[self.method].words.format(**self.options)
        return ModelEntry(
            name=self.name,
            title=f"{self.parent.title}, {self.method}",
            family=self.parent.family,
            backend=self.parent.backend,
            source=f"derived:{self.parent.name}",
            format="safetensors",
            licence=self.parent.licence,
            parents=(self.parent.name,),
            note=f"Made from {self.parent.name}: {words}; seed {self.seed}.",
        )


def complete_options(method: str, options: Mapping[str, float]) -> Options:
    """Fill in the defaults of a method and check every option.

    Args:
        method: Key of `METHODS`.
        options: Options that differ from the defaults.

    Returns:
        Every option of the method.

    Raises:
        ModelError: If the method or an option is unknown or out of bounds; all are listed.
    """
    if method not in METHODS:
        raise ModelError(
            sentence(f'There is no method "{method}"{nearest(method, METHODS)}'),
            fix=f"Use one of {', '.join(METHODS)}.",
        )
    defaults, limits = METHODS[method].defaults, METHODS[method].limits
    unknown = [key for key in options if key not in defaults]
    problems = [f'"{key}" is not an option{nearest(key, defaults)}' for key in unknown]
    chosen = {key: type(value)(options.get(key, value)) for key, value in defaults.items()}
    for key, (low, high) in limits.items():
        if not low <= chosen[key] <= high:
            problems.append(f"{key} is {chosen[key]}, outside {low} to {high}")
    if problems:
        raise ModelError(
            f"{method} cannot be done like this: {'; '.join(problems)}.",
            fix=f"Its options are {', '.join(defaults) or 'none'}.",
        )
    return chosen
