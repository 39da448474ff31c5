"""The tables of a case, as a list that only ever grows at its end."""

MIGRATIONS: tuple[tuple[str, str], ...] = (
    (
        "0001 evidence",
        """
        CREATE TABLE plan (digest VARCHAR PRIMARY KEY, content VARCHAR NOT NULL);
        CREATE TABLE pack (
            id VARCHAR PRIMARY KEY, version INTEGER NOT NULL, digest VARCHAR NOT NULL,
            content VARCHAR NOT NULL
        );
        CREATE TABLE run (
            id VARCHAR PRIMARY KEY, role VARCHAR NOT NULL, model VARCHAR NOT NULL,
            started_at TIMESTAMP NOT NULL, content VARCHAR NOT NULL
        );
        CREATE TABLE observation (
            run_id VARCHAR NOT NULL, probe_address VARCHAR NOT NULL, repeat INTEGER NOT NULL,
            seq INTEGER NOT NULL, seed BIGINT NOT NULL, outcome VARCHAR NOT NULL, text VARCHAR,
            asked_at TIMESTAMP NOT NULL, seconds DOUBLE NOT NULL, token_count INTEGER NOT NULL,
            prompt_format VARCHAR NOT NULL, tensor_digest VARCHAR, note VARCHAR,
            digest VARCHAR NOT NULL,
            PRIMARY KEY (run_id, probe_address, repeat)
        );
        CREATE TABLE next_token (
            run_id VARCHAR NOT NULL, probe_address VARCHAR NOT NULL, position INTEGER NOT NULL,
            characters INTEGER NOT NULL, ids INTEGER[] NOT NULL, tokens VARCHAR[] NOT NULL,
            logprobs FLOAT[] NOT NULL,
            PRIMARY KEY (run_id, probe_address, position)
        );
        """,
    ),
    (
        "0002 findings",
        """
        CREATE TABLE comparison (
            digest VARCHAR PRIMARY KEY, seq INTEGER NOT NULL, suspect VARCHAR NOT NULL,
            status VARCHAR NOT NULL, wording VARCHAR NOT NULL, content VARCHAR NOT NULL
        );
        CREATE TABLE score (
            comparison_digest VARCHAR NOT NULL, metric VARCHAR NOT NULL, model VARCHAR NOT NULL,
            role VARCHAR NOT NULL, value DOUBLE, low DOUBLE, high DOUBLE, p DOUBLE, n INTEGER,
            reason VARCHAR, centred DOUBLE, centred_low DOUBLE, centred_high DOUBLE,
            centred_reason VARCHAR,
            PRIMARY KEY (comparison_digest, metric, role, model)
        );
        CREATE TABLE probe_value (
            comparison_digest VARCHAR NOT NULL, metric VARCHAR NOT NULL, model VARCHAR NOT NULL,
            role VARCHAR NOT NULL, probe_address VARCHAR NOT NULL, value DOUBLE NOT NULL
        );
        CREATE TABLE embedding (
            text_digest VARCHAR NOT NULL, embedder VARCHAR NOT NULL, vector FLOAT[] NOT NULL,
            PRIMARY KEY (text_digest, embedder)
        );
        """,
    ),
    (
        "0003 prompt tokens",
        "ALTER TABLE observation ADD COLUMN prompt_tokens INTEGER",
    ),
    (
        "0004 endpoints",
        """
        ALTER TABLE observation ALTER COLUMN token_count DROP NOT NULL;
        ALTER TABLE observation ADD COLUMN raw_digest VARCHAR;
        ALTER TABLE observation ADD COLUMN answered_as VARCHAR;
        ALTER TABLE observation ADD COLUMN system_fingerprint VARCHAR;
        ALTER TABLE next_token ADD COLUMN spelled VARCHAR[];
        """,
    ),
    (
        "0005 limits",
        """
        ALTER TABLE score ADD COLUMN least DOUBLE;
        ALTER TABLE score ADD COLUMN most DOUBLE;
        ALTER TABLE probe_value ADD COLUMN low DOUBLE;
        ALTER TABLE probe_value ADD COLUMN high DOUBLE;
        """,
    ),
)

EVIDENCE_TABLES = (
    "plan", "pack", "run", "observation", "next_token", "comparison", "score", "probe_value",
)  # fmt: skip
"""Tables that the journals determine; `embedding` is a cache and is recomputed instead."""

KEYS: dict[str, tuple[str, ...]] = {
    "plan": ("digest",),
    "pack": ("id",),
    "run": ("id",),
    "observation": ("run_id", "probe_address", "repeat"),
    "next_token": ("run_id", "probe_address", "position"),
    "comparison": ("digest",),
    "score": ("comparison_digest", "metric", "model", "role"),
    "probe_value": ("comparison_digest", "metric", "model", "role", "probe_address"),
}
"""First columns of each of these tables, which tell its rows apart."""
