"""How long the window takes: `python tests/bench/window_latency.py [--records N] [--words N] [--batch]`.

Prints one line a measurement with its limit, and ends with 1 where a limit is passed. Everything runs in the window
itself without a display; code sets and engine are the installed ones, the language model is off.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from PySide6.QtCore import Qt, QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from ehrcoder.core.ids import DocumentId, RecordId  # noqa: E402
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient  # noqa: E402
from ehrcoder.gui.app import TURN_SECONDS, application, make_window, wait_until_loaded  # noqa: E402
from ehrcoder.gui.main_window import MainWindow  # noqa: E402
from ehrcoder.gui.models.record_list import QueueFilter, QueueOrder  # noqa: E402
from ehrcoder.services import Services  # noqa: E402

_SENTENCES = (
    "Type 2 diabetes mellitus with diabetic polyneuropathy; atrial fibrillation on anticoagulation.",
    "Chronic obstructive pulmonary disease with acute exacerbation. Iron deficiency anemia. Hypothyroidism.",
    "Urinary tract infection due to Escherichia coli. Fracture of the left femur after a fall. Gout of the knee.",
    "The patient was admitted with community acquired pneumonia of the right lower lobe.",
    "There was no chest pain, and no history of diabetes mellitus.",
    "Essential hypertension was treated with lisinopril, with good control.",
    "Acute kidney injury resolved with fluids; creatinine fell from 2.1 to 1.0 mg/dL.",
    "She was discharged home in improved condition.",
)
_COLD_START = """
import sys, time
from pathlib import Path
from ehrcoder.gui.app import application, make_window, wait_until_loaded
from ehrcoder.services import Services
application()
window = make_window(Services(), Path(sys.argv[1]), theme="light")
window.show()
window.session.open()
assert wait_until_loaded(window)
print(time.time())
window.close()
"""


@dataclass(slots=True)
class Figures:
    """What was measured, in milliseconds, against its limit."""

    failed: int = 0
    lines: list[str] = field(default_factory=list)

    def told(self, name: str, value: float, limit: float, *, work: float | None = None) -> None:
        """Print one measurement; `work` is the processor time of the main thread in it."""
        is_over = value > limit
        self.failed += is_over
        busy = f"   of which work {work:7.1f} ms" if work is not None else ""
        print(f"{name:<66} {value:8.1f} ms   limit {limit:5.0f} ms   {'OVER' if is_over else 'ok  '}{busy}", flush=True)


class Clock:
    """Wall time and the work of this thread since it was made, in milliseconds."""

    def __init__(self) -> None:
        self._begin, self._busy = time.perf_counter(), time.thread_time()

    @property
    def wall(self) -> float:
        """Milliseconds that a person would have waited."""
        return (time.perf_counter() - self._begin) * 1000

    @property
    def work(self) -> float:
        """Milliseconds that the main thread had a processor: what an idle machine would take at least."""
        return (time.thread_time() - self._busy) * 1000


class Heart:
    """Beats as often as the event loop turns, and knows the longest time between two beats."""

    def __init__(self) -> None:
        self.longest = self.work = 0.0
        self._last, self._busy = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._beat)

    def _beat(self) -> None:
        now, busy = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.work = max(self.work, (busy - self._busy) * 1000)
        self._last, self._busy = now, busy

    def during(self, act: Callable[[], object], *, seconds: float = 0.3) -> float:
        """Return the longest pause in milliseconds while something is done and shown."""
        self.longest = self.work = 0.0
        self._last, self._busy = time.perf_counter(), time.thread_time()
        self._timer.start()
        act()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            QApplication.processEvents()
        self._timer.stop()
        return self.longest * 1000


def record(number: int, text: str) -> EncounterRecord:
    import datetime as dt

    return EncounterRecord(
        record_id=RecordId(f"bench-{number:07}"), source_format="text", source_name=f"bench-{number}.txt",
        source_sha256=f"{number:064x}", imported_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        patient=Patient(pseudonym=f"P-{number:07}"),
        documents=(ClinicalDocument(document_id=DocumentId(f"d-{number}"), type="Note", title="Note", text=text),),
    )


def note(words: int) -> str:
    lines, count, number = ["HOSPITAL COURSE"], 0, 0
    while count < words:
        sentence = _SENTENCES[number % len(_SENTENCES)]
        lines.append(sentence)
        count += len(sentence.split())
        number += 1
        if number % 40 == 0:
            lines.append(f"\nASSESSMENT {number}")
    return "\n".join(lines)


def until(holds: Callable[[], bool], seconds: float = 30) -> float:
    """Let the window work until something holds, and return how long it took in milliseconds."""
    begin = time.perf_counter()
    while not holds():
        QApplication.processEvents()
        if time.perf_counter() - begin > seconds:
            raise SystemExit("it never happened")
    return (time.perf_counter() - begin) * 1000


def opened(services: Services, path: Path) -> MainWindow:
    window = make_window(services, path, theme="light")
    window.resize(1440, 900)
    window.show()
    window.session.open()
    if not wait_until_loaded(window, 120):
        raise SystemExit("the window did not load")
    return window


def cold_start(figures: Figures, path: Path) -> None:
    times: list[float] = []
    worked: list[float] = []
    for _ in range(3):
        before = os.times()
        begin = time.time()
        done = subprocess.run(
            [sys.executable, "-c", _COLD_START, str(path)], check=True, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        times.append((float(done.stdout.split()[-1]) - begin) * 1000)
        after = os.times()
        worked.append(sum(after[2:4]) * 1000 - sum(before[2:4]) * 1000)
    figures.told("cold start to a usable window (best of 3; work: with closing)", min(times), 2500, work=min(worked))


def opening(figures: Figures, window: MainWindow) -> None:
    ids = [row.record_id for row in window.session.rows][:20]
    times: list[float] = []
    work: list[float] = []
    for record_id in ids:
        if window.session.view is not None and window.session.view.record_id == record_id:
            continue
        clock = Clock()
        window.session.open_record(record_id)
        until(lambda wanted=record_id: window.session.view is not None and window.session.view.record_id == wanted)
        QApplication.processEvents()
        times.append(clock.wall)
        work.append(clock.work)
    figures.told("opening a record of 400 words (95th percentile)", percentile(times), 150, work=percentile(work))


def keys(figures: Figures, window: MainWindow, *, with_batch: bool) -> None:
    """Press keys and measure until their effect is painted, with a batch being proposed meanwhile."""
    label = "with a batch running" if with_batch else "idle"
    wait_until_loaded(window)
    window.session.open_record(window.session.rows[int(with_batch)].record_id)
    wait_until_loaded(window)
    window.focus_review()
    if with_batch:
        window.trigger("propose_all")
        for _ in range(200):
            QApplication.processEvents()
    moves: list[float] = []
    worked: list[float] = []
    decisions: list[float] = []
    decided: list[float] = []
    saved: list[float] = []
    tray = window.tray
    for turn in range(120):
        key = Qt.Key.Key_J if turn % 12 < 6 else Qt.Key.Key_K
        before = tray.view.currentIndex().row()
        clock = Clock()
        QTest.keyClick(tray.view, key)
        QApplication.processEvents()
        if tray.view.currentIndex().row() != before:
            moves.append(clock.wall)
            worked.append(clock.work)
    for _ in range(12):
        view = window.session.need_view()
        if not view.undecided:
            break
        window.tray.go_to(view.undecided[0].suggestion_id)
        QApplication.processEvents()
        version, before = view.coding.version, tray.view.currentIndex().row()
        clock = Clock()
        QTest.keyClick(tray.view, Qt.Key.Key_A)
        if window.session.need_view().coding.version == version and "again" in window.status.message.text():
            QTest.keyClick(tray.view, Qt.Key.Key_A)
        until(lambda row=before, now=version: tray.view.currentIndex().row() != row
              or window.session.need_view().coding.version > now)
        QApplication.processEvents()
        decisions.append(clock.wall)
        decided.append(clock.work)
        until(lambda now=version: window.session.need_view().coding.version > now)
        QApplication.processEvents()
        saved.append(clock.wall)
        for _ in range(5):
            QApplication.processEvents()
    is_still_running = window.session.is_busy
    window.session.cancel_jobs()
    wait_until_loaded(window, 120)
    if with_batch and not is_still_running:
        print("  (the batch ended before the last key)")
    figures.told(f"key that moves, to its effect, {label} (95th of {len(moves)})", percentile(moves), 50,
                 work=percentile(worked))
    figures.told(f"A, to its effect, {label} (95th of {len(decisions)})", percentile(decisions), 50,
                 work=percentile(decided))
    print(f"  (A, until it is stored and shown, {label}: median {statistics.median(saved):.0f} ms)")


def long_note(figures: Figures, window: MainWindow, record_id: RecordId) -> None:
    heart = Heart()
    gc.collect()
    figures.told("200,000 words: longest pause while it opens", heart.during(
        lambda: window.session.open_record(record_id), seconds=4), 200, work=heart.work)
    until(lambda: window.session.view is not None and window.session.view.record_id == record_id)
    wait_until_loaded(window)
    bar = window.note.note.verticalScrollBar()
    pauses = []
    for step in range(20):
        pauses.append(heart.during(lambda at=step: bar.setValue(bar.maximum() * at // 20), seconds=0.05))
    figures.told("200,000 words: longest pause while it scrolls", max(pauses), 200)
    window.trigger("find")
    pauses = []
    for words in ("c", "cr", "creatinine", "creatinine fell", "nowhere to be found"):
        pauses.append(heart.during(lambda text=words: window.note.find_line.setText(text), seconds=0.1))
        pauses.append(heart.during(window.note.find_again, seconds=0.1))
    figures.told("200,000 words: longest pause while it is searched", max(pauses), 200)
    window.trigger("back")


def long_queue(figures: Figures, window: MainWindow, count: int) -> None:
    base = window.session.rows[0]
    rows = tuple(
        replace(base, record_id=RecordId(f"r{number}"), title=f"P-{number:06} · 2026-04-{number % 28 + 1:02}",
                undecided_count=number % 30, least_confidence=(number % 97) / 97)
        for number in range(count)
    )
    clock = Clock()
    window.records.show_rows(rows)
    window.records.repaint()
    figures.told(f"queue of {count:,} records: shown", clock.wall, 300, work=clock.work)
    for text, which in (("04-07", QueueFilter.ALL), ("p-0999", QueueFilter.ALL), ("", QueueFilter.TO_DECIDE),
                        ("04-1", QueueFilter.OPEN)):
        window.records.model.set_filter("", QueueFilter.ALL)
        clock = Clock()
        window.records.model.set_filter(text, which)
        window.records._say_how_many()
        window.records.repaint()
        figures.told(f"queue of {count:,} records: filtered by {text or which.value!r}", clock.wall, 150,
                     work=clock.work)
    clock = Clock()
    window.records.model.set_order(QueueOrder.LEAST_SURE)
    window.records.repaint()
    print(f"  (ordered by the least sure: {clock.wall:.0f} ms, of which work {clock.work:.0f} ms)")


def stored_queue(figures: Figures, services: Services, path: Path) -> None:
    """A stored workspace of many records: how long its list takes, from the file to the screen."""
    window = make_window(services, path, theme="light")
    window.resize(1440, 900)
    window.show()
    begin = time.perf_counter()
    window.session.open(read_only=True)
    until(lambda: window.records.model.rowCount() > 0, 120)
    window.repaint()
    first = (time.perf_counter() - begin) * 1000
    heart = Heart()
    pause = heart.during(lambda: None, seconds=3)
    wait_until_loaded(window, 120)
    figures.told(f"stored queue of {window.records.model.total:,}: first rows on the screen", first, 300)
    figures.told(f"stored queue of {window.records.model.total:,}: longest pause afterwards", pause, 200)
    window.close()


def percentile(values: list[float]) -> float:
    """Return the 95th percentile."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)] if ordered else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=60, help="records of the batch that runs meanwhile")
    parser.add_argument("--stored", type=Path, help="a workspace of many records to open as well")
    options = parser.parse_args()
    services = Services()
    services.settings = services.settings.model_copy(
        update={"model": services.settings.model.model_copy(update={"enabled": False})}
    )
    application()
    sys.setswitchinterval(TURN_SECONDS)  # as the window does when it starts
    figures = Figures()
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "bench.ehrw"
        workspace = services.open_workspace(path)
        workspace.add_records([record(number, note(400)) for number in range(options.batch)])
        workspace.add_records([record(9_999_999, note(options.words))])
        workspace.close()
        cold_start(figures, path)
        window = opened(services, path)
        first = window.session.rows[0].record_id
        window.session.open_record(first)
        wait_until_loaded(window)
        window.session.propose([row.record_id for row in window.session.rows[:2]])
        wait_until_loaded(window, 600)
        opening(figures, window)
        keys(figures, window, with_batch=False)
        keys(figures, window, with_batch=True)
        long_note(figures, window, RecordId("bench-9999999"))
        long_queue(figures, window, options.records)
        window.close()
    if options.stored is not None:
        stored_queue(figures, services, options.stored)
    return 1 if figures.failed else 0


if __name__ == "__main__":
    sys.exit(main())
