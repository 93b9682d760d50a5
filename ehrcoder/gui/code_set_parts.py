"""What the window gains for code sets: their import, and the worklist of records that an edition changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ehrcoder.core.recode import RecodeTask, task_words
from ehrcoder.gui.remote_workspace import RemoteWorkspace
from ehrcoder.gui.task_runner import Lane
from ehrcoder.gui.words import counted

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost
    from ehrcoder.usecases.recode_worklist import WorklistReport


def ask_for_code_sets(host: PartHost) -> None:
    """Show the installed code sets and let the person import more."""
    from ehrcoder.gui.dialogs.code_set_import import CodeSetImportPopup

    popup = host.popup(CodeSetImportPopup, lambda: CodeSetImportPopup(host))
    popup.ask(lambda: bring_worklist_up_to_date(host))


def bring_worklist_up_to_date(host: PartHost) -> None:
    """Compare the workspace's codes with the installed editions, off the main thread, where these have changed."""
    session = host.session
    if session.is_read_only:
        return
    workspace = RemoteWorkspace(session.runner, session.workspace)
    session.runner.start(Lane.READ, lambda: _refresh(host, workspace), done=lambda report: _tell(host, report),
                         failed=lambda _: None)


def _refresh(host: PartHost, workspace: RemoteWorkspace) -> WorklistReport:
    from ehrcoder.usecases.recode_worklist import refresh_worklist

    index = host.session.services.open_code_sets()
    try:
        return refresh_worklist(workspace, index)
    finally:
        close = getattr(index, "close", None)
        if close is not None:
            close()


def _tell(host: PartHost, report: object) -> None:
    from ehrcoder.usecases.recode_worklist import WorklistReport

    if not isinstance(report, WorklistReport) or report.was_current:
        return
    host.session.load_rows()
    if report.tasks:
        host.say(counted(
            report.records, _tr("1 record has codes that a later edition retired or revised."),
            _tr("{0} records have codes that a later edition retired or revised."),
        ))


def show_changed_codes(host: PartHost) -> None:
    """Tell which codes of the open record a later edition changed, and what stands in their place."""
    view = host.session.view
    if view is None:
        return

    def tell(tasks: tuple[RecodeTask, ...]) -> None:
        mine = [task for task in tasks if task.record_id == view.record_id]
        if not mine:
            host.message.tell(_tr("Codes that an edition changed"),
                              _tr("No later edition changed a code of this record."))
            return
        host.message.tell(
            _tr("Codes that an edition changed"),
            _tr("No code was changed by the import. Replace what must be changed; what is right on the record's date "
                "may stay, with a reason: “Changed codes stay as they are”."),
            "\n\n".join(_lines(task) for task in mine),
        )

    host.session.runner.start(
        Lane.STORE, lambda: host.session.workspace().recode_tasks(), done=tell, failed=host.session.problem.emit
    )


def _lines(task: RecodeTask) -> str:
    lines = [f"{task.assigned.code}  {task.assigned.display}", f"    {task_words(task)}"]
    if task.now:
        lines.append(_tr("    now: {0}").format(task.now))
    if task.choices:
        lines.append(_tr("    in its place: {0}").format(", ".join(task.choices)))
    return "\n".join(lines)


def let_codes_stay(host: PartHost) -> None:
    """Take the open record off the worklist, with a reason."""
    session, view = host.session, host.session.view
    if view is None or session.is_read_only:
        return
    coder = session.coder

    def given(reason: str) -> None:
        session.runner.start(
            Lane.STORE,
            lambda: session.workspace().settle_recode(view.record_id, coder_id=coder, reason=reason),
            done=settled, failed=session.problem.emit,
        )

    def settled(count: object) -> None:
        session.load_rows()
        host.say(counted(int(str(count)), _tr("1 code stays as it is."), _tr("{0} codes stay as they are.")))

    host.reason.ask(
        _tr("Changed codes stay as they are"),
        _tr("Why do the codes stay, though a later edition retired or revised them?"), given,
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("code_set_parts", text)
