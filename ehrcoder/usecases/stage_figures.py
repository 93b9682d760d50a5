"""What each stage of the engine can lose at most, from its rankings of records with gold codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.engine.choose import Pair
from ehrcoder.engine.pipeline import Ranking

DEPTHS = (1, 5, 20)
CodeKey = tuple[CodeKind, str]
Labels = Sequence[frozenset[CodeKey]]
"""The gold codes that each sentence of a record supports, in the order of the sentences."""


@dataclass(slots=True, kw_only=True)
class StageCounts:
    """Counts of one kind of code over records, added up record by record."""

    gold: int = 0
    placed: int = 0
    mentioned: int = 0
    at_depth: dict[int, int] = field(default_factory=lambda: dict.fromkeys(DEPTHS, 0))
    in_sentence: int = 0
    in_record: int = 0
    chosen: int = 0
    above_floor: int = 0
    suggested: int = 0

    def shares(self) -> dict[str, float | None]:
        """Return each stage's share of what reached it, 0 to 1, by the name of the report; None where nothing did."""
        found: dict[str, float | None] = {
            "evidence_placed_in_a_sentence": _share(self.placed, self.gold) if self.placed else None,
            "mention_recall": _share(self.mentioned, self.placed),
        }
        for depth, count in self.at_depth.items():
            found[f"candidate_recall_at_{depth}"] = _share(count, self.placed)
        found["candidate_recall_in_its_sentence"] = _share(self.in_sentence, self.placed)
        found["candidate_recall_in_the_record"] = _share(self.in_record, self.gold)
        found["choice_given_the_candidate"] = _share(self.chosen, self.in_record)
        found["above_the_floor_given_the_candidate"] = _share(self.above_floor, self.in_record)
        found["kept_by_merging_and_policy"] = _share(self.suggested, self.above_floor)
        return found


def count_stages(
    counts: Mapping[CodeKind, StageCounts],
    *,
    gold: Mapping[CodeKind, frozenset[str]],
    labels: Labels,
    ranking: Ranking,
    suggestions: Sequence[CodeSuggestion],
    floors: Mapping[CodeKind, float],
) -> None:
    """Add one record to the counts. Without labels, the stages that need sentences stay uncounted."""
    by_sentence = _candidates_by_sentence(ranking)
    for kind, count in counts.items():
        codes = gold.get(kind, frozenset())
        count.gold += len(codes)
        count.in_record += sum((kind, code) in ranking.candidate_codes for code in codes)
        ranked = {r.case.code: r for r in ranking.codes if r.case.kind is kind}
        for code in codes & ranked.keys():
            count.chosen += _is_chosen(ranking, kind, code)
        above = {code for code in codes & ranked.keys() if ranked[code].confidence >= floors[kind]}
        count.above_floor += len(above)
        count.suggested += len(above & {s.coding.code for s in suggestions})
        places: defaultdict[str, list[int]] = defaultdict(list)
        for number, supported in enumerate(labels[: len(ranking.sentences)]):
            for label_kind, code in supported:
                if label_kind is kind and code in codes:
                    places[code].append(number)
        for code, numbers in places.items():
            _count_mention(count, kind, code, [by_sentence.get(n, []) for n in numbers])


def _count_mention(count: StageCounts, kind: CodeKind, code: str, sentences: Sequence[Sequence[Pair]]) -> None:
    count.placed += 1
    ranks: list[int] = []
    mentioned = False
    for pairs in sentences:
        of_kind = [pair.candidate.code for pair in pairs if pair.candidate.kind is kind]
        mentioned = mentioned or any(other[:3] == code[:3] for other in of_kind)
        if code in of_kind:
            ranks.append(of_kind.index(code) + 1)
    count.mentioned += mentioned
    count.in_sentence += bool(ranks)
    for depth in DEPTHS:
        count.at_depth[depth] += any(rank <= depth for rank in ranks)


def _candidates_by_sentence(ranking: Ranking) -> dict[int, list[Pair]]:
    """Return the candidates of each sentence, best first by the score of the pair."""
    found: defaultdict[int, list[Pair]] = defaultdict(list)
    for ranked in ranking.codes:
        for pair in ranked.case.pairs:
            found[pair.sentence].append(pair)
    for pairs in found.values():
        pairs.sort(key=lambda pair: (-pair.score, pair.candidate.code))
    return dict(found)


def _is_chosen(ranking: Ranking, kind: CodeKind, code: str) -> bool:
    """Tell whether a code stands above all others of its category."""
    first = next(r for r in ranking.codes if r.case.kind is kind and r.case.code[:3] == code[:3])
    return first.case.code == code


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
