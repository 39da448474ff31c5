"""Page settings and navigation of the browser workbench; draws nothing itself."""

import streamlit as st

PAGES = "workbench/ui/pages"

st.set_page_config(page_title="Model workbench", page_icon="🔎", layout="wide")
st.navigation(
    [
        st.Page(
            f"{PAGES}/cases.py",
            title="Cases",
            icon=":material/folder_open:",
            help="Every case on this machine: its state, who is compared, the verdict in a line.",
            default=True,
        ),
        st.Page(
            f"{PAGES}/new_comparison.py",
            title="New comparison",
            icon=":material/add:",
            help="Choose models and packs, see what it takes and what it can say, and fix the plan.",
        ),
        st.Page(
            f"{PAGES}/run.py",
            title="Run",
            icon=":material/play_arrow:",
            help="How far a case is, by model and pack; start, stop, failures, and comparing.",
        ),
        st.Page(
            f"{PAGES}/verdict.py",
            title="Verdict",
            icon=":material/balance:",
            help="What may be said about one suspect, why, and the suspect beside the controls.",
        ),
        st.Page(
            f"{PAGES}/evidence.py",
            title="Evidence",
            icon=":material/forum:",
            help="Every probe: what the reference, the suspect and the controls answered.",
        ),
        st.Page(
            f"{PAGES}/distributions.py",
            title="Distributions",
            icon=":material/bar_chart:",
            help="What the models expect next, at one probe or along a passage.",
        ),
        st.Page(
            f"{PAGES}/map.py",
            title="Map",
            icon=":material/scatter_plot:",
            help="Answers and models in a plane; a mark leads to its answer.",
        ),
        st.Page(
            f"{PAGES}/lineage.py",
            title="Lineage",
            icon=":material/account_tree:",
            help="How far every two models lie apart, and a tree that illustrates it.",
        ),
        st.Page(
            f"{PAGES}/packs.py",
            title="Probe packs",
            icon=":material/quiz:",
            help="Read packs, see what they separated so far, write new ones.",
        ),
        st.Page(
            f"{PAGES}/calibration.py",
            title="Calibration",
            icon=":material/tune:",
            help="What a calibration is made from, and how its likelihood ratios did.",
        ),
        st.Page(
            f"{PAGES}/report.py",
            title="Report",
            icon=":material/draft:",
            help="What goes into the PDF, how it looks, files to take away, and the check of a case.",
        ),
    ]
).run()
