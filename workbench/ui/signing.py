"""Signing a report on its page: key and passphrase stay in memory and are forgotten at once."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from workbench.errors import ReportError, WorkbenchError
from workbench.report.sign import load_key, sign, stamp_server
from workbench.report.signature import check_signature
from workbench.ui import widgets

SIGNED, REFUSED, ROUND = "signed-report", "sign-refused", "sign-round"
MOST_MEGABYTES = 1
"""A file with a key and its certificates is a few kilobytes."""


def draw(name: str, digest: str, report: Callable[[], bytes]) -> None:
    """Let the reader sign a report and take it away.

    Args:
        name: Of the signed file.
        digest: Of what the report says: a signed one is offered only while the page shows the same.
        report: Sets the PDF.
    """
    once = st.session_state.get(ROUND, 0)  # fields of another name are empty
    with st.expander("Sign the PDF", icon=":material/draw:"):
        with st.form("sign", border=False):
            st.file_uploader(
                "Key and certificate (PKCS#12)",
                type=["p12", "pfx"],
                max_upload_size=MOST_MEGABYTES,
                key=f"sign-key-{once}",
            )
            st.text_input("Its passphrase", type="password", key=f"sign-passphrase-{once}")
            st.text_input(
                "Time-stamping server (RFC 3161)",
                placeholder="None: nobody but you states the time",
                key="sign-server",
            )
            st.form_submit_button(
                "Sign", icon=":material/draw:", on_click=_sign, args=(once, digest, report)
            )
        st.caption(
            "Key and passphrase are held in memory, never written to disk, and forgotten when Sign is "
            "pressed. A server is sent a digest and nothing else."
        )
        refused = st.session_state.pop(REFUSED, None)
        if refused is not None:
            widgets.problem(refused.what, refused.fix)
        _taken(name, digest)


def _sign(once: int, digest: str, report: Callable[[], bytes]) -> None:
    key = st.session_state.get(f"sign-key-{once}")
    try:
        content = _content(
            key and key.getvalue(),
            st.session_state[f"sign-passphrase-{once}"],
            st.session_state["sign-server"].strip(),
            report,
        )
        st.session_state[SIGNED] = (digest, content)
    except WorkbenchError as error:
        st.session_state[REFUSED] = error
    st.session_state[ROUND] = once + 1


def _content(key: bytes | None, passphrase: str, server: str, report: Callable[[], bytes]) -> bytes:
    if key is None:
        raise ReportError(
            "There is no key to sign with.", fix="Choose a PKCS#12 file (.p12 or .pfx) above."
        )
    stamper = stamp_server(server) if server else None
    return sign(report(), load_key(key, passphrase), datetime.now(UTC), stamper)


def _taken(name: str, digest: str) -> None:
    of, content = st.session_state.get(SIGNED, ("", b""))
    if of != digest:
        return
    widgets.plain("\n".join(check_signature(content).sentences()))
    widgets.download("Signed PDF", "verified", name, lambda: content)
