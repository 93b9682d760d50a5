"""The engine: one record in, ranked suggestions with evidence out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder import __version__
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import ModelUnavailableError
from ehrcoder.core.ids import RecordId, RunId, SuggestionId
from ehrcoder.core.language import language_of
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, FurtherCode, InferenceRun, ModelDescription, RunOutcome
from ehrcoder.engine.artefacts import Artefacts
from ehrcoder.engine.choose import CodeCase, Pair, cases_of, code_features, judged_features, pairs_to_judge
from ehrcoder.engine.features import pair_features
from ehrcoder.engine.ground import ground
from ehrcoder.engine.judge import PROMPT_ID, Question, ask
from ehrcoder.engine.policy import CodingPolicy
from ehrcoder.engine.segment import Sentence, sentences_of
from ehrcoder.engine.suggest import SuggestionBuilder
from ehrcoder.engine.titles import TitleBook
from ehrcoder.ports import CancelToken, Clock, CodeSetIndex, IdSource, LanguageModel

SEED = 0
# What a code that the model was not asked about keeps of its probability: those beside it were asked and won or lost.
UNASKED_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCode:
    """A code of the ranking, with its calibrated confidence and everything that speaks for it."""

    case: CodeCase
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All candidates of a record, best first within each kind, before the policy's floor."""

    sentences: tuple[Sentence, ...]
    codes: tuple[RankedCode, ...]
    model: ModelDescription | None
    prompt_tokens: int
    judged: int
    candidate_codes: frozenset[tuple[CodeKind, str]]
    artefacts: Artefacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a ranking gives under the policy: suggestions, and the codes below the floor that a search shows first."""

    run_id: RunId
    suggestions: tuple[CodeSuggestion, ...]
    further: tuple[FurtherCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """A record before the model is asked: its cases with their features and their probabilities without it."""

    artefacts: Artefacts
    sentences: tuple[Sentence, ...]
    cases: list[CodeCase]
    rows: list[list[float]]
    priors: list[float]


class CodingEngine:
    """Runs the stages over one record at a time; used from the thread that built it."""

    def __init__(
        self,
        *,
        index: CodeSetIndex,
        model: LanguageModel | None,
        artefacts: Artefacts,
        policy: CodingPolicy,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._index = index
        self._model = model
        self._artefacts = artefacts
        self._policy = policy
        self._clock = clock
        self._ids = ids
        self._titles = TitleBook(index)
        self._model_seconds = 0.0

    @property
    def model_seconds(self) -> float:
        """How long the model's runtime has computed for this engine so far."""
        return self._model_seconds

    @property
    def policy(self) -> CodingPolicy:
        """The coding policy in use."""
        return self._policy

    def propose(
        self, record: EncounterRecord, *, cancel: CancelToken | None = None
    ) -> tuple[InferenceRun, tuple[CodeSuggestion, ...]]:
        """Return the run and its suggestions, best first. Without a usable model it goes on without.

        Raises CancelledError; nothing partial is ever returned.
        """
        started = self._clock.now()
        ranking = self.rank(record, cancel=cancel)
        proposal = self.proposal(record, ranking)
        return self._run(record.record_id, proposal, started, ranking), proposal.suggestions

    def proposal(self, record: EncounterRecord, ranking: Ranking) -> Proposal:
        """Turn a ranking into the suggestions of a new run."""
        run_id = RunId(self._ids.new_id())
        builder = SuggestionBuilder(
            record=record,
            run_id=run_id,
            index=self._index,
            policy=self._policy,
            artefacts=ranking.artefacts,
            new_id=lambda: SuggestionId(self._ids.new_id()),
        )
        suggestions = builder.build(ranking)
        return Proposal(run_id=run_id, suggestions=suggestions, further=builder.further(ranking, suggestions))

    def propose_many(
        self, records: Sequence[EncounterRecord], *, cancel: CancelToken | None = None
    ) -> tuple[tuple[InferenceRun, tuple[CodeSuggestion, ...]], ...]:
        """Propose for several records, whose questions share the model's batches.

        The same records in the same order give the same suggestions; among other records a margin may differ in its
        second digit (docs/decisions/0010). Raises CancelledError.
        """
        started = self._clock.now()
        proposed: list[tuple[InferenceRun, tuple[CodeSuggestion, ...]]] = []
        for record, ranking in zip(records, self.rank_many(records, cancel=cancel), strict=True):
            proposal = self.proposal(record, ranking)
            proposed.append((self._run(record.record_id, proposal, started, ranking), proposal.suggestions))
        return tuple(proposed)

    def rank(self, record: EncounterRecord, *, cancel: CancelToken | None = None) -> Ranking:
        """Return every candidate of a record with its confidence, whatever the policy's floor."""
        return self.rank_many([record], cancel=cancel)[0]

    def rank_many(
        self, records: Sequence[EncounterRecord], *, cancel: CancelToken | None = None
    ) -> tuple[Ranking, ...]:
        """Rank several records; the model is asked about all of them at once."""
        gathered = [self._gather(record, cancel) for record in records]
        verdicts = self._judge(gathered, cancel)
        return tuple(self._ranking(item, verdict) for item, verdict in zip(gathered, verdicts, strict=True))

    def _gather(self, record: EncounterRecord, cancel: CancelToken | None) -> _Gathered:
        artefacts = self._artefacts.for_language(language_of(" ".join(d.text for d in record.documents)))
        sentences = tuple(s for document in record.documents for s in sentences_of(document))
        cases = cases_of(
            self._pairs(sentences, artefacts, cancel),
            billable=self._titles.billable,
            sentences_with=artefacts.sentences_with,
        )
        rows = code_features(cases, sentence_count=len(sentences))
        priors = artefacts.without_model.score(rows)
        return _Gathered(artefacts=artefacts, sentences=sentences, cases=cases, rows=rows, priors=priors)

    def _ranking(self, item: _Gathered, verdict: tuple[ModelDescription | None, int, int]) -> Ranking:
        model, tokens, judged = verdict
        confidences = item.priors
        if model is not None:
            confidences = [prior * UNASKED_SHARE for prior in item.priors]
            places, rows = judged_features(item.cases, item.rows, item.priors)
            for place, confidence in zip(places, item.artefacts.with_model.score(rows), strict=True):
                confidences[place] = confidence
        ranked = sorted(
            (RankedCode(case=case, confidence=round(c, 4)) for case, c in zip(item.cases, confidences, strict=True)),
            key=lambda ranked_code: (-ranked_code.confidence, ranked_code.case.code),
        )
        return Ranking(
            sentences=item.sentences,
            codes=tuple(ranked),
            model=model,
            prompt_tokens=tokens,
            judged=judged,
            candidate_codes=frozenset((case.kind, case.code) for case in item.cases),
            artefacts=item.artefacts,
        )

    def _pairs(
        self, sentences: Sequence[Sentence], artefacts: Artefacts, cancel: CancelToken | None
    ) -> list[Pair]:
        pairs: list[Pair] = []
        for number, sentence in enumerate(sentences):
            if cancel is not None:
                cancel.raise_if_cancelled()
            candidates = [
                candidate
                for candidate in ground(sentence, sources=artefacts.sources, index=self._index)
                if self._titles.title(candidate.kind, candidate.code) is not None
            ]
            rows = pair_features(candidates, lexicon=artefacts.lexicon)
            pairs.extend(
                Pair(sentence=number, candidate=candidate, features=row, score=0.0)
                for candidate, row in zip(candidates, rows, strict=True)
            )
        # All pairs of a record at once: the trees' cost is in the calls, not in the rows.
        for pair, score in zip(pairs, artefacts.pair_scorer.score([p.features for p in pairs]), strict=True):
            pair.score = score
        return pairs

    def _judge(
        self, records: Sequence[_Gathered], cancel: CancelToken | None
    ) -> list[tuple[ModelDescription | None, int, int]]:
        """Ask about every record at once; return the model, tokens and number of questions of each."""
        nobody: list[tuple[ModelDescription | None, int, int]] = [(None, 0, 0) for _ in records]
        if self._model is None:
            return nobody
        texts: list[str] = []
        questions: list[Question] = []
        asked: list[list[Pair]] = []
        for item in records:
            chosen = pairs_to_judge(item.cases, item.priors)
            asked.append(sorted(chosen, key=lambda pair: (pair.sentence, pair.candidate.code)))
            questions.extend(
                Question(
                    sentence=len(texts) + pair.sentence,
                    title=self._titles.title(pair.candidate.kind, pair.candidate.code) or "",
                )
                for pair in asked[-1]
            )
            texts.extend(sentence.text for sentence in item.sentences)
        try:
            verdicts = ask(self._model, texts, questions, cancel=cancel)
            description = self._model.describe()
        except ModelUnavailableError:
            # Degrade, never block: the run says that it was made without the model.
            return nobody
        self._model_seconds += verdicts.seconds
        margins = iter(verdicts.margins)
        for pairs in asked:
            for pair in pairs:
                pair.margin = next(margins)
        ends = iter(verdicts.tokens_by_sentence)
        return [
            (description, sum(next(ends) for _ in item.sentences), len(pairs))
            for item, pairs in zip(records, asked, strict=True)
        ]

    def _run(self, record_id: RecordId, proposal: Proposal, started: dt.datetime, ranking: Ranking) -> InferenceRun:
        return InferenceRun(
            run_id=proposal.run_id,
            record_id=record_id,
            started_at=started,
            finished_at=self._clock.now(),
            outcome=RunOutcome.WITHOUT_MODEL if ranking.model is None else RunOutcome.COMPLETE,
            model=ranking.model,
            artefacts=ranking.artefacts.hashes,
            prompt_id=PROMPT_ID,
            policy=self._policy.name,
            code_sets=tuple((edition.system, edition.version) for edition in self._index.editions()),
            seed=SEED,
            prompt_tokens=ranking.prompt_tokens,
            judged_candidates=ranking.judged,
            software_version=__version__,
            further=proposal.further,
        )
