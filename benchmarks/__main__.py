"""`python -m benchmarks [NAME…] [--quick] [--json]`: run benchmarks, all of them if none is named."""

import argparse
import json
import platform
import sys

import torch

from benchmarks import (
    attribution,
    boundaries,
    bounds,
    choice,
    collect,
    decisions,
    divergence,
    importing,
    mmd,
    options,
    panels,
    peers,
    power,
    robust,
    ui,
    zoo_peers,
)
from workbench.errors import nearest

BENCHMARKS = {
    "attribution": attribution.measure,
    "boundaries": boundaries.measure,
    "bounds": bounds.measure,
    "choice": choice.measure,
    "collect": collect.measure,
    "decisions": decisions.measure,
    "divergence": divergence.measure,
    "importing": importing.measure,
    "mmd": mmd.measure,
    "options": options.measure,
    "panels": panels.measure,
    "peers": peers.measure,
    "power": power.measure,
    "robust": robust.measure,
    "ui": ui.measure,
    "zoo-peers": zoo_peers.measure,
}


def main() -> int:
    """Run what was asked for and print one block per benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="smaller inputs, fewer rounds")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    for name in asked.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}{nearest(name, BENCHMARKS)}")
    results = {name: BENCHMARKS[name](asked.quick) for name in asked.names or BENCHMARKS}
    if asked.json:
        print(json.dumps({"machine": machine(), "results": results}, indent=2))
        return 0
    print(machine())
    for name, rows in results.items():
        print(f"\n{name}")
        for label, value in rows.items():
            print(f"  {label}: {value}")
    return 0


def machine() -> str:
    """Where this ran, in one line."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA device"
    threads = torch.get_num_threads()
    return f"{platform.machine()}, {threads} threads, torch {torch.__version__}, {device}"


if __name__ == "__main__":
    sys.exit(main())
