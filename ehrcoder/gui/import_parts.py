"""What the window gains for records coming in: drag and drop, options, the report, and masking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject
from PySide6.QtGui import QDropEvent

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost
    from ehrcoder.usecases.import_records import ImportReport


def ask_for_options(host: PartHost) -> None:
    """Let the person choose files, then say what is in them."""
    from ehrcoder.gui.dialogs.import_options import ImportOptionsPopup
    from ehrcoder.gui.file_dialogs import ask_for_files

    files = ask_for_files(host.widget, _tr("Import with options"), _tr("All files (*)"))
    if files:
        host.popup(ImportOptionsPopup, lambda: ImportOptionsPopup(host)).ask(files)


def show_report(host: PartHost) -> None:
    """Show what came of the last import."""
    from ehrcoder.gui.dialogs.import_report import ImportReportPopup

    host.popup(ImportReportPopup, lambda: ImportReportPopup(host)).tell()


def look_for_identifiers(host: PartHost) -> None:
    """Show the possible identifiers of the open record."""
    from ehrcoder.gui.dialogs.masking import MaskingPopup

    session = host.session
    view = session.view
    if view is not None:
        row = next((each for each in session.rows if each.record_id == view.record_id), None)
        host.popup(MaskingPopup, lambda: MaskingPopup(host)).ask(view.record, row.title if row else "")


def start_importing(host: PartHost) -> None:
    """Keep the report of each import, show it where something needs attention, and take what is dropped."""
    def on_imported(report: ImportReport) -> None:
        from ehrcoder.gui.dialogs.import_report import ImportReportPopup

        popup = host.popup(ImportReportPopup, lambda: ImportReportPopup(host))
        popup.keep(report)
        if report.failed or any(outcome.left_out for outcome in report.outcomes):
            popup.tell()

    host.session.imported.connect(on_imported)
    DropTarget(host)


class DropTarget(QObject):
    """Takes files and folders of any mixture that are dropped on the window."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget)
        self._host = host
        host.widget.setAcceptDrops(True)
        host.widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove) and isinstance(event, QDropEvent):
            return self._judge(event)
        if event.type() is QEvent.Type.Drop and isinstance(event, QDropEvent):
            paths = paths_in(event.mimeData())
            if paths and not self._host.session.is_read_only:
                event.acceptProposedAction()
                self._host.session.import_files(paths)
                return True
        return False

    def _judge(self, event: QDropEvent) -> bool:
        if paths_in(event.mimeData()) and not self._host.session.is_read_only:
            event.acceptProposedAction()
            return True
        return False


def paths_in(data: QMimeData) -> list[Path]:
    """Return the files and folders of what is dragged; addresses that are none of this machine's are left."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _tr(text: str) -> str:
    return QCoreApplication.translate("import_parts", text)
