"""What the window gains for looking at code sets: the browser and the procedure builder, alone or out of the search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ehrcoder.core.codes import ICD_10_PCS, Coding
from ehrcoder.gui.action_spec import ActionSpec

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost


def actions() -> tuple[tuple[ActionSpec, Callable[[PartHost], None]], ...]:
    """Return these actions with their words and keys, and what each runs."""
    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    return (
        (ActionSpec(
            name="browse_codes", group=tr("Record"), text=tr("Browse codes…"), keys=("Ctrl+Alt+K",),
            tip=tr("Walk the hierarchy of a code set and read every note that holds for a code")), browse_codes),
        (ActionSpec(
            name="build_procedure", group=tr("Record"), text=tr("Build a procedure code…"), keys=("Ctrl+Alt+B",),
            tip=tr("Complete an ICD-10-PCS code from the values that exist, one character after the other")),
         build_procedure),
    )


def browse_codes(host: PartHost) -> None:
    """Open the browser at the code that the search shows, else where it was left."""
    from ehrcoder.gui.dialogs.code_browser import CodeBrowser

    marked, taken = _from_search(host)
    day, assign = _record(host)
    host.popup(CodeBrowser, lambda: CodeBrowser(host)).ask(
        code=marked.code if marked else "", day=day, taken=taken or assign
    )


def build_procedure(host: PartHost) -> None:
    """Open the builder with the procedure code that the search shows, else at the first character."""
    from ehrcoder.gui.dialogs.procedure_builder import ProcedureBuilder

    marked, taken = _from_search(host)
    day, assign = _record(host)
    is_procedure = marked is not None and marked.system == ICD_10_PCS
    host.popup(ProcedureBuilder, lambda: ProcedureBuilder(host)).ask(
        beginning=marked.code[:4] if marked is not None and is_procedure else "", day=day, taken=taken or assign
    )


def _from_search(host: PartHost) -> tuple[Coding | None, Callable[[Coding], None] | None]:
    """Return what the open search marks and whom it would tell, and close it."""
    if not host.search.isVisible():
        return None, None
    return host.search.hand_over()


def _record(host: PartHost) -> tuple[dt.date | None, Callable[[Coding], None] | None]:
    view = host.session.view
    if view is None:
        return None, None
    if view.is_signed or host.session.is_read_only:
        return view.record.day, None
    return view.record.day, lambda coding: host.session.decisions.add(coding.system, coding.code, ())
