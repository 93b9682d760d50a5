"""Keys a record: `python tests/bench/window_key_presses.py CODIESP_DEV [--limit 100] [--artefacts D]`.

Proposes codes for the records with the installed engine, and counts the keys from the suggestions to the gold codes
with the window's key map, against the keys that the same window needs without suggestions. Whoever codes by hand is
taken to type the beginning of a code's title until the product's own search shows it (as `ehrcoder evaluate` does for
seconds), and in a second, harder comparison the code itself, letter by letter, as one who knows every code by heart.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ehrcoder.cli.evaluate_command import finder  # noqa: E402
from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind  # noqa: E402
from ehrcoder.core.effort import Finding, Offered  # noqa: E402
from ehrcoder.core.key_presses import KeyCosts, KeyPresses, costs_of, key_presses  # noqa: E402
from ehrcoder.gui.action_table import action_specs  # noqa: E402
from ehrcoder.gui.app import application  # noqa: E402
from ehrcoder.ports import CodeSetIndex  # noqa: E402
from ehrcoder.services import Services  # noqa: E402


def by_heart(index: CodeSetIndex, kind: CodeKind) -> Callable[[str], Finding]:
    """Return what tells how much of a code itself must be typed until the search shows it."""
    def find(code: str) -> Finding:
        bare = code.replace(".", "")
        for length in range(2, len(bare) + 1):
            hits = [hit for hit in index.search(bare[:length], kinds=[kind], limit=40) if hit.concept.is_billable]
            place = next((n for n, hit in enumerate(hits, 1) if hit.concept.coding.code == code), None)
            if place is not None and place <= 3:
                return Finding(characters=length, place=place)
        return Finding(characters=len(bare), place=1)

    return find


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the development part of CodiEsp")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--policy", default="every-mention", choices=("clinical", "every-mention"))
    parser.add_argument("--model", action="store_true", help="with the language model")
    parser.add_argument("--artefacts", type=Path, help="instead of the shipped ones, which saw this part")
    options = parser.parse_args()
    services = Services()
    settings = services.settings
    services.settings = settings.model_copy(update={
        "model": settings.model.model_copy(update={"enabled": options.model}),
        "coding": settings.coding.model_copy(update={"policy": options.policy}),
    })
    application()
    costs = costs_of({spec.name: spec.keys for spec in action_specs()})
    index, engine = services.open_code_sets(), services.engine(artefacts=options.artefacts)
    title_finder = finder(index)
    records = _records(services, options.folder, options.limit)
    totals = {(way, kind): KeyPresses(from_suggestions=0, from_nothing=0)
              for way in ("title", "by heart") for kind in (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE)}
    cache: dict[tuple[str, CodeKind, str], Finding] = {}
    for record in records:
        run, suggestions = engine.propose(record)
        for kind in (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE):
            gold = frozenset(_spelled(index, each.coding.system, each.coding.code)
                             for each in record.imported_codes if each.kind is kind)
            offered = [
                Offered(code=s.coding.code, alternatives=tuple(a.coding.code for a in s.alternatives))
                for s in suggestions if s.kind is kind
            ]
            heart = by_heart(index, kind)
            for way in ("title", "by heart"):
                def find(code: str, way: str = way, kind: CodeKind = kind,
                         heart: Callable[[str], Finding] = heart) -> Finding:
                    key = (way, kind, code)
                    if key not in cache:
                        cache[key] = title_finder(kind, code) if way == "title" else heart(code)
                    return cache[key]

                listed = [each.coding.code for each in run.further if KIND_OF_SYSTEM[each.coding.system] is kind]
                found = key_presses(gold, offered, find, costs, listed=listed)
                so_far = totals[way, kind]
                totals[way, kind] = KeyPresses(
                    from_suggestions=so_far.from_suggestions + found.from_suggestions,
                    from_nothing=so_far.from_nothing + found.from_nothing,
                )
    _tell(totals, len(records), costs)
    return 0


def _records(services: Services, folder: Path, limit: int):
    import tempfile

    from ehrcoder.usecases.import_records import import_paths

    with tempfile.TemporaryDirectory() as temporary:
        workspace = services.open_workspace(Path(temporary) / "keys.ehrw")
        try:
            import_paths([folder], readers=services.readers, store=workspace, clock=services.clock, ids=services.ids)
            return [workspace.record(row.record_id) for row in workspace.rows()[:limit]]
        finally:
            workspace.close()


def _spelled(index: CodeSetIndex, system: str, code: str) -> str:
    for spelling in (code, code.upper()):
        concept = index.concept(system, spelling)
        if concept is not None:
            return concept.coding.code
    return code.upper()


def _tell(totals: dict, records: int, costs: KeyCosts) -> None:
    print(f"{records} records; keys: {costs}")
    for way in ("title", "by heart"):
        sum_with = sum(each.from_suggestions for (w, _), each in totals.items() if w == way)
        sum_without = sum(each.from_nothing for (w, _), each in totals.items() if w == way)
        for (w, kind), each in totals.items():
            if w == way:
                print(f"{way:>9} {kind.value:<10} {each.from_suggestions / records:7.1f} keys a record with, "
                      f"{each.from_nothing / records:7.1f} without: {each.ratio:.2f}")
        print(f"{way:>9} both       {sum_with / records:7.1f} keys a record with, {sum_without / records:7.1f} "
              f"without: {sum_with / sum_without if sum_without else 0:.2f}")


if __name__ == "__main__":
    sys.exit(main())
