"""What the campaign view has done off the main thread: reads on a connection of its own, writes on the store lane."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ehrcoder.core.errors import EnvironmentFault, NotFoundError
from ehrcoder.core.ids import RecordId
from ehrcoder.gui.task_runner import CancelFlag, Lane, Problem

if TYPE_CHECKING:
    from ehrcoder.core.campaign.gate import GateDecision
    from ehrcoder.core.campaign.plan import Campaign
    from ehrcoder.engine.pipeline import CodingEngine
    from ehrcoder.gui.session import WorkspaceSession
    from ehrcoder.usecases.campaign.dashboard import Dashboard
    from ehrcoder.usecases.campaign.label import LabelProgress, LabelResult
    from ehrcoder.usecases.campaign.store import CampaignStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignState:
    """What the view shows; without a campaign, nothing but that there is none."""

    dashboard: Dashboard | None
    reasons: dict[RecordId, str]


class CampaignWork:
    """Starts work for the view; each callback runs on the main thread."""

    def __init__(self, session: WorkspaceSession) -> None:
        self._session = session
        self._services = session.services

    def load(self, *, done: Callable[[CampaignState], None], failed: Callable[[Problem], None]) -> None:
        """Compute every figure on the read lane, from a read-only connection: decisions go on meanwhile."""
        path = self._path()

        def work() -> CampaignState:
            from ehrcoder.usecases.campaign.dashboard import gather_dashboard
            from ehrcoder.usecases.campaign.labels import gather_labels

            with closing(self._services.open_workspace(path, read_only=True)) as workspace:
                store = self._services.campaigns(workspace)
                if not store.campaigns():
                    return CampaignState(dashboard=None, reasons={})
                campaign = store.campaigns()[-1]
                labels = gather_labels(workspace)
                board = gather_dashboard(campaign, labels, records=workspace, store=store,
                                         now=self._services.clock.now())
                reasons = {line.item.record_id: line.item.reason for name in store.lists(campaign.campaign_id)
                           for line in store.work(campaign.campaign_id, name)}
                return CampaignState(dashboard=board, reasons=reasons)

        self._session.runner.start(Lane.READ, work, done=done, failed=failed)

    def create(self, name: str, *, done: Callable[[object], None], failed: Callable[[Problem], None]) -> None:
        """Make a campaign with the usual shares and this coder."""
        from ehrcoder.core.campaign.plan import CampaignPlan

        plan = CampaignPlan(coders=(self._session.coder,), policy=self._services.settings.coding.policy)
        self._session.runner.start(Lane.STORE, lambda: self._store().create(name, plan), done=done, failed=failed)

    def sample(self, size: int, *, done: Callable[[object], None], failed: Callable[[Problem], None]) -> None:
        """Choose the records that are coded first."""
        from ehrcoder.usecases.campaign.sample import make_sample

        self._session.runner.start(
            Lane.STORE, lambda: make_sample(self._campaign(), size=size, records=self._session.workspace(),
                                            store=self._store()), done=done, failed=failed)

    def queue(self, *, done: Callable[[object], None], failed: Callable[[Problem], None]) -> None:
        """Make the queue of verification."""
        from ehrcoder.usecases.campaign.check_set import last_checks
        from ehrcoder.usecases.campaign.labels import gather_labels
        from ehrcoder.usecases.campaign.verify import make_verify_list

        def work() -> str:
            workspace, store, campaign = self._session.workspace(), self._store(), self._campaign()
            checks = last_checks(campaign, store)
            return make_verify_list(campaign, records=workspace, store=store,
                                    labelled=gather_labels(workspace).labelled,
                                    findings=checks.of_record() if checks else {})

        self._session.runner.start(Lane.STORE, work, done=done, failed=failed)

    def check(self, *, done: Callable[[object], None], failed: Callable[[Problem], None]) -> None:
        """Run the automatic checks that need no reading afresh."""
        from ehrcoder.usecases.campaign.check_set import check_set
        from ehrcoder.usecases.campaign.labels import gather_labels

        def work() -> int:
            workspace = self._session.workspace()
            return len(check_set(self._campaign(), gather_labels(workspace), records=workspace,
                                 store=self._store()).findings)

        self._session.runner.start(Lane.STORE, work, done=done, failed=failed)

    def label(
        self, cancel: CancelFlag, *, report: Callable[[LabelProgress], None], done: Callable[[LabelResult], None],
        failed: Callable[[Problem], None],
    ) -> None:
        """Label on the propose lane; what touches the workspace goes over the store lane, a chunk at a time."""
        from ehrcoder.usecases.campaign.label import (
            label_records,
            make_label_list,
            on_this_machine,
            open_label_list,
        )

        runner = self._session.runner

        def prepare() -> tuple[Campaign, str]:
            campaign, store = self._campaign(), self._store()
            name = open_label_list(campaign, store) or make_label_list(
                campaign, records=self._session.workspace(), store=store)
            return campaign, name

        def work() -> LabelResult:
            campaign, name = runner.call_store(prepare)
            folder = self._services.versions(campaign.campaign_id).current().folder
            engine = self._services.engine(policy=campaign.plan.policy, artefacts=folder)
            workspace, store = runner.call_store(lambda: (self._session.workspace(), self._store()))
            return label_records(
                campaign, name, records=workspace, store=store, machine=self._services.machine(),
                labeller=on_this_machine(engine, cancel), cancel=cancel, report=report, through=runner.call_store)

        runner.start(Lane.PROPOSE, work, done=done, failed=failed)

    def train(
        self, cancel: CancelFlag, *, report: Callable[[str, int, int], None], done: Callable[[GateDecision], None],
        failed: Callable[[Problem], None], paused: Callable[[], None],
    ) -> None:
        """Train a version on the propose lane and let it through the gate; the adapter in use is kept."""
        from ehrcoder.usecases.campaign.train import pass_gate, train_version
        from ehrcoder.usecases.campaign.trainer import trainer_of

        services, runner = self._services, self._session.runner
        with_model = services.settings.model.enabled

        def told(done: int, total: int, message: str) -> None:
            report(message, done, total)

        def work() -> GateDecision:
            campaign, workspace, store = runner.call_store(
                lambda: (self._campaign(), self._session.workspace(), self._store()))

            def engine_of(folder: Path | None) -> CodingEngine:
                return services.engine(with_model=with_model, policy=campaign.plan.policy, artefacts=folder)

            shelf = services.versions(campaign.campaign_id)
            version = train_version(
                campaign, records=workspace, store=store, shelf=shelf, through=runner.call_store,
                trainer=trainer_of(services, with_model=with_model, cancel=cancel, progress=told))
            return pass_gate(campaign, version, records=workspace, store=store, shelf=shelf, engine_of=engine_of,
                             progress=told, cancel=cancel, through=runner.call_store)

        runner.start(Lane.PROPOSE, work, done=done, failed=failed, cancelled=paused)

    def next_record(
        self, *, done: Callable[[str], None], failed: Callable[[Problem], None] | None = None
    ) -> None:
        """Open what this coder does next, and note the time."""
        from ehrcoder.usecases.campaign.verify import NextRecord, next_record, note_opened

        def work() -> NextRecord | None:
            campaign, store = self._campaign(), self._store()
            chosen = next_record(campaign, self._session.coder, records=self._session.workspace(), store=store)
            if chosen is not None and not chosen.second:
                note_opened(campaign, chosen, self._session.coder, store)
            return chosen

        def shown(chosen: NextRecord | None) -> None:
            if chosen is None:
                done(_tr("Nothing is left for you on the campaign's lists."))
                return
            if chosen.second:
                done(_tr("A blind second coding of {0} waits: `ehrcoder campaign code`.").format(chosen.record_id))
                return
            self._session.open_record(chosen.record_id)
            done(_tr("{0} – {1} left").format(chosen.reason, chosen.left))

        self._session.runner.start(Lane.STORE, work, done=shown, failed=failed)

    def report(self, target: Path, board: Dashboard, *, done: Callable[[object], None],
               failed: Callable[[Problem], None]) -> None:
        """Write the report as HTML."""
        from ehrcoder.usecases.campaign.plots import plots_of
        from ehrcoder.usecases.campaign.report import report_html
        from ehrcoder.usecases.file_output import replace_file

        self._session.runner.start(
            Lane.READ, lambda: replace_file(target, report_html(board, plots_of(board)).encode()), done=done,
            failed=failed)

    def _path(self) -> Path:
        if self._session.info is None:
            raise EnvironmentFault("No workspace is open.", next_step="Open one first.")
        return self._session.info.path

    def _store(self) -> CampaignStore:
        return self._services.campaigns(self._session.workspace())

    def _campaign(self) -> Campaign:
        found = self._store().campaigns()
        if not found:
            raise NotFoundError("There is no campaign in this workspace.", next_step="Make one first.")
        return found[-1]


def _tr(text: str) -> str:
    return QCoreApplication.translate("campaign", text)
