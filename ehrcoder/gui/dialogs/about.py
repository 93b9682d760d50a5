"""Versions, editions of the code sets, the model and its licence: what a report of a problem has to name."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from ehrcoder import __version__
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.task_runner import Lane

if TYPE_CHECKING:
    from ehrcoder.core.codes import CodeSetEdition
    from ehrcoder.gui.parts import PartHost


class AboutPopup(Overlay):
    """Shows everything as text that can be copied."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=760, height=560)
        self._host = host
        self.heading.setText(self.tr("About EHRCoder"))
        self.setAccessibleName(self.tr("About EHRCoder"))
        self.text = QPlainTextEdit()
        self.text.setObjectName("about_text")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Versions and licences"))
        self.column.addWidget(self.muted(self.tr(
            "What is sent anywhere: nothing. Records, model and code sets stay on this machine.\n"
            "Suggestions come from software; only what a person accepted, replaced or added is a code."
        )))
        self.column.addWidget(self.text, 1)
        self.button_row(
            self.push_button("about_copy", self.tr("Copy"), self.tr("Copy all of it, for a report"), self._copy),
            self.push_button("about_licences", self.tr("Licences"), self.tr("Open the licences page"),
                             self._open_licences),
            self.push_button("about_close", self.tr("Close"), self.tr("Close this page (Esc)"), self.dismiss),
        )

    def tell(self) -> None:
        """Show what is known at once, and the rest as soon as it was looked up."""
        self._show((), "")
        self.open(self.text)
        services = self._host.session.services

        def look() -> tuple[tuple[CodeSetEdition, ...], str]:
            return services.installed_editions(), services.model_words()

        self._host.session.runner.start(Lane.READ, look, done=lambda found: self._show(*found))

    def _show(self, editions: tuple[CodeSetEdition, ...], model: str) -> None:
        paths = self._host.session.services.paths
        lines = [
            f"EHRCoder {__version__}, Apache-2.0",
            f"Python {platform.python_version()}, Qt {qVersion()} (LGPL-3.0), {platform.system()} {platform.machine()}",
            "", self.tr("Language model"), f"  {model or '…'}",
            self.tr("  Gemma is provided under and subject to the Gemma Terms of Use found at "
                    "ai.google.dev/gemma/terms"),
            self.tr("  Runs in llama.cpp with llama-cpp-python, MIT"),
            "", self.tr("Code sets"),
        ]
        for each in editions:
            valid = f", {each.effective_from} –" if each.effective_from else ""
            valid += f" {each.effective_to}" if each.effective_to else ""
            lines.append(f"  {each.name} {each.version}{valid}: "
                         f"{each.billable_count:,} / {each.concept_count:,}, {each.licence}")
            lines.append(f"    {each.source}; SHA-256 {each.sha256[:16]}")
        lines += [] if editions else [self.tr("  none found yet")]
        lines += ["", self.tr("Data folder"), f"  {paths.home}"]
        self.text.setPlainText("\n".join(lines))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())
        self._host.say(self.tr("Copied."))

    def _open_licences(self) -> None:
        self.dismiss()
        self._host.trigger("licences")
