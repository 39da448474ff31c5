"""A whole small world for tests: five tiny real models, two packs, empty folders for everything."""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.tiny import save_tiny_model
from workbench.cli import main

GENERATE = """
[pack]
title = "Short answers"
version = 1
authors = ["a.tester"]
rationale = "How a model answers a short question is an arbitrary choice of its own."
source = "Made for a test of this program."
kind = "generate"
template = "chat"
confounders = ["Both models may be too small to answer at all."]

[decoding]
temperature = 0.3
max_tokens = 8
repeats = 3
"""
PASSAGE = """
[pack]
title = "Openings"
version = 1
authors = ["a.tester"]
rationale = "What comes next after an open sentence is an arbitrary choice of the model."
source = "Made for a test of this program."
kind = "next_token"
template = "raw"
confounders = ["Common English makes every model alike."]
"""
THINGS = ("the quick brown fox", "an old town", "fine weather", "a letter", "green wood", "dogs")


def written(head: str, opening: str, things=THINGS) -> str:
    """A pack file with a probe for each thing."""
    probes = [
        f'\n[[probe]]\nkey = "thing-{n}"\nprompt = "{opening} {thing}"\n'
        for n, thing in enumerate(things)
    ]
    return head + "".join(probes)


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class World:
    """Folders and environment of one test; `run` starts the real program in them."""

    controls: tuple[str, ...] = ("alpha", "beta", "gamma")

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cases = root / "cases"
        self.environment = {
            "WORKBENCH_DATA": str(root / "data"),
            "WORKBENCH_CACHE": str(root / "cache"),
            "WORKBENCH_CASES": str(self.cases),
            "WORKBENCH_PROBES": str(root / "probes"),
            "HF_HUB_OFFLINE": "1",
        }
        self._write_packs()
        self._write_models()

    def _write_packs(self) -> None:
        for name, content in self._packs().items():
            path = self.root / "probes" / f"{name}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def _packs(self) -> dict[str, str]:
        return {
            "style/short": written(GENERATE, "Say something about"),
            "continuation/openings": written(PASSAGE, "Yesterday we saw"),
        }

    def _write_models(self) -> None:
        folder = self.root / "weights"
        save_tiny_model(folder / "base", seed=1)
        _nudged(save_tiny_model(folder / "tuned", seed=1))
        for seed, name in enumerate(self.controls, 2):
            save_tiny_model(folder / name, seed=seed, vocabulary=270 + 10 * seed)
        tables = [
            f'[models.{path.name}]\ntitle = "Tiny {path.name}"\n'
            f'family = "{"base" if path.name == "tuned" else path.name}"\n'
            f'backend = "local"\nsource = "folder:{path}"\nformat = "safetensors"\n'
            f'licence = "none"\nparents = {["base"] if path.name == "tuned" else []}\n'
            for path in sorted(folder.iterdir())
        ]
        (self.root / "data").mkdir()
        (self.root / "data" / "models.toml").write_text("\n".join(tables))

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run a command as its user would, in this process, which spares importing torch anew."""
        out, err = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            patch.setattr(sys, "argv", ["workbench", *arguments])
            for name, value in (self.environment | environment).items():
                patch.setenv(name, value)
            try:
                main()
                code = 0
            except SystemExit as stop:
                code = int(stop.code or 0)
        return Done(code, out.getvalue(), err.getvalue())

    def json(self, *arguments: str):
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def _nudged(folder: Path) -> None:
    """Make a derivative: every weight moved by a twentieth of its tensor's spread."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    generator = torch.Generator().manual_seed(9)
    for name, tensor in tensors.items():
        noise = torch.randn(tensor.shape, generator=generator)
        tensors[name] = tensor + 0.05 * tensor.std() * noise
    save_file(tensors, path, metadata={"format": "pt"})
