"""Write probe packs: begin, duplicate, upload, check, save. Nothing is saved that does not check."""

import re
from collections.abc import Callable

import streamlit as st

from workbench.asked import asked_versions
from workbench.errors import PackError, WorkbenchError
from workbench.packs import check_text, id_problems, pack_ids, pack_text, save_pack, skeleton
from workbench.packs.schema import FAMILIES, MAX_BYTES
from workbench.paths import probes_folder
from workbench.report.numbers import counted
from workbench.ui import pack_tables, widgets
from workbench.ui.address import addressed_box

DRAFTS = "pack-drafts"
TEXT = "pack-text-"
SAID = "pack-said"
KEY = "open-pack"
EDITOR_HEIGHT = 480
VERSION = re.compile(r"^version\s*=\s*\d+", re.MULTILINE)


def chosen_pack() -> str | None:
    """Let the reader choose a pack or a draft, carried as `?open-pack=ID`; None: there is none."""
    ids = [*pack_ids(probes_folder()), *_drafts()]
    options = list(dict.fromkeys(ids))
    return addressed_box("Pack", KEY, options, options[0]) if options else None


def is_draft(pack_id: str) -> bool:
    """Whether a pack was begun here and not saved yet."""
    return pack_id in _drafts()


def _drafts() -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault(DRAFTS, {})
    return found


def begin(shown: str | None) -> None:
    """Offer to begin a pack: empty, from the one that is shown, or from a file."""
    with st.expander("Begin a new pack"):
        family, name = st.columns(2)
        with family:
            st.selectbox("Its family", FAMILIES, key="new-family")
        with name:
            st.text_input("Its name", key="new-name", max_chars=40, placeholder="small-choices")
        with st.container(horizontal=True):
            st.button("Begin with a form to fill in", on_click=_begin)
            if shown is not None:
                st.button("Begin with a copy of the pack shown", on_click=_copy, args=(shown,))
        st.file_uploader("Or with a file", type="toml", key="new-file", on_change=_upload)
        _said()


def _begin() -> None:
    _attempt(skeleton)


def _copy(shown: str) -> None:
    def text(_: str) -> str:
        source = _drafts().get(shown) or pack_text(shown)
        return VERSION.sub("version = 1", source, count=1)

    _attempt(text)


def _upload() -> None:
    upload = st.session_state["new-file"]
    if upload is not None:
        content = upload.getvalue()[: MAX_BYTES + 1]
        _attempt(lambda _: content.decode("utf-8", errors="replace"))


def _attempt(text_of: Callable[[str], str]) -> None:
    """Begin a draft under the id that was given, with the text that belongs to it."""
    pack_id = f"{st.session_state['new-family']}/{st.session_state['new-name'].strip()}"
    try:
        if problems := id_problems(pack_id):
            raise PackError("The new pack", problems)
        if pack_id in pack_ids(probes_folder()):
            raise PackError("The new pack", [f"there is a pack {pack_id} already"])
        _drafts()[pack_id] = text_of(pack_id)
    except WorkbenchError as error:
        st.session_state[SAID] = error
        return
    st.query_params[KEY] = pack_id


def edit(pack_id: str) -> None:
    """Draw the text of a pack, and what can be done with it."""
    if pack_id in _drafts():
        st.caption("Not saved yet: this draft lasts as long as the page is open.")
    start = _drafts().get(pack_id)
    text = st.text_area(
        "TOML",
        pack_text(pack_id) if start is None else start,
        key=TEXT + pack_id,
        height=EDITOR_HEIGHT,
        max_chars=MAX_BYTES,
    )
    with st.container(horizontal=True):
        asked_to_check = st.button("Check", icon=":material/rule:")
        st.button("Save", icon=":material/save:", type="primary", on_click=_save, args=(pack_id,))
    if not _said() and asked_to_check:
        _check(text, pack_id)


def _check(text: str, pack_id: str) -> None:
    checked = check_text(text.encode(), pack_id, probes_folder(), asked_versions())
    if not checked.problems:
        st.success(f"The checker has nothing against it: {counted(checked.probes, 'probe')}.")
        return
    st.warning(f"{counted(len(checked.problems), 'problem')}; nothing was saved.")
    rows = pack_tables.problem_rows(checked.problems, text)
    widgets.table(rows, alt="What the checker says, beside the line it says it of")


def _save(pack_id: str) -> None:
    text = st.session_state[TEXT + pack_id]
    try:
        save_pack(text.encode(), pack_id, asked_versions())
    except WorkbenchError as error:
        st.session_state[SAID] = error
        return
    _drafts().pop(pack_id, None)
    st.session_state[SAID] = None


def _said() -> bool:
    """Say once what came of the last press of a button; tells whether there was anything."""
    if SAID not in st.session_state:
        return False
    error = st.session_state.pop(SAID)
    if error is None:
        st.success("Saved. What the file held before is kept beside the packs, in .earlier.")
    else:
        widgets.problem(error.what, error.fix)
    return True
