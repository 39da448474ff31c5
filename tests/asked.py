"""A made case that can be computed again: real questions, invented replies, no model."""

from dataclasses import replace

import torch

from tests import made
from workbench.backends import Likelihood, Reply
from workbench.collect import questions
from workbench.compare import compare_case
from workbench.digest import seed_from
from workbench.observed import record
from workbench.readings import readings
from workbench.records import TopTokens, Vocabulary, to_json
from workbench.store import CaseStore, Journal
from workbench.store.vocabularies import keep_vocabulary

WORDS = 40
METRICS = (
    "next-token-js",
    "next-byte-js",
    "cross-likelihood",
    "paired-embedding",
    "word-bigram",
)
VOCABULARY = Vocabulary(tuple(f" w{n}".encode() for n in range(WORDS)))


class Encoder:
    """Embeds a text by its length and its last letter."""

    revision = "lengths sha256:made"

    def embed(self, texts):
        rows = torch.tensor([[len(t) / 40, (ord(t[-1]) % 7) / 7, 1.0] for t in texts])
        return rows / rows.norm(dim=1, keepdim=True)


def load_encoder(_name):
    return Encoder()


def quiet(_line):
    pass


def reply(run_id, question):
    dice = torch.Generator().manual_seed(seed_from(run_id, question.address, question.repeat))
    if question.kind == "generate":
        numbers = torch.randint(0, 30, (6,), generator=dice).tolist()
        return Reply("answered", " ".join(f"word{n}" for n in numbers), "raw", token_count=6)
    if question.kind == "reading":
        likely = -torch.rand(2, generator=dice)
        ends = torch.tensor([len(question.continuation) // 2, len(question.continuation)])
        return Reply(
            "answered", None, "raw", token_count=2, likelihood=Likelihood(likely, ends.int())
        )
    row = torch.log_softmax(torch.randn(1, WORDS, generator=dice), -1).half()
    best = TopTokens(len(question.prompt), (3,), (" w3",), (float(row[0, 3]),))
    return Reply("answered", None, "raw", token_count=1, logprobs=row, top=(best,))


def recorded(root, name="made", **changes) -> CaseStore:
    """A case of five runs, all asked everything, none compared."""
    packs = [made.pack(probes=6), made.pack("continuation/openings", "next_token", 6, 1)]
    store = made.planned_case(root, name, packs, readings=6, metrics=METRICS, **changes)
    plan = store.plan()
    runs = [replace(made.run(plan, *who), tokenizer_digest="sha256:same") for who in plan.models]
    digest = keep_vocabulary(store.vocabulary_folder, VOCABULARY)
    runs = [replace(run, vocabulary_digest=digest) for run in runs]
    for run in runs:
        store.record(run.id, "run", [to_json(run)])
        _ask(store, run, questions(plan.seed, store.packs(), run.role, run.model))
    for run in runs:
        _ask(store, run, readings(store, run.role, run.model))
    for run in runs:
        (last,) = store.record(run.id, "close", [{"observations": 0}])
        close = {"run_id": run.id, "head": last.digest, "records": last.seq + 1}
        store.record("case", "close", [close])
    return store


def _ask(store, run, asked):
    with Journal(store.journal_path(run.id)) as journal:
        record(store, journal, run, [(one, reply(run.id, one)) for one in asked], made.NOON)


def compared(root, name="made", **changes) -> CaseStore:
    """The same, compared."""
    store = recorded(root, name, **changes)
    compare_case(store, load_encoder, quiet)
    return store


def without_encoder(_name):
    from workbench.errors import ModelError

    raise ModelError("The sentence encoder is not here.", fix="Install it.")
