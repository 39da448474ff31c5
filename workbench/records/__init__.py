"""The nouns: one frozen record per boundary.

Every record is inert: no file, no tensor, no database. Absence is a type with a reason
(`NoScore`), never 0, NaN or an empty string. `to_json` and `from_json` carry any record across a
process or file boundary and back unchanged.

words.py      kinds, parts and outcomes
asked.py      packs, models, plans
answered.py   runs and observations
custody.py    sittings of a run, time stamps and notes of a case
found.py      scores, answers to the two questions, verdicts, comparisons
recorded.py   answers that others recorded, and their files
calibrated.py what a calibration says of itself
weighed.py    likelihood ratios, error rates, opinions
decided.py    when asking a suspect may stop
explored.py   maps, trees and curves to explore by
shown.py      what a report shows beside a comparison
codec.py      records ↔ JSON types
"""

from workbench.records.answered import (
    Capabilities,
    EndpointTraits,
    Observation,
    Run,
    Served,
    TopTokens,
    Vocabulary,
)
from workbench.records.asked import (
    Decoding,
    Endpoint,
    ModelEntry,
    Pack,
    Plan,
    PlannedPack,
    Probe,
)
from workbench.records.calibrated import (
    CalibrationFigures,
    Exceeding,
    Figure,
    SystemFigures,
)
from workbench.records.codec import from_json, to_json
from workbench.records.custody import Anchor, Note, Sitting, same_model
from workbench.records.decided import Decided, StoppingRule
from workbench.records.explored import AnswerMap, Curves, Join, Lineage, MapPoint
from workbench.records.found import (
    AnyScore,
    Comparison,
    EvidenceLine,
    NoScore,
    PairScore,
    PassageProfile,
    ProbeValue,
    QuestionFinding,
    QuestionScore,
    Score,
    StackFloor,
    Verdict,
    Without,
)
from workbench.records.recorded import (
    MOST_SETTINGS,
    Reading,
    RecordedAnswer,
    RecordedFile,
    Recording,
)
from workbench.records.shown import Quote, Validated
from workbench.records.weighed import (
    DecodingUsed,
    ErrorRate,
    Gate,
    LatticeCell,
    Opinion,
    Protocol,
    Ratio,
    Weighing,
)
from workbench.records.words import (
    LANGUAGES,
    LETTERS,
    ONE_POSITION,
    QUESTIONS,
    USABLE,
    Access,
    Alternative,
    BackendName,
    Language,
    Level,
    Outcome,
    Part,
    ProbeKind,
    Question,
    Role,
    Status,
    Template,
)

__all__ = [
    "LANGUAGES",
    "LETTERS",
    "MOST_SETTINGS",
    "ONE_POSITION",
    "QUESTIONS",
    "USABLE",
    "Access",
    "Alternative",
    "Anchor",
    "AnswerMap",
    "AnyScore",
    "BackendName",
    "CalibrationFigures",
    "Capabilities",
    "Comparison",
    "Curves",
    "Decided",
    "Decoding",
    "DecodingUsed",
    "Endpoint",
    "EndpointTraits",
    "ErrorRate",
    "EvidenceLine",
    "Exceeding",
    "Figure",
    "Gate",
    "Join",
    "Language",
    "LatticeCell",
    "Level",
    "Lineage",
    "MapPoint",
    "ModelEntry",
    "NoScore",
    "Note",
    "Observation",
    "Opinion",
    "Outcome",
    "Pack",
    "PairScore",
    "Part",
    "PassageProfile",
    "Plan",
    "PlannedPack",
    "Probe",
    "ProbeKind",
    "ProbeValue",
    "Protocol",
    "Question",
    "QuestionFinding",
    "QuestionScore",
    "Quote",
    "Ratio",
    "Reading",
    "RecordedAnswer",
    "RecordedFile",
    "Recording",
    "Role",
    "Run",
    "Score",
    "Served",
    "Sitting",
    "StackFloor",
    "Status",
    "StoppingRule",
    "SystemFigures",
    "Template",
    "TopTokens",
    "Validated",
    "Verdict",
    "Vocabulary",
    "Weighing",
    "Without",
    "from_json",
    "same_model",
    "to_json",
]
