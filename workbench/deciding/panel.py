"""Reference and controls of a case, at the probes that all of them answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.compare.material import Material, gather
from workbench.compare.recorded import source_of
from workbench.errors import CaseError
from workbench.evidence.panel import MIN_CONTROLS
from workbench.questions.paired import Floats
from workbench.questions.score import MIN_PROMPTS, Scorer, few_prompts
from workbench.questions.source import Source
from workbench.questions.terms import Fixed, by_prompt, fixed_by, strangers, terms
from workbench.records import Pack
from workbench.store import CaseStore


@dataclass(frozen=True, slots=True)
class Panel:
    """What is known before a suspect is asked."""

    name: str
    """Name of the case, which seeds whatever is drawn."""
    packs: tuple[Pack, ...]
    materials: Mapping[str, Material]
    """Run → what it gave: the reference, and every control that answered anything."""
    addresses: tuple[str, ...]
    """Probes that all of them answered."""
    scorer: Scorer
    fixed: Fixed
    tables: Floats
    """Fused likeness at every such probe, shape (probes, models, models)."""

    @property
    def runs(self) -> tuple[str, ...]:
        """Runs in the order of the tables."""
        return tuple(sorted(self.materials))

    @property
    def reference(self) -> int:
        """Place of the reference."""
        return next(i for i, run in enumerate(self.runs) if run.startswith("reference-"))

    @property
    def controls(self) -> tuple[int, ...]:
        """Places of the controls."""
        return tuple(i for i in range(len(self.runs)) if i != self.reference)

    def names(self) -> tuple[str, ...]:
        """Names of the controls."""
        return tuple(self.materials[self.runs[i]].run.model for i in self.controls)

    def sham(self, control: int) -> Floats:
        """Terms of a control in the place of the suspect, shape (probes,)."""
        others = [i for i in self.controls if i != control]
        return terms(self.tables, self.reference, control, others)

    def of(self, suspect: Material, addresses: Collection[str]) -> dict[str, float]:
        """Terms of the suspect at some probes; those that it did not answer are left out.

        Args:
            suspect: What it gave.
            addresses: Probes of the panel.
        """
        run = suspect.run.id
        whole = _whole(source_of(self.name, self.packs, {**self.materials, run: suspect}))
        asked = tuple(prompt for prompt in whole.prompts if prompt.prompt in addresses)
        if not asked:
            return {}
        places = {name: i for i, name in enumerate(whole.models)}
        names = self.runs
        fused = self.fixed.fused(by_prompt(replace(whole, prompts=asked)))
        cohort = [places[names[i]] for i in self.controls]
        found = terms(fused, places[names[self.reference]], places[run], cohort)
        return {
            prompt.prompt: float(term) for prompt, term in zip(asked, found.tolist(), strict=True)
        }


def panel_of(store: CaseStore) -> Panel:
    """Read what reference and controls of a case answered.

    Raises:
        CaseError: If that is too little to score anybody by.
    """
    packs = store.packs()
    runs = [run for run in store.runs() if run.role in {"reference", "control"}]
    gathered = {run.id: gather(store, run) for run in runs}
    materials = {run_id: one for run_id, one in gathered.items() if one.answers}
    source = _whole(source_of(store.plan().case, packs, materials))
    if len(source.prompts) < MIN_PROMPTS:
        raise _too_little(store, few_prompts(len(source.prompts)))
    likeness = by_prompt(source)
    scorer = Scorer(source.name, likeness, strangers(len(source.models)))
    if not scorer.fused:
        raise _too_little(store, "reference and controls are too few, or nothing tells them apart")
    fixed = fixed_by(scorer)
    addresses = tuple(prompt.prompt for prompt in source.prompts)
    return Panel(source.name, packs, materials, addresses, scorer, fixed, fixed.fused(likeness))


def _whole(source: Source) -> Source:
    """A source of the prompts alone that every model answered."""
    kept = np.flatnonzero(source.answered().all(1))
    return replace(source, prompts=tuple(source.prompts[i] for i in kept))


def _too_little(store: CaseStore, why: str) -> CaseError:
    return CaseError(
        f"Reference and controls of case {store.name!r} give nothing to score by: {why}.",
        fix="Plan a new case with more probes or controls; without --until-decided this one can run.",
    )


FEWEST_CONTROLS = MIN_CONTROLS + 2
"""With the reference they form ten pairs, and each pair keeps a panel of its own."""
