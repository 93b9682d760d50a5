"""The window's icons: line drawings on a 24-unit grid, painted in the theme's colour at any size."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ehrcoder.core.assignments import Decision
from ehrcoder.core.records import RecordStatus

_PATHS = {
    "undecided": '<circle cx="12" cy="12" r="8" stroke-dasharray="3.4 2.6"/>',
    "accepted": '<circle cx="12" cy="12" r="9"/><path d="M8 12.4l2.8 2.8 5.4-6"/>',
    "rejected": '<circle cx="12" cy="12" r="9"/><path d="M8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4"/>',
    "replaced": '<path d="M4 9h14l-3.6-3.6M20 15H6l3.6 3.6"/>',
    "new": '<circle cx="12" cy="12" r="8"/>',
    "proposed": '<circle cx="12" cy="12" r="8"/><path d="M12 8v4.6M12 15.6v.4"/>',
    "in-progress": '<path d="M5 19l1-4L16 5l3 3L9 18z"/>',
    "signed": '<path d="M12 3l7 3v5c0 4.6-3 7.8-7 10-4-2.2-7-5.4-7-10V6z"/><path d="M9 11.6l2.2 2.2 4-4.4"/>',
    "import": '<path d="M12 4v10M8 10.4l4 4 4-4M5 19h14"/>',
    "export": '<path d="M12 14.6V4M8 8l4-4 4 4M5 19h14"/>',
    "propose": '<path d="M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8zM18.5 16v4M16.5 18h4"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "add": '<path d="M12 5v14M5 12h14"/>',
    "undo": '<path d="M9 6L5 10l4 4M5 10h9a5 5 0 0 1 0 10h-3"/>',
    "redo": '<path d="M15 6l4 4-4 4M19 10h-9a5 5 0 0 0 0 10h3"/>',
    "cancel": '<path d="M6 6l12 12M18 6L6 18"/>',
    "remove": '<path d="M5 7h14M10 7V4.6h4V7M7 7l1 13h8l1-13"/>',
    "principal": '<path d="M12 4l2.4 5 5.6.7-4.1 3.8 1 5.5L12 16.3 7.1 19l1-5.5L4 9.7 9.6 9z"/>',
    "up": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "warning": '<path d="M12 4l9 16H3zM12 10v4.4M12 17v.4"/>',
    "error": '<path d="M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2zM12 8v5M12 16v.4"/>',
    "information": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 8v.4"/>',
    "keys": '<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.5M11 10h.5M15 10h.5M8 14h8"/>',
    "draft": '<path d="M6 3h9l4 4v14H6zM14 3v5h5"/><path d="M9 13h6M9 17h4"/>',
    "hold": '<circle cx="12" cy="12" r="9"/><path d="M9.5 9v6M14.5 9v6"/>',
    "flag": '<path d="M6 21V4M6 5h11l-2.4 3.5L17 12H6"/>',
    "comment": '<path d="M4 5h16v11H11l-4 4v-4H4z"/>',
    "compare": '<path d="M12 3v18M4 7h5M4 12h5M4 17h5M15 7h5M15 12h5M15 17h5"/>',
    "ladder": '<path d="M7 3v18M17 3v18M7 8h10M7 13h10M7 18h10"/>',
    "history": '<path d="M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4"/><path d="M12 8v4.4l3 2"/>',
    "theme": '<circle cx="12" cy="12" r="9"/><path d="M12 3v18"/><path d="M12 6a6 6 0 0 1 0 12z" fill="currentColor"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.4l3.4 2"/>',
    "added": '<circle cx="12" cy="12" r="9"/><path d="M12 8v8M8 12h8"/>',
    "removed": '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
    "changed": '<circle cx="12" cy="12" r="9"/><path d="M8 10h8M8 14h8"/>',
    "filter": '<path d="M4 5h16l-6 8v6l-4-2v-4z"/>',
    "sort": '<path d="M8 5v14M4.6 15.6L8 19l3.4-3.4M15 6h6M15 11h4.6M15 16h3"/>',
    "next": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "app": '<path d="M6 3h9l4 4v14H6z"/><path d="M9 13l2.4 2.6L16 10"/>',
}

DECISION_ICONS = {
    Decision.UNDECIDED: "undecided", Decision.ACCEPTED: "accepted", Decision.REPLACED: "replaced",
    Decision.REJECTED: "rejected",
}
STATUS_ICONS = {
    RecordStatus.NEW: "new", RecordStatus.PROPOSED: "proposed", RecordStatus.IN_PROGRESS: "in-progress",
    RecordStatus.SIGNED: "signed",
}


def paint_icon(painter: QPainter, name: str, place: QRectF, colour: QColor | str) -> None:
    """Paint an icon into a rectangle."""
    _renderer(name, QColor(colour).name()).render(painter, place)


def icon(name: str, colour: QColor | str, *, disabled: QColor | str = "") -> QIcon:
    """Return an icon sharp at the sizes that buttons and menus use, up to 200 % scale; `disabled` is a colour too."""
    result = QIcon()
    _add_pixmaps(result, name, colour, QIcon.Mode.Normal)
    if disabled:
        _add_pixmaps(result, name, disabled, QIcon.Mode.Disabled)
    return result


def _add_pixmaps(result: QIcon, name: str, colour: QColor | str, mode: QIcon.Mode) -> None:
    renderer = _renderer(name, QColor(colour).name())
    for size in (16, 20, 24, 32, 48):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        result.addPixmap(pixmap, mode)


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" '
        f'stroke="{colour}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
        f"{_PATHS[name].replace('currentColor', colour)}</svg>"
    )
    return QSvgRenderer(QByteArray(drawing.encode("ascii")))
