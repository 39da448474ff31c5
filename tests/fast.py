"""Workers that need no real model and start at once: real processes, a fake backend.

`python -m tests.fast` imports everything once and then forks a worker for each line on its stdin, so
that a test can kill many of them. In such a worker the `local` backend is `FastBackend`; all else,
from the lock to the journals, is the program itself.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import torch

from tests import world
from tests.tiny import save_tiny_model
from workbench.backends import BACKENDS, BackendKind, Reply
from workbench.digest import digest_of_text
from workbench.models.fetch import located
from workbench.records import Capabilities, TopTokens, Vocabulary

ROOT = Path(__file__).parent.parent
MODELS = ("base", "tuned", "alpha", "beta", "gamma")
VOCABULARY = 400
SPOKEN = str.maketrans("0123456789", "ghijklmnop")


class FastBackend:
    """Answers from the seed alone; every seventeenth question fails."""

    def __init__(self, entry, folder, device, **_):
        self.weights_digest = digest_of_text(entry.name)
        self.tokenizer_digest = digest_of_text("fast")
        self.vocabulary = Vocabulary(tuple(f"<{n}>".encode() for n in range(VOCABULARY)))
        self.capabilities = Capabilities(text=True, logits=True)
        self.device_sentence = device.sentence
        self.versions = {"fast": "1"}
        self.pause = float(os.environ.get("FAST_PAUSE", "0"))

    def ask(self, questions):
        for question in questions:
            time.sleep(self.pause)
            yield question, self._reply(question)

    def _reply(self, question):
        if question.seed % 17 == 0:
            return Reply("failed", None, "raw", note="The dice said so.")
        if question.kind == "generate":
            return Reply("answered", f"Answer {question.seed} ⟨é⟩", "raw", token_count=5)
        dice = torch.Generator().manual_seed(question.seed)
        logprobs = torch.log_softmax(torch.randn(2, VOCABULARY, generator=dice), -1).half()
        tops = tuple(TopTokens(n, (n,), ("x",), (float(row[n]),)) for n, row in enumerate(logprobs))
        return Reply("answered", None, "raw", token_count=2, logprobs=logprobs, top=tops)

    def close(self):
        pass


class FastWorld(world.World):
    """Five models of a hundred questions each, all with the same tiny weights."""

    def _write_packs(self):
        for name, head, probes in (
            ("style/short", world.GENERATE, 30),
            ("continuation/openings", world.PASSAGE, 10),
        ):
            path = self.root / "probes" / f"{name}.toml"
            path.parent.mkdir(parents=True)
            tables = (
                f'\n[[probe]]\nkey = "thing-{n}"\nprompt = "{words(name, n)}"\n'
                for n in range(probes)
            )
            path.write_text(head + "".join(tables))

    def _write_models(self):
        weights = save_tiny_model(self.root / "weights")
        family = {"tuned": "base"}
        tables = [
            f'[models.{name}]\ntitle = "Fast {name}"\nfamily = "{family.get(name, name)}"\n'
            f'backend = "local"\nsource = "folder:{weights}"\nformat = "safetensors"\n'
            f'licence = "none"\nparents = {[family[name]] if name in family else []}\n'
            for name in MODELS
        ]
        (self.root / "data").mkdir()
        (self.root / "data" / "models.toml").write_text("\n".join(tables))
        done = self.run("models", "fetch", *MODELS)
        assert done.returncode == 0, done.stderr

    def planned(self, name):
        who = ("--reference", "base", "--suspect", "tuned", "--part", "all", "--seed", "11")
        done = self.run("plan", name, *who, "--readings", "0")
        assert done.returncode == 0, done.stderr
        return self.cases / name


def words(name, number):
    """Seven made-up words; no two prompts are alike."""
    letters = digest_of_text(f"{name} {number}").removeprefix("sha256:")
    return " ".join(letters[at : at + 5].translate(SPOKEN) for at in range(0, 35, 5))


class Stable:
    """Starts workers, one at a time."""

    def __init__(self, environment):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fast"],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, folder, **wishes):
        """Start a worker and return its process id."""
        order = json.dumps({"folder": str(folder), **wishes})
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def ended(self):
        """Wait for the worker; return its exit code, negative for a signal, and its stderr."""
        code, error = json.loads(self._process.stdout.readline())
        return code, error

    def run(self, folder, **wishes):
        self.start(folder, **wishes)
        return self.ended()

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


def _serve():
    from workbench import worker

    BACKENDS["local"] = BackendKind(
        check=BACKENDS["local"].check,
        open=lambda entry, device, _: FastBackend(entry, located(entry), device),
    )
    for line in sys.stdin:
        order = json.loads(line)
        log = os.memfd_create("stderr")
        if (pid := os.fork()) == 0:
            _become(worker, order, log)
        _tell(pid)
        _, status = os.waitpid(pid, 0)
        os.lseek(log, 0, os.SEEK_SET)
        error = os.read(log, 1 << 20).decode()
        os.close(log)
        _tell([os.waitstatus_to_exitcode(status), error])


def _tell(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _become(worker, order, log):
    os.setsid()
    os.dup2(log, 2)
    os.environ["FAST_PAUSE"] = str(order.get("pause", 0))
    if limit := order.get("largest_file"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    code = 70
    try:
        code = worker.main([order["folder"], "--device", "cpu"])
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
