"""A file of recorded answers through `workbench import`, beside `json.load` of the same file."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FULL_BYTES, QUICK_BYTES = 1_000_000_000, 30_000_000
WORDS = "the rain over a harbour town at dusk is nothing like the maps shown to us".split()  # noqa: SIM905
TELL = (
    "import atexit, sys; "
    "atexit.register(lambda: sys.stderr.write(open('/proc/self/status').read())); "
)
LOAD = "import json; json.load(open(sys.argv[1], encoding='utf-8'))"
MAIN = "from workbench.cli import main; main()"


def measure(quick: bool) -> dict[str, str]:
    """Seconds and largest resident memory of both, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        path = root / "outputs.json"
        entries = _write(path, QUICK_BYTES if quick else FULL_BYTES)
        (root / "models.toml").write_text(
            '[models.none]\ntitle = "None"\nfamily = "none"\nbackend = "local"\n'
            'source = "folder:/nowhere"\nformat = "safetensors"\n'
        )
        ours = ["import", "alpacaeval", str(path), "--pack", "long"]
        empty = root / "empty"
        empty.mkdir()
        return {
            "file": f"{path.stat().st_size / 1e6:.0f} MB, {entries:,} answers to as many prompts",
            "a command that only lists models": _run(MAIN, ["models", "list"], root),
            "workbench import, with a compressed copy": _run(MAIN, ours, root),
            "json.load, which keeps nothing": _run(LOAD, [str(path)], root),
        }


def _write(path: Path, size: int) -> int:
    """An AlpacaEval list of about this size; no two answers are alike."""
    written = entries = 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[")
        while written < size:
            turned = WORDS[entries % len(WORDS) :] + WORDS[: entries % len(WORDS)]
            text = f"Answer {entries}: {' '.join(turned)}. " * 10
            entry = {"instruction": f"Question {entries}?", "output": text, "generator": "m"}
            written += stream.write((",\n" if entries else "") + json.dumps(entry))
            entries += 1
        stream.write("]")
    return entries


def _run(code: str, arguments: list[str], data: Path) -> str:
    """Run Python code with these arguments; it says how much memory it took at most."""
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", f"{TELL}{code}", *arguments],
        env=os.environ | {"WORKBENCH_DATA": str(data), "WORKBENCH_CACHE": str(data / "empty")},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    peak = next((line for line in done.stderr.splitlines() if line.startswith("VmHWM")), "VmHWM: 0")
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1]}"
    return f"{seconds:.1f} s, at most {int(peak.split()[1]) / 1024:.0f} MiB of memory"
