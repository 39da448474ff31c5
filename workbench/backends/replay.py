"""Answers that others recorded, given again as if their model were asked; nothing is made up.

A question finds its answers by its prompt, letter by letter, and its repeat is the sample: repeat 0
takes the first recorded sample. Where there is none, the reply has failed and says so.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from workbench.backends.base import Question, Replies, Reply
from workbench.models.recorded import Answers, answers_to, read_recording
from workbench.records import Capabilities, ModelEntry, RecordedAnswer, Recording

NO_DISTRIBUTIONS = "Recorded answers hold no next-token distributions."
NOT_RECORDED = "This prompt is not among the recorded ones."


class ReplayBackend:
    """One model's recorded answers."""

    weights_digest = None
    tokenizer_digest = None
    vocabulary = "recorded answers show no tokenizer"

    def __init__(self, entry: ModelEntry) -> None:
        """Open the answers.

        Raises:
            RecordingError: If they are missing or are not those that were imported.
        """
        self._entry = entry
        self.recording = read_recording(entry)
        self.capabilities = Capabilities(text=True, logits=False, recorded=self.recording)
        self.device_sentence = device_sentence(self.recording)
        self.versions: Mapping[str, str] = {"pyarrow": version("pyarrow")}

    def ask(self, questions: Sequence[Question]) -> Replies:
        """Give the recorded sample to each question, or say that there is none.

        Raises:
            RecordingError: If the answers cannot be read.
        """
        if not questions:
            return
        wanted = {question.prompt for question in questions if question.kind == "generate"}
        answers = answers_to(self._entry, wanted) if wanted else {}
        for question in questions:
            yield question, reply_to(question, answers, self.recording)

    def close(self) -> None:
        """Nothing is held open."""


def device_sentence(recording: Recording) -> str:
    """Say that nothing ran here, with the digest of what is read instead."""
    return (
        f"Nothing was asked of it here: its answers were recorded by a third party "
        f"({recording.answers_digest})."
    )


def reply_to(question: Question, answers: Answers, recording: Recording) -> Reply:
    """What was recorded for one question. Pure: `workbench verify` reads kept files with it.

    Args:
        question: The question; its prompt and its repeat choose the answer.
        answers: Prompt → answers, first sample first.
        recording: Where they come from.

    Returns:
        The answer as recorded, or a failed reply that says why there is none.
    """
    how = f"recorded ({', '.join(sorted({file.reading.format for file in recording.files}))})"
    if question.kind != "generate":
        return Reply("failed", None, how, token_count=None, note=NO_DISTRIBUTIONS)
    samples = answers.get(question.prompt, [])
    if not samples:
        return Reply("failed", None, how, token_count=None, note=NOT_RECORDED)
    if question.repeat >= len(samples):
        note = f"Only {len(samples)} of its answers to this prompt were recorded."
        return Reply("failed", None, how, token_count=None, note=note)
    found = samples[question.repeat]
    return Reply(found.outcome, found.text, how, token_count=None, note=_note(question, found))


def _note(question: Question, found: RecordedAnswer) -> str | None:
    """What the file says of this answer, and where it was sampled otherwise than the plan says."""
    notes = [found.note] if found.note else []
    if found.temperature is not None and found.temperature != question.temperature:
        notes.append(
            f"Recorded at temperature {found.temperature:g}; the plan says "
            f"{question.temperature:g}."
        )
    return " ".join(notes) or None
