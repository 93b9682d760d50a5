"""Says where the time of verification goes by the effort model, and what changes of the program would change of it.

Run by hand: `python tests/bench/effort_operators.py CODIESP_DIR ARTEFACTS [records]`, with artefacts that were fitted
on the train part only; without the language model. All figures are shares of the time by hand on the first records of
dev, of both kinds of code, by core/effort.py: nobody was measured.

- `floor F`: everything with a confidence of at least F is proposed. By the model a suggestion pays from a confidence of
  deciding / adding upwards (about 0.2), so no floor can win much over that one.
- `list of N`: a list of the next N candidates stands beside the suggestions. Each missing code costs one look at it;
  found, it is taken from there, else it is searched for as ever.
- `first in search, N`: while a missing code is typed, up to five of the record's N best candidates whose titles match
  stand before the other hits. The arm by hand has no candidates.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ehrcoder.cli.evaluate_command import finder
from ehrcoder.cli.learn_command import corpus_records
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.effort import KEYSTROKE, MENTAL, Finding, Offered, adding, parts_of
from ehrcoder.engine.ground import SYSTEM_OF_KIND
from ehrcoder.services import Services
from ehrcoder.usecases.campaign.simulate import SimulatedCase, record_of

PREFIXES = (3, 5, 7, 9, 12, 15, 18, 22, 26, 30, 36, 42, 50, 60)
OWN_SHOWN = 5
Key = tuple[CodeKind, str]
Find = Callable[["Case", Key], Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A record's gold codes, its candidates best first with their confidences, and what is proposed of them."""

    gold: frozenset[Key]
    ranked: tuple[tuple[Key, float], ...]
    proposed: Mapping[Key, tuple[str, ...]]


def cases_of(corpus: Path, artefacts: Path, count: int, services: Services) -> Iterator[Case]:
    """Yield the first records of dev as the engine sees them."""
    engine = services.engine(with_model=False, policy="every-mention", artefacts=artefacts)
    for text, gold in list(corpus_records(corpus, "dev"))[:count]:
        record = record_of(SimulatedCase(name=gold.name, text=text), ids=services.ids, clock=services.clock, seed=1)
        ranking = engine.rank(record)
        _, suggestions = engine.suggestions(record, ranking)
        yield Case(
            gold=gold.codes, ranked=tuple(((r.case.kind, r.case.code), r.confidence) for r in ranking.codes),
            proposed={(s.kind, s.coding.code): tuple(a.coding.code for a in s.alternatives) for s in suggestions
                      if s.kind is not CodeKind.OUTCOME})


def main(corpus: Path, artefacts: Path, count: int) -> None:
    """Reckon and print."""
    services = Services()
    index = services.code_sets
    by_hand = cache(finder(index))

    @cache
    def words(key: Key) -> tuple[str, tuple[str, ...]]:
        concept = index.concept(SYSTEM_OF_KIND[key[0]], key[1])
        title = concept.coding.display if concept else ""
        return title, tuple(re.findall(r"\w+", title.lower()))

    def plainly(case: Case, key: Key) -> Finding:
        return by_hand(*key)

    def with_own_first(most: int) -> Find:
        def find(case: Case, key: Key) -> Finding:
            usual, title = by_hand(*key), words(key)[0]
            own = [k for k, _ in case.ranked[:most] if k[0] is key[0]]
            for length in (*PREFIXES, len(title)):
                if length >= usual.characters:
                    break
                typed = re.findall(r"\w+", title[:length].lower())
                hits = [k for k in own if all(any(w.startswith(t) for w in words(k)[1]) for t in typed)][:OWN_SHOWN]
                if key in hits:
                    return Finding(characters=length, place=hits.index(key) + 1)
            return usual
        return find

    cases = list(cases_of(corpus, artefacts, count, services))
    whole = sum(adding(by_hand(*key)) for case in cases for key in case.gold)

    def show(name: str, *, floor: float = 0.0, find: Find = plainly, listed: int = 0) -> None:
        parts, looking = [0.0] * 4, 0.0
        for case in cases:
            offered = {k: case.proposed.get(k, ()) for k, p in case.ranked if p >= floor} if floor else case.proposed
            for kind in (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE):
                gold = frozenset(code for k, code in case.gold if k is kind)
                offers = [Offered(code=code, alternatives=a) for (k, code), a in offered.items() if k is kind]
                found: set[str] = set()
                if listed:
                    found, seconds = taken_from_list(case, kind, gold, offered, listed)
                    looking += seconds
                spent = parts_of(gold - found, offers, lambda code, c=case, k=kind: find(c, (k, code)))
                parts = [a + b for a, b in zip(parts, (spent.accepting, spent.rejecting, spent.replacing, spent.adding),
                                               strict=True)]
        accept, reject, replace, add = (part / whole for part in parts)
        print(f"{name:26} {(sum(parts) + looking) / whole:.3f} = accepting {accept:.3f} + rejecting {reject:.3f} + "
              f"replacing {replace:.3f} + adding {add:.3f}" + (f" + list {looking / whole:.3f}" if listed else ""))

    print(f"{len(cases)} records, {sum(len(c.gold) for c in cases)} codes, "
          f"{whole / max(1, sum(len(c.gold) for c in cases)):.2f} s a code by hand")
    show("as it is")
    for floor in (0.1, 0.15, 0.2, 0.25, 0.35, 0.5):
        show(f"floor {floor}", floor=floor)
    for listed in (5, 10, 20):
        show(f"list of {listed}", listed=listed)
    for most in (40, 80, 150, 400):
        show(f"first in search, {most}", find=with_own_first(most))
    missing = [(case, key) for case in cases for key in case.gold if key not in case.proposed]
    absent = sum(key not in {k for k, _ in case.ranked} for case, key in missing)
    print(f"{len(missing)} codes are not proposed; {absent} of them are no candidates at all")
    services.close()


def taken_from_list(
    case: Case, kind: CodeKind, gold: frozenset[str], offered: Mapping[Key, Sequence[str]], listed: int
) -> tuple[set[str], float]:
    """Return what is taken from the list of the next candidates, and the seconds of all looks at it."""
    alternatives = {code for others in offered.values() for code in others}
    rest = [k[1] for k, _ in case.ranked if k[0] is kind and k not in offered][:listed]
    found: set[str] = set()
    seconds = 0.0
    for code in sorted(gold - {c for k, c in offered if k is kind} - alternatives):
        seconds += MENTAL
        if code in rest:
            seconds += (rest.index(code) + 2) * KEYSTROKE
            rest.remove(code)
            found.add(code)
    return found, seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 60)
