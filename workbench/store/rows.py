"""Records → rows: what the database shows of each kind of journal record."""

from datetime import UTC, datetime

import pyarrow as pa

from workbench.digest import canonical
from workbench.records import (
    AnyScore,
    Comparison,
    Observation,
    Pack,
    PairScore,
    Plan,
    Run,
    Score,
    from_json,
    to_json,
)
from workbench.store.journal import JournalRecord

ROWLESS = frozenset({"close", "resume", "anchor", "note", "rule", "decided"})
"""Kinds of records that the journals alone hold."""

Row = dict[str, object]
Rows = dict[str, list[Row]]
"""Table → rows to insert."""

SCORE_FIELDS = ("value", "low", "high", "least", "most", "p", "n")

TYPES: dict[str, dict[str, pa.DataType]] = {
    "next_token": {
        "ids": pa.list_(pa.int32()),
        "tokens": pa.list_(pa.string()),
        "logprobs": pa.list_(pa.float32()),
        "spelled": pa.list_(pa.string()),
    },
    "embedding": {"vector": pa.list_(pa.float32())},
}


def rows_of(record: JournalRecord) -> Rows:
    """What one journal record adds to the tables.

    Raises:
        ValueError: If the record's body does not fit its kind.
    """
    match record.kind:
        case "plan":
            return {"plan": [_plan(from_json(Plan, record.body["plan"]))]}
        case "pack":
            return {"pack": [_pack(from_json(Pack, record.body))]}
        case "run":
            return {"run": [_run(from_json(Run, record.body), record)]}
        case "observation":
            return _observation(from_json(Observation, record.body), record)
        case "comparison":
            return _comparison(from_json(Comparison, record.body), record)
        case _:
            return {}


def arrow_table(table: str, rows: list[Row]) -> pa.Table:
    """Columns for one insert, list columns typed so that empty ones keep their type."""
    names = list(rows[0])
    types = TYPES.get(table, {})
    return pa.table(
        {name: pa.array([row[name] for row in rows], type=types.get(name)) for name in names}
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _text(content: object) -> str:
    return canonical(content).decode()


def _plan(plan: Plan) -> Row:
    return {"digest": plan.digest, "content": _text(to_json(plan))}


def _pack(pack: Pack) -> Row:
    return {
        "id": pack.id,
        "version": pack.version,
        "digest": pack.digest,
        "content": _text(to_json(pack)),
    }


def _run(run: Run, record: JournalRecord) -> Row:
    return {
        "id": run.id,
        "role": run.role,
        "model": run.model,
        "started_at": _utc(run.started_at),
        "content": _text(record.body),  # as journaled: a later version adds no field to it
    }


def _observation(seen: Observation, record: JournalRecord) -> Rows:
    row: Row = {
        "run_id": seen.run_id,
        "probe_address": seen.probe_address,
        "repeat": seen.repeat,
        "seq": record.seq,
        "seed": seen.seed,
        "outcome": seen.outcome,
        "text": seen.text,
        "asked_at": _utc(seen.asked_at),
        "seconds": seen.seconds,
        "token_count": seen.token_count,
        "prompt_format": seen.prompt_format,
        "prompt_tokens": seen.prompt_tokens,
        "tensor_digest": seen.tensor_digest,
        "note": seen.note,
        "raw_digest": seen.raw_digest,
        "answered_as": seen.answered_as,
        "system_fingerprint": seen.system_fingerprint,
        "digest": record.digest,
    }
    positions: list[Row] = [
        {
            "run_id": seen.run_id,
            "probe_address": seen.probe_address,
            "position": position,
            "characters": top.offset,
            "ids": list(top.ids),
            "tokens": list(top.tokens),
            "logprobs": list(top.logprobs),
            "spelled": list(top.spelled) or None,
        }
        for position, top in enumerate(seen.top)
    ]
    return {"observation": [row], "next_token": positions}


def _comparison(comparison: Comparison, record: JournalRecord) -> Rows:
    digest = comparison.digest
    pairs = [
        (line.metric, pair) for line in comparison.lines for pair in (line.suspect, *line.controls)
    ]
    return {
        "comparison": [
            {
                "digest": digest,
                "seq": record.seq,
                "suspect": comparison.suspect,
                "status": comparison.verdict.status,
                "wording": comparison.verdict.wording,
                "content": _text(record.body),
            }
        ],
        "score": [_score(digest, metric, pair) for metric, pair in pairs],
        "probe_value": [row for metric, pair in pairs for row in _values(digest, metric, pair)],
    }


def _score(digest: str, metric: str, pair: PairScore) -> Row:
    raw, centred = _fields(pair.raw), _fields(pair.centred)
    return {
        "comparison_digest": digest,
        "metric": metric,
        "model": pair.model,
        "role": pair.role,
        "value": raw["value"],
        "low": raw["low"],
        "high": raw["high"],
        "least": raw["least"],
        "most": raw["most"],
        "p": raw["p"],
        "n": raw["n"],
        "reason": raw["reason"],
        "centred": centred["value"],
        "centred_low": centred["low"],
        "centred_high": centred["high"],
        "centred_reason": centred["reason"],
    }


def _fields(score: AnyScore) -> Row:
    if isinstance(score, Score):
        return {
            "value": score.value,
            "low": score.low,
            "high": score.high,
            "least": score.least,
            "most": score.most,
            "p": score.p,
            "n": score.n,
            "reason": None,
        }
    return dict.fromkeys(SCORE_FIELDS) | {"reason": score.reason}


def _values(digest: str, metric: str, pair: PairScore) -> list[Row]:
    return [
        {
            "comparison_digest": digest,
            "metric": metric,
            "model": pair.model,
            "role": pair.role,
            "probe_address": probe.probe_address,
            "value": probe.value,
            "low": probe.low,
            "high": probe.high,
        }
        for probe in pair.probes
    ]
