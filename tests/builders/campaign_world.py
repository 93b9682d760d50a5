"""A campaign without a real engine: made-up notes, an engine that spots words, a trainer that writes one file."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.codes import ICD_10_CM, CodeKind, CodeSetEdition, Coding, Concept
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import DocumentId, RunId, SuggestionId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun, RunOutcome
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.engine.segment import sentences_of
from ehrcoder.ports import CancelToken
from ehrcoder.usecases.campaign.label import Machine, Proposed
from ehrcoder.usecases.campaign.simulate import SimulatedCase
from ehrcoder.usecases.campaign.store import CampaignStore
from ehrcoder.usecases.campaign.versions import VersionShelf

WORDS = {
    "hypertension": "I10", "diabetes": "E11.9", "asthma": "J45.909", "pneumonia": "J18.9", "fracture": "S72.001A",
    "anemia": "D64.9", "sepsis": "A41.9", "stroke": "I63.9", "migraine": "G43.909", "gout": "M10.9",
    "psoriasis": "L40.9", "epilepsy": "G40.909",
}
_FILLING = "the patient was seen today and reports a long course with follow up planned".split()


class WordCodes:
    """A code set of the words' codes."""

    def concept(self, system: str, code: str, **_: Any) -> Concept | None:
        if system != ICD_10_CM or code not in WORDS.values():
            return None
        return Concept(coding=Coding(system=system, version="2026", code=code, display=f"Title of {code}"), parent=None,
                       is_billable=True)

    def editions(self) -> tuple[CodeSetEdition, ...]:
        return ()

    def edition(self, system: str, **_: Any) -> CodeSetEdition | None:
        return None

    def lists(self, **_: Any) -> Mapping[str, str]:
        return {}

    def listed(self, system: str, code: str, **_: Any) -> Mapping[str, str]:
        return {}

    def ancestors(self, system: str, code: str, **_: Any) -> tuple[Concept, ...]:
        return ()

    def children(self, system: str, code: str, **_: Any) -> tuple[Concept, ...]:
        return ()

    def index_paths(self, system: str, code: str, **_: Any) -> tuple[str, ...]:
        return ()


class WordEngine:
    """Proposes the code of each word that stands in the note; `blind` words are missed, `wrong` adds noise."""

    def __init__(self, *, blind: frozenset[str] = frozenset(), wrong: float = 0.1, without_model: bool = True) -> None:
        self._blind = blind
        self._wrong = wrong
        self._outcome = RunOutcome.WITHOUT_MODEL if without_model else RunOutcome.COMPLETE
        self.calls: list[tuple[str, ...]] = []

    def propose_many(self, records: Sequence[EncounterRecord], *, cancel: CancelToken | None = None) -> Proposed:
        self.calls.append(tuple(record.record_id for record in records))
        return tuple(self._propose(record) for record in records)

    def propose(
        self, record: EncounterRecord, *, cancel: CancelToken | None = None
    ) -> tuple[InferenceRun, tuple[CodeSuggestion, ...]]:
        return self._propose(record)

    def rank(self, record: EncounterRecord) -> Any:
        """Return what the checks read of a ranking."""
        return SimpleNamespace(codes=[
            SimpleNamespace(confidence=s.confidence, case=SimpleNamespace(kind=CodeKind.DIAGNOSIS, code=s.coding.code))
            for s in self._propose(record)[1]
        ])

    def _propose(self, record: EncounterRecord) -> tuple[InferenceRun, tuple[CodeSuggestion, ...]]:
        ids, source = UuidSource(), random.Random(record.source_sha256)
        now = SystemClock().now()
        run = InferenceRun(
            run_id=RunId(ids.new_id()), record_id=record.record_id, started_at=now, finished_at=now,
            outcome=self._outcome, model=None, artefacts=(("lexicon.json.gz", "0" * 64),), prompt_id="words",
            policy="every-mention", code_sets=(), seed=0, prompt_tokens=0, judged_candidates=0, software_version="0")
        text = record.documents[0].text
        codes = {word: (code, 0.9) for word, code in WORDS.items() if word in text and word not in self._blind}
        if source.random() < self._wrong:
            word = source.choice([w for w in WORDS if w not in text])
            codes[word] = (WORDS[word], 0.35)
        return run, tuple(
            CodeSuggestion(
                suggestion_id=SuggestionId(ids.new_id()), run_id=run.run_id, record_id=record.record_id,
                coding=Coding(system=ICD_10_CM, version="2026", code=code, display=""), kind=CodeKind.DIAGNOSIS,
                evidence=_quote(text, word), scores=(), confidence=confidence, rank=rank)
            for rank, (word, (code, confidence)) in enumerate(codes.items(), start=1)
        )


def _quote(text: str, word: str) -> tuple[Evidence, ...]:
    if word not in text:
        return ()
    start = text.index(word)
    span = TextSpan(document_id=DocumentId("d1"), start=start, end=start + len(word))
    return (Evidence(span=span, quote=word),)


def case_of_words(number: int, seed: int, *, gold: bool = True) -> SimulatedCase:
    """Return a note with one to four of the words, and gold for them."""
    source = random.Random(f"{seed} {number}")
    words = source.sample(sorted(WORDS), k=source.randint(1, 4))
    lines = [" ".join([*source.choices(_FILLING, k=source.randint(4, 12)), word]).capitalize() + "." for word in words]
    text = f"Case {number}.\n" + "\n".join(lines) + "\n"
    name = f"case-{number:04}"
    if not gold:
        return SimulatedCase(name=name, text=text)
    document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title=name, text=text)
    sentences = sentences_of(document)
    keys = frozenset((CodeKind.DIAGNOSIS, WORDS[word]) for word in words)
    return SimulatedCase(name=name, text=text, gold=TrainingRecord(
        name=name, sentences=sentences, codes=keys,
        labels=tuple(frozenset((CodeKind.DIAGNOSIS, WORDS[w]) for w in words if w in s.text) for s in sentences)))


class StandInServices:
    """What a simulated campaign asks of the composition root, over real files and the word engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SystemClock()
        self.ids = UuidSource()
        self.code_sets = WordCodes()

    def campaigns(self, workspace: SqliteWorkspace) -> CampaignStore:
        return workspace.campaigns

    def versions(self, campaign_id: str) -> VersionShelf:
        return VersionShelf(self.folder / "versions")

    def engine(self, **_: Any) -> WordEngine:
        return WordEngine(wrong=0.0)

    def machine(self) -> Machine:
        import time

        return Machine(monotonic=time.monotonic, local_time=lambda: self.clock.now(), sleep=time.sleep,
                       memory_mb=lambda: 0.0, free_memory=lambda: None)


def write_version(records: Sequence[TrainingRecord], texts: Sequence[str], folder: Path) -> dict[str, float]:
    """Stand in for training: two files, one after the other."""
    (folder / "lexicon.json").write_text(json.dumps(sorted(r.name for r in records)))
    (folder / "scorer.json").write_text(json.dumps(len(texts)))
    return {"cv_f1": 0.5}


def run_options(folder: Path, **changed: Any) -> argparse.Namespace:
    """Return the options of a simulated campaign in a folder."""
    return argparse.Namespace(**{"out": folder, "seed": 1, "sample": 40, "dask": "", "no_pdf": True, **changed})

