"""Tagged SHA-256 digests of canonical content.

Canonical JSON here is UTF-8 text with sorted keys, no spaces and every non-ASCII character escaped,
so that one value has exactly one spelling. NaN and infinities are refused: absence is a type in this
program, never a number.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Spell a JSON value in its one canonical form.

    Raises:
        ValueError: If the value holds NaN or an infinity.
        TypeError: If the value is not made of JSON types.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode("ascii")


def digest_of_bytes(content: bytes) -> str:
    """Return `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def digest_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Digest of a JSON value's canonical form."""
    return digest_of_bytes(canonical(value))


def digest_of_text(text: str) -> str:
    """Digest of a text's UTF-8 bytes."""
    return digest_of_bytes(text.encode("utf-8", "surrogatepass"))


def digest_of_file(path: Path) -> str:
    """Digest of a file's bytes, read in chunks."""
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            state.update(chunk)
    return f"sha256:{state.hexdigest()}"


def seed_from(*parts: str | int) -> int:
    """Derive a 63-bit seed from its parts; the same parts give the same seed on any machine."""
    spelled = canonical(list(parts))
    return int.from_bytes(hashlib.sha256(spelled).digest()[:8], "big") >> 1
