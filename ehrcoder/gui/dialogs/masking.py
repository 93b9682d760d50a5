"""Possible identifiers of the open record: shown where they stand, and masked in a new version when chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton

from ehrcoder.core.identifiers import PossibleIdentifier, possible_identifiers
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.task_runner import Lane
from ehrcoder.gui.words import counted
from ehrcoder.usecases.mask_identifiers import MaskedRecord, mask_record

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost

_AROUND = 24
_SPACE = re.compile(r"\s+")
_Place = tuple[DocumentId, PossibleIdentifier]


class MaskingPopup(Overlay):
    """Every finding can be left as it is; masking stores a version and changes nothing in this record."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=780, height=560)
        self._host = host
        self._record_id: RecordId | None = None
        self._places: list[_Place] = []
        self.about = self.muted("")
        self.list = QListWidget()
        self.list.setObjectName("identifiers_found")
        self.list.setAccessibleName(self.tr("Possible identifiers; Space chooses whether one is masked"))
        self.list.setWordWrap(True)
        self.list.itemChanged.connect(self._count)
        self.mask_button = QPushButton()
        self.mask_button.setObjectName("identifiers_mask")
        self.mask_button.setToolTip(self.tr("Store a version with masks in place of the marked findings"))
        self.mask_button.setAutoDefault(True)
        self.mask_button.clicked.connect(self._mask)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setObjectName("identifiers_close")
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Leave the record as it is (Esc)"))
        self.close_button.setAutoDefault(True)
        self.close_button.clicked.connect(self.dismiss)
        self.column.addWidget(self.about)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.muted(self.tr(
            "Patterns miss some, and a finding may be none: no record becomes anonymous by this. The masked version "
            "takes this record's place in the list; decisions and history stay with this one, under “Originals of "
            "masked versions”."
        )))
        self.button_row(self.close_button, self.mask_button)

    def ask(self, record: EncounterRecord, title: str) -> None:
        """Look through a record's texts, off the main thread, and show what was found."""
        self._record_id = record.record_id
        self.heading.setText(self.tr("Possible identifiers in {0}").format(title))
        self.setAccessibleName(self.heading.text())
        session = self._host.session
        session.runner.start(Lane.READ, lambda: _found_in(record), done=self._show, failed=session.problem.emit)

    def _show(self, found: Sequence[tuple[_Place, str]]) -> None:
        self._places = [place for place, _ in found]
        self.list.clear()
        for (_, each), words in found:
            item = QListWidgetItem(f"{each.kind.value}:  {words}")
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.list.addItem(item)
        self.about.setText(
            counted(len(found), self.tr("1 finding. What is marked will be masked."),
                    self.tr("{0} findings. What is marked will be masked.")) if found
            else self.tr("No pattern found anything. Read the text all the same."))
        self._count()
        if found:
            self.list.setCurrentRow(0)
        self.open(self.list if found else self.close_button)

    def _chosen(self) -> frozenset[_Place]:
        marked = (self.list.item(row).checkState() is Qt.CheckState.Checked for row in range(self.list.count()))
        return frozenset(place for place, is_marked in zip(self._places, marked, strict=False) if is_marked)

    def _count(self, _: object = None) -> None:
        number = len(self._chosen())
        self.mask_button.setText(self.tr("Mask {0} in a new version").format(number))
        self.mask_button.setAccessibleName(self.mask_button.text())
        self.mask_button.setEnabled(number > 0 and not self._host.session.is_read_only)

    def _mask(self) -> None:
        record_id, chosen = self._record_id, self._chosen()
        if record_id is None or not chosen:
            return
        session = self._host.session
        clock, ids = session.services.clock, session.services.ids

        def done(made: MaskedRecord) -> None:
            session.load_rows()
            session.open_record(made.record_id)
            told = self.tr("Masked: {0}. The former record is unchanged, under “Originals of masked versions”.")
            self._host.say(self.tr("The masked version was there already.") if made.already_there
                           else told.format(made.masked))

        self.dismiss()
        session.runner.start(Lane.STORE, lambda: mask_record(
            record_id, store=session.workspace(), clock=clock, ids=ids,
            chosen=lambda document_id, found: (document_id, found) in chosen,
        ), done=done, failed=session.problem.emit)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)


def _found_in(record: EncounterRecord) -> list[tuple[_Place, str]]:
    """Return each finding with the words around it; titles are masked with the texts and not listed."""
    found: list[tuple[_Place, str]] = []
    for document in record.documents:
        text = document.text
        for each in possible_identifiers(text):
            before = _SPACE.sub(" ", text[max(each.start - _AROUND, 0):each.start])
            after = _SPACE.sub(" ", text[each.end:each.end + _AROUND])
            words = f"…{before}»{_SPACE.sub(' ', text[each.start:each.end])}«{after}…"
            found.append(((document.document_id, each), words))
    return found

