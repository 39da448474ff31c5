"""Adding a model that no list knows: a folder or hub repository, an endpoint, recorded answers."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from workbench import errand
from workbench.errors import CaseError
from workbench.models.added import add_endpoint
from workbench.paths import cache_folder
from workbench.records import Endpoint, ModelEntry
from workbench.ui import errands, widgets
from workbench.ui.errands import Task

FORMATS = {
    "jsonl": "JSON Lines",
    "csv": "CSV",
    "parquet": "Parquet",
    "alpacaeval": "AlpacaEval outputs",
    "lm-eval": "lm-eval samples",
    "inspect": "Inspect logs",
    "helm": "HELM scenario state",
}
"""Formats of recorded answers, as `workbench import` calls them."""


def draw() -> None:
    """Draw the three ways to add a model."""
    with st.expander("Add a model that is not in the list", icon=":material/add_circle:"):
        folder, endpoint, recorded = st.tabs(["Folder or hub", "Endpoint", "Recorded answers"])
        with folder, widgets.errors_shown():
            _weights()
        with endpoint, widgets.errors_shown():
            _endpoint()
        with recorded, widgets.errors_shown():
            _recorded()


def place(name: str) -> Path:
    """Folder for what comes of a command that belongs to no case."""
    return cache_folder() / "errands" / name


def _weights() -> None:
    st.caption(
        "A folder of safetensors on this machine, or hf:ORG/NAME@REVISION where a hub is reachable. "
        "Its files are checked and copied; code in them is never run."
    )
    source = st.text_input("Folder or hub repository", max_chars=500).strip()
    name, family = _named("weights")
    spelled = source if source.startswith("hf:") else f"folder:{source}"
    words = ["models", "fetch", spelled, *_options(name=name, family=family), "--json"]
    if not source:
        st.caption("Name the folder first.")
        return
    _task("fetch", words, "Add the weights", "download", "is on this machine now")


def fetch(names: Sequence[str]) -> None:
    """Draw the button that brings known models' weights to this machine."""
    words = ["models", "fetch", "--json", "--", *names]
    _task("weights", words, "Fetch these weights", "download", "is on this machine now")


def _endpoint() -> None:
    st.caption(
        "Any server that speaks the OpenAI protocol. Nothing is sent to it until a case is run; then "
        "what it offers is measured first."
    )
    entry = _described()
    if entry is not None:
        add_endpoint(entry)
        widgets.plain(f"{entry.name} is known now; measure it with:")
        widgets.command("workbench", "models", "check", entry.name)


def _described() -> ModelEntry | None:
    """Let the reader describe an endpoint; None until the form is sent."""
    with st.form("endpoint"):
        left, right = st.columns(2)
        with left:
            name = st.text_input("Name here", max_chars=80)
            address = st.text_input("Address, up to and including /v1", max_chars=500)
            served = st.text_input("Name of the model at the endpoint", max_chars=200)
            family = st.text_input("Family", max_chars=80, help="Its name if left empty.")
        with right:
            key = st.text_input(
                "Environment variable that holds the key",
                max_chars=80,
                help="The name of the variable. A key itself is never written down here.",
            )
            price_in = st.number_input("Price per million prompt tokens", min_value=0.0, value=None)
            price_out = st.number_input(
                "Price per million answer tokens", min_value=0.0, value=None
            )
            private = st.checkbox("The address may lie on this machine or in a private network")
        if not st.form_submit_button("Add the endpoint", icon=":material/add:"):
            return None
    return ModelEntry(
        name=name.strip(),
        title=served.strip() or name.strip(),
        family=family.strip() or name.strip(),
        backend="http",
        source=address.strip(),
        endpoint=Endpoint(
            served_as=served.strip(),
            api_key_env=key.strip() or None,
            allow_private=private,
            price_in=price_in,
            price_out=price_out,
        ),
    )


def _recorded() -> None:
    st.caption(
        "Answers that somebody else recorded become a model of this list, and their prompts a pack. "
        "Nobody is asked anything."
    )
    files = st.file_uploader("Files of one format", accept_multiple_files=True)
    form = st.selectbox("Format", list(FORMATS), format_func=FORMATS.__getitem__)
    name, family = _named("recorded")
    if not files:
        st.caption("Choose the files first.")
        return
    folder = place("import-files")
    words = ["import", form, *_options(model=name, family=family), "--json", "--"]
    words += [str(folder / Path(file.name).name) for file in files]
    if _task("import", words, "Import the answers", "upload_file", "can be named in a plan now"):
        return
    _put(folder, [(Path(file.name).name, file.getvalue()) for file in files])


def _put(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Lay uploaded files where the command finds them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (folder / name).write_bytes(content)
    except OSError as error:
        raise CaseError(
            f"The uploaded files cannot be written to {folder} ({error.strerror}).",
            fix="Free some space and try again.",
        ) from error


def _task(name: str, words: Sequence[str], label: str, icon: str, done: str) -> bool:
    """Draw the button, and say what came of it if it ended well with these very words."""
    ended = errands.draw(Task(place(name), words, label, icon, f"add-{name}"))
    if ended is None or ended.failed or ended.words != tuple(words):
        return False
    for model in _names(errand.said(place(name))):
        widgets.plain(f"{model} {done}.")
    return True


def _names(said: object) -> list[str]:
    """Names of models in what a command printed."""
    match said:
        case {"models": [*models]}:
            return [str(one["entry"]["name"]) for one in models]
        case dict():
            return [str(name) for name in said]
    return []


def _named(key: str) -> tuple[str, str]:
    left, right = st.columns(2)
    with left:
        name = st.text_input("Name here", key=f"{key}-name", max_chars=80).strip()
    with right:
        family = st.text_input(
            "Family: who shares its weights", key=f"{key}-family", max_chars=80
        ).strip()
    return name, family


def _options(**given: str) -> list[str]:
    return [word for key, value in given.items() if value for word in (f"--{key}={value}",)]
