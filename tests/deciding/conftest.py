"""Tiny real models, enough probes and controls to decide early, and a made calibration."""

import numpy as np
import pandas as pd
import pytest

from tests import world as small
from tests.tiny import save_tiny_model
from workbench import calibrations
from workbench.packs.uses import text_packs
from workbench.questions.protocols import protocol_of_asked
from workbench.questions.terms import measured
from workbench.store import open_case

PROBES = 60
CONTROLS = ("alpha", "beta", "delta", "gamma")
MODELS = ("base", "tuned", *CONTROLS)
PLAN = ("--reference", "base", "--suspect", "tuned", "--part", "all", "--seed", "5")


class World(small.World):
    """Sixty short questions and ten openings; four controls."""

    def _write_packs(self):
        super()._write_packs()
        path = self.root / "probes" / "style" / "short.toml"
        probes = [
            f'\n[[probe]]\nkey = "thing-{n}"\nprompt = "Say something about {_words(n)}"\n'
            for n in range(PROBES)
        ]
        path.write_text(small.GENERATE.replace("repeats = 3", "repeats = 2") + "".join(probes))

    def _write_models(self):
        super()._write_models()
        folder = self.root / "weights" / "delta"
        save_tiny_model(folder, seed=5, vocabulary=320)
        with (self.root / "data" / "models.toml").open("a") as stream:
            stream.write(
                f'\n[models.delta]\ntitle = "Tiny delta"\nfamily = "delta"\nbackend = "local"\n'
                f'source = "folder:{folder}"\nformat = "safetensors"\nlicence = "none"\n'
            )

    def planned(self, name):
        done = self.run("plan", name, *PLAN)
        assert done.returncode == 0, done.stderr
        return open_case(self.cases / name)


def _words(number):
    things = ("foxes", "towns", "weather", "letters", "wood", "dogs", "rivers", "bread")
    return f"{things[number % 8]} and {things[(number // 8 + number + 1) % 8]}, part {number}"


def scores(derived=2.0, unrelated=-20.0):
    """A derivative of each of eight families, and unrelated pairs of them, so far apart that few
    probes settle what a score between them is worth."""
    dice = np.random.default_rng(2)

    def row(one, other, score, label, families):
        return {
            "reference": one, "suspect": other, "label": label, "controls": 4,
            "reference_family": families[0], "suspect_family": families[1],
            "recipe": families[0], "weights_score": score, "weights_raw": score,
            "weights_low": score - 0.2, "weights_high": score + 0.2,
        }  # fmt: skip

    near = [
        row(f"m{i}", f"m{i}-tuned", derived + float(dice.normal(0, 0.3)), "fine_tune_of",
            (f"m{i}", f"m{i}"))
        for i in range(8)
    ]  # fmt: skip
    far = [
        row(
            f"m{i}",
            f"m{j}",
            unrelated + float(dice.normal(0, 0.3)),
            "unrelated",
            (f"m{i}", f"m{j}"),
        )
        for i in range(8)
        for j in range(i)
    ]
    return pd.DataFrame([*near, *far])


def calibrate(world, store, table=None):
    """Put a calibration of a case's protocol among those at hand; babble has no rare phrases."""
    metrics = [one for one in measured(embedded=False) if one.id != "rare-phrases"]
    protocol = protocol_of_asked("text", metrics, text_packs(store.packs()), 0)
    _, kept = calibrations.make(
        scores() if table is None else table,
        name="made",
        title="Made up",
        protocols={"weights": protocol},
    )
    calibrations.write(kept, world.root / "data" / "calibration" / "made")


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("deciding"))
    done = world.run("models", "fetch", *MODELS)
    assert done.returncode == 0, done.stderr
    return world


@pytest.fixture(scope="session")
def refused(world):
    """What comes of it without a calibration, before there is one."""
    store = world.planned("refused")
    return store, world.run("run", "refused", "--until-decided")


@pytest.fixture(scope="session")
def case(world, refused):
    """The case recorded in one go, until decided."""
    store = world.planned("early")
    calibrate(world, store)
    done = world.run("run", "early", "--until-decided")
    assert done.returncode == 0, done.stderr
    return store
