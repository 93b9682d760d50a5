"""The campaign in the window: made by keys, its figures lead to their records, labelling is paused and goes on."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.campaign_world import (
    StandInServices,
    WordCodes,
    WordEngine,
    case_of_words,
    run_options,
    write_version,
)
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.cli.campaign_simulated_steps import CampaignRun
from ehrcoder.core.campaign.checks import CheckFinding, CheckKind
from ehrcoder.core.campaign.plan import Arm, CampaignPlan
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import RecordStatus
from ehrcoder.gui.campaign.figures import figures_of
from ehrcoder.gui.campaign.view import CampaignPopup
from ehrcoder.usecases.campaign.check_set import CheckResult
from ehrcoder.usecases.campaign.dashboard import gather_dashboard
from ehrcoder.usecases.campaign.label import Machine
from ehrcoder.usecases.campaign.labels import gather_labels
from ehrcoder.usecases.campaign.simulate import SimulatedExpert, import_cases
from ehrcoder.usecases.campaign.versions import VersionShelf
from ehrcoder.usecases.verify_code import VerifyCode


@pytest.fixture
def campaign_services(services, tmp_path: Path):
    """Let the window's stand-in services keep campaigns as the real ones do."""
    import datetime as dt
    import time

    services.versions = lambda campaign_id: VersionShelf(tmp_path / "versions")
    services.machine = lambda: Machine(
        monotonic=time.monotonic, local_time=lambda: dt.datetime(2026, 1, 1, 12), sleep=time.sleep,
        memory_mb=lambda: 0.0, free_memory=lambda: None)
    services.engine = lambda **_: WordEngine()
    return services


def opened_campaign(qtbot, window) -> CampaignPopup:
    for overlay in window.overlays:
        overlay.dismiss()  # the list of codes that the small code set lacks comes up at the start
    window.trigger("campaign")
    found = window.findChild(CampaignPopup)
    assert found is not None
    qtbot.waitUntil(lambda: "Reading" not in found.about.text(), timeout=10_000)
    return found


def test_a_campaign_is_made_sampled_labelled_and_queued(qtbot, open_window, campaign_services) -> None:
    window = open_window()
    popup = opened_campaign(qtbot, window)
    assert "There is no campaign" in popup.about.text()
    qtbot.keyClicks(popup.name, "autumn")
    qtbot.mouseClick(popup.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: popup.heading.text() == "Campaign autumn", timeout=10_000)
    popup.sample_size.setValue(1)
    qtbot.mouseClick(popup.sample, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(popup._state.reasons), timeout=10_000)
    qtbot.mouseClick(popup.label, Qt.MouseButton.LeftButton)
    assert popup.label.text() == "Pause"
    qtbot.waitUntil(lambda: popup.label.text() == "Label", timeout=20_000)
    qtbot.waitUntil(lambda: " 0 labelled" not in popup.about.text() and "labelled" in popup.about.text(),
                    timeout=10_000)
    qtbot.mouseClick(popup.queue, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("queue" in popup.figures.item(0).text() for _ in (0,))
                    and " 0 in the queue" not in popup.figures.item(0).text(), timeout=10_000)
    qtbot.mouseClick(popup.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not popup.isVisible(), timeout=10_000)
    assert window.session.view is not None or window.session.is_busy is False


def signed_campaign(services, path: Path) -> None:
    """Put forty signed records and a campaign into the window's workspace."""
    cases = [case_of_words(n, 1) for n in range(40)]
    with closing(services.open_workspace(path)) as workspace:
        campaign = workspace.campaigns.create("autumn", CampaignPlan(policy="every-mention"))
        where = import_cases(cases, records=workspace, ids=services.ids, clock=services.clock, seed=1)
        expert = SimulatedExpert(
            verify=VerifyCode(history=workspace, store=workspace, index=WordCodes(), ids=services.ids),
            records=workspace, store=workspace.campaigns, index=WordCodes(), clock=services.clock)
        for case in cases:
            expert.sign(campaign, where[case.name], case.gold, coder=CoderId("ana"), arm=Arm.CONTROL)


def test_training_is_paused_goes_on_and_ends_at_the_gate(
    qtbot, open_window, campaign_services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    signed_campaign(campaign_services, open_window.path)
    slow = [True]

    def trainer_of(services, *, with_model, cancel, progress):
        def train(records, texts, folder):
            (folder / "begun").write_text("x")
            for number in range(10_000 if slow[0] else 1):
                cancel.raise_if_cancelled()
                progress(number + 1, 10_000, "grounding")
                time.sleep(0.005)
            return write_version(records, texts, folder)
        return train

    monkeypatch.setattr("ehrcoder.usecases.campaign.trainer.trainer_of", trainer_of)
    popup = opened_campaign(qtbot, open_window())
    qtbot.mouseClick(popup.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: popup.about.text().startswith("Training: grounding, "), timeout=20_000)
    assert (popup.train.text(), popup.label.isEnabled()) == ("Pause", False)
    qtbot.mouseClick(popup.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: popup.about.text().startswith("Training is paused"), timeout=20_000)
    assert (popup.train.text(), popup.label.isEnabled()) == ("Train", True)
    shelf = VersionShelf(tmp_path / "versions")
    assert [v.name for v in shelf.versions()] == ["shipped"]
    assert (shelf.making() / "begun").exists()
    slow[0] = False
    qtbot.mouseClick(popup.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(item.startswith("Learning curve") for item in (
        popup.figures.item(n).text() for n in range(popup.figures.count()))), timeout=20_000)
    # Eight records are too few for the gate, so the version is kept and not used.
    assert [v.name for v in shelf.versions()] == ["shipped", "v1"]
    assert shelf.current().name == "shipped"
    assert popup.train.text() == "Train"


def test_every_button_says_what_it_does(qtbot, open_window, campaign_services) -> None:
    popup = opened_campaign(qtbot, open_window())
    buttons = popup.findChildren(QPushButton)
    assert len(buttons) == 9
    assert all(b.objectName().startswith("campaign_") and b.toolTip() and b.accessibleName() for b in buttons)


def test_propose_refuses_what_a_campaign_has_coded_without_suggestions(qtbot, open_window, campaign_services) -> None:
    campaign_services.made_engine = WordEngine()
    window = open_window()
    popup = opened_campaign(qtbot, window)
    qtbot.keyClicks(popup.name, "autumn")
    qtbot.mouseClick(popup.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: popup.heading.text() == "Campaign autumn", timeout=10_000)
    popup.sample_size.setValue(1)
    qtbot.mouseClick(popup.sample, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(popup._state.reasons), timeout=10_000)
    (sampled,) = popup._state.reasons
    popup.close()
    problems = []
    window.session.problem.connect(problems.append)
    window.session.propose((sampled,))
    qtbot.waitUntil(lambda: bool(problems), timeout=10_000)
    assert problems[0].what == "A campaign has this record coded without suggestions, to compare."
    assert window.session.row(sampled).status is RecordStatus.NEW


def test_every_figure_leads_to_records_of_the_workspace(tmp_path: Path) -> None:
    services = StandInServices(tmp_path)
    cases = [case_of_words(n, 1) for n in range(60)]
    with closing(SqliteWorkspace.open(tmp_path / "w.ehrw", clock=services.clock, ids=services.ids)) as workspace:
        CampaignRun(services=services, workspace=workspace, options=run_options(tmp_path, sample=34), with_model=False,
                    engine_of=lambda _: WordEngine(), train=cases[:40], dev=cases[40:], crowd=[],
                    trainer=write_version).run()
        labels = gather_labels(workspace)
        board = gather_dashboard(workspace.campaigns.campaign(""), labels, records=workspace,
                                 store=workspace.campaigns, now=services.clock.now())
        known = {row.record_id for row in workspace.rows()}
    first, second = sorted(known)[:2]
    kind = CheckKind.STRANGE_CODE
    board = replace(board, record_lists={**board.record_lists, kind.value: (first, second)}, checks=CheckResult(
        records=60, findings=tuple(
            CheckFinding(check=kind, message=message, records=records, strength=1.0)
            for message, records in (("one", (first,)), ("two", (first, second))))))
    found = figures_of(board)
    strange = next(f for f in found if f.name == f"Check: {kind.value}")
    assert (strange.value, dict(strange.notes)) == ("2 findings", {first: "one; two", second: "two"})
    assert {"Progress", "F1, all", "Calibration", "Learning curve", "Time against the control arm", "review-1"} <= {
        each.name for each in found}
    assert all(each.records and set(each.records) <= known for each in found if each.name != "Progress")
    assert next(f for f in found if f.name.startswith("Time")).value.endswith("SIMULATED")
