"""A look at one model on this machine: are its files as recorded, and does it load?"""

from dataclasses import dataclass
from pathlib import Path

from workbench.errors import ModelError
from workbench.models.fetch import Say, located
from workbench.models.provenance import changed_files, read_provenance, weights_digest
from workbench.models.quiet import no_progress_bars
from workbench.models.safety import check_weights_folder
from workbench.records import ModelEntry


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a model on this machine turned out to be."""

    folder: Path
    parameters: int
    vocabulary: int
    chat_template: bool
    weights_digest: str
    files: int
    """Files that are as their provenance recorded them."""


def inspect_model(entry: ModelEntry, *, say: Say) -> Inspection:
    """Compare every file with its recorded digest, then load the model and run it once.

    Args:
        entry: The model; its weights must be on this machine.
        say: Receives progress in words.

    Returns:
        What it is.

    Raises:
        ModelError: If a file changed, or the model is not safe to load or does not load.
    """
    folder = located(entry)
    say(f"Checking the files of {entry.name}.")
    if problems := changed_files(folder):
        raise ModelError(
            f"{entry.name} is not as it was recorded: {'; '.join(problems)}.",
            fix=f"Remove {folder} and run `workbench models fetch {entry.name}` again.",
        )
    check_weights_folder(folder)
    say(f"Loading {entry.name}.")
    parameters, vocabulary, chat_template = _loaded(entry, folder)
    return Inspection(
        folder=folder,
        parameters=parameters,
        vocabulary=vocabulary,
        chat_template=chat_template,
        weights_digest=weights_digest(folder),
        files=len(read_provenance(folder)["files"]),
    )


def _loaded(entry: ModelEntry, folder: Path) -> tuple[int, int, bool]:
    import torch  # noqa: PLC0415 - seconds to import
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    try:
        with no_progress_bars():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(
                folder, dtype="auto", local_files_only=True, use_safetensors=True
            )
        with torch.inference_mode():
            logits = model(**tokenizer("One, two, three", return_tensors="pt")).logits
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise _does_not_load(entry, str(error).strip().splitlines()[0]) from error
    if not bool(torch.isfinite(logits).all()):
        raise _does_not_load(entry, "its answer is not a finite number")
    return model.num_parameters(), len(tokenizer), bool(tokenizer.chat_template)


def _does_not_load(entry: ModelEntry, why: str) -> ModelError:
    return ModelError(
        f"{entry.name} does not load: {why.rstrip('.')}.",
        fix="Fetch it again, or choose another model.",
    )
