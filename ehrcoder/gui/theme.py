"""Colours and type of the window: three themes, each a table of named colours, applied through QPalette."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette, QTextCharFormat
from PySide6.QtWidgets import QApplication

from ehrcoder.core.assignments import Decision
from ehrcoder.core.codes import CodeKind
from ehrcoder.paths import find_paths

SMALLEST_FONT = 8
LARGEST_FONT = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Named colours. Every text colour stands out 4.5:1 from each ground that it is used on."""

    name: str
    window: str
    surface: str
    raised: str
    text: str
    muted: str
    border: str
    control_border: str
    accent: str
    on_accent: str
    selection: str
    hover: str
    current: str
    on_current: str
    diagnosis: str
    diagnosis_ground: str
    procedure: str
    procedure_ground: str
    outcome: str
    outcome_ground: str
    undecided: str
    accepted: str
    replaced: str
    rejected: str
    warning: str
    warning_ground: str

    def kind(self, kind: CodeKind) -> QColor:
        """Return the text and underline colour of a kind of code."""
        return QColor({CodeKind.DIAGNOSIS: self.diagnosis, CodeKind.PROCEDURE: self.procedure,
                       CodeKind.OUTCOME: self.outcome}[kind])

    def kind_ground(self, kind: CodeKind) -> QColor:
        """Return the ground on which evidence of a kind stands in a note."""
        return QColor({CodeKind.DIAGNOSIS: self.diagnosis_ground, CodeKind.PROCEDURE: self.procedure_ground,
                       CodeKind.OUTCOME: self.outcome_ground}[kind])

    def decision(self, decision: Decision) -> QColor:
        """Return the colour of a decision's mark; the mark's shape and word say the same."""
        return QColor({Decision.UNDECIDED: self.undecided, Decision.ACCEPTED: self.accepted,
                       Decision.REPLACED: self.replaced, Decision.REJECTED: self.rejected}[decision])


LIGHT = Theme(
    name="light", window="#eef1f4", surface="#ffffff", raised="#f7f9fb", text="#16202b", muted="#51606f",
    border="#d3dae1", control_border="#7a8897", accent="#0a5ea8", on_accent="#ffffff", selection="#dcebf9",
    hover="#eff4f9", current="#ffe48a", on_current="#16202b", diagnosis="#0a5a9c",
    diagnosis_ground="#e3effa", procedure="#7b3296", procedure_ground="#f3e8f8", outcome="#1d6b3a",
    outcome_ground="#e2f3e8", undecided="#51606f", accepted="#156c37", replaced="#7a5200",
    rejected="#a8231c", warning="#7a4b00", warning_ground="#fff3d6",
)
DARK = Theme(
    name="dark", window="#14181d", surface="#1b2026", raised="#222930", text="#e4e9ee", muted="#a4b0bc",
    border="#323b45", control_border="#74818f", accent="#7cb8f2", on_accent="#0b1a29", selection="#24405a",
    hover="#242c34", current="#6b5200", on_current="#fff6da", diagnosis="#8cc4f7",
    diagnosis_ground="#1d3347", procedure="#d7a6ec", procedure_ground="#3a2647", outcome="#8fd9a8",
    outcome_ground="#1c3a28", undecided="#a4b0bc", accepted="#7fd69b", replaced="#e8bf6a",
    rejected="#ff9d94", warning="#f2c879", warning_ground="#3a2e14",
)
HIGH_CONTRAST = Theme(
    name="high-contrast", window="#000000", surface="#000000", raised="#000000", text="#ffffff",
    muted="#e6e6e6", border="#9a9a9a", control_border="#ffffff", accent="#ffe94d", on_accent="#000000",
    selection="#003f8a", hover="#1c1c1c", current="#ffe94d", on_current="#000000", diagnosis="#7fd0ff",
    diagnosis_ground="#00233d", procedure="#f0b3ff", procedure_ground="#33003d", outcome="#8dffb0",
    outcome_ground="#00330f", undecided="#ffffff", accepted="#8dffb0", replaced="#ffd27a",
    rejected="#ffa9a1", warning="#ffd27a", warning_ground="#332200",
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}

_UNDERLINES = {
    CodeKind.DIAGNOSIS: QTextCharFormat.UnderlineStyle.SingleUnderline,
    CodeKind.PROCEDURE: QTextCharFormat.UnderlineStyle.DashUnderline,
    CodeKind.OUTCOME: QTextCharFormat.UnderlineStyle.DotLine,
}


def contrast(first: str | QColor, second: str | QColor) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(QColor(first)), _luminance(QColor(second))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def theme_named(name: str) -> Theme:
    """Return a theme; `system` follows the desktop's choice of light or dark."""
    if name in THEMES:
        return THEMES[name]
    is_dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return DARK if is_dark else LIGHT


def apply_theme(app: QApplication, theme: Theme, font_size: int) -> None:
    """Put a theme and a font size on the whole application; each step polishes every widget, so none twice."""
    if app.property("ehrcoder_style") is None:
        app.setProperty("ehrcoder_style", "fusion")
        app.setStyle("fusion")
    if app.property("ehrcoder_theme") != theme.name:
        app.setProperty("ehrcoder_theme", theme.name)
        app.setPalette(_palette(theme))
    sheet = _style_sheet(theme, font_size)
    if app.styleSheet() != sheet:
        app.setStyleSheet(sheet)


def evidence_format(theme: Theme, kind: CodeKind, *, current: bool) -> QTextCharFormat:
    """Return how evidence looks in a note: the kind by colour and by pattern, the current one by ground."""
    form = QTextCharFormat()
    form.setUnderlineStyle(_UNDERLINES[kind])
    if current:
        form.setBackground(QColor(theme.current))
        form.setForeground(QColor(theme.on_current))
        form.setUnderlineColor(QColor(theme.on_current))
    else:
        form.setBackground(theme.kind_ground(kind))
        form.setForeground(QColor(theme.text))
        form.setUnderlineColor(theme.kind(kind))
    return form


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.window), (role.WindowText, theme.text), (role.Base, theme.surface),
        (role.AlternateBase, theme.raised), (role.Text, theme.text), (role.Button, theme.raised),
        (role.ButtonText, theme.text), (role.BrightText, theme.rejected), (role.Highlight, theme.selection),
        (role.HighlightedText, theme.text), (role.Link, theme.accent), (role.LinkVisited, theme.accent),
        (role.PlaceholderText, theme.muted), (role.ToolTipBase, theme.raised), (role.ToolTipText, theme.text),
        (role.Mid, theme.border), (role.Midlight, theme.border), (role.Dark, theme.control_border),
        (role.Light, theme.surface), (role.Shadow, theme.control_border), (role.Accent, theme.accent),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.muted))
    return palette


@cache
def _pictures() -> str:
    """Return the folder of the marks in check boxes and of the arrows, as a style sheet writes it between quotes."""
    return (find_paths().resources / "icons").as_posix().replace("\\", "\\\\").replace('"', '\\"')


def _style_sheet(theme: Theme, font_size: int) -> str:
    t, small, large = theme, max(font_size - 1, SMALLEST_FONT), font_size + 3
    pictures = _pictures()
    return f"""
QWidget {{ font-size: {font_size}pt; }}
QPlainTextEdit#note_text {{ font-size: {font_size + 1}pt; }}
QListWidget::item {{ padding: 4px 6px; }}
QListWidget#sections {{ font-size: {small}pt; color: {t.muted}; }}
QListWidget#sections::item {{ padding: 3px 6px; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: {t.surface}; }}
QMainWindow, QMenuBar {{ background: {t.window}; color: {t.text}; }}
QMenuBar {{ padding: 2px 6px; }}
QMenuBar::item {{ padding: 4px 10px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {t.selection}; }}
QMenu {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.control_border}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 26px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selection}; }}
QMenu::item:disabled {{ color: {t.muted}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 8px; }}
QToolBar {{ background: {t.window}; border: none; border-bottom: 1px solid {t.border}; padding: 4px 8px;
  spacing: 4px; }}
QToolButton, QPushButton {{ color: {t.text}; background: transparent; border: 1px solid transparent;
  border-radius: 5px; padding: 4px 9px; }}
QPushButton, QToolButton[boxed="true"] {{ padding: 4px 7px; background: {t.raised};
  border: 1px solid {t.control_border}; }}
QToolButton:hover, QPushButton:hover {{ background: {t.hover}; border-color: {t.control_border}; }}
QToolButton:focus, QPushButton:focus {{ border: 2px solid {t.accent}; padding: 3px 6px; }}
QToolButton:pressed, QPushButton:pressed {{ background: {t.selection}; }}
QToolButton:disabled, QPushButton:disabled {{ color: {t.muted}; border-color: {t.border}; }}
QToolButton[boxed="false"]:disabled {{ border-color: transparent; }}
QToolButton[primary="true"], QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent};
  border: 1px solid {t.accent}; font-weight: 600; }}
QToolButton[primary="true"]:disabled, QPushButton[primary="true"]:disabled {{ background: {t.raised};
  color: {t.muted}; border-color: {t.border}; }}
QToolButton[primary="true"]:focus, QPushButton[primary="true"]:focus {{ border: 2px solid {t.text}; }}
QFrame#pane, QFrame#noteCard {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 8px; }}
QLabel#paneTitle {{ font-weight: 600; }}
QLabel#recordTitle {{ font-size: {large}pt; font-weight: 600; }}
QFrame#suggestion_detail {{ background: {t.raised}; border: none; border-top: 1px solid {t.border}; }}
QFrame#suggestion_detail QLabel {{ font-size: {small}pt; background: transparent; }}
QFrame#suggestion_detail QLabel#detailTitle {{ font-size: {font_size}pt; font-weight: 600; }}
QFrame#suggestion_detail QLabel#detailCode {{ font-weight: 600; }}
QFrame#suggestion_detail QLabel#muted {{ color: {t.muted}; }}
QLabel#keycap, QFrame#suggestion_detail QLabel#keycap {{ background: {t.surface}; color: {t.text};
  border: 1px solid {t.control_border}; border-bottom: 2px solid {t.control_border}; border-radius: 4px;
  padding: 0px 5px; font-size: {small}pt; font-weight: 600; }}
QFrame#trail {{ background: {t.window}; }}
QFrame#tourCard {{ background: {t.surface}; border: 2px solid {t.accent}; border-radius: 10px; }}
QTreeWidget {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; border-radius: 6px;
  alternate-background-color: {t.raised}; }}
QTreeWidget:focus {{ border: 2px solid {t.accent}; }}
QTreeWidget::item {{ padding: 3px 4px; }}
QTreeWidget::item:selected {{ background: {t.selection}; color: {t.text}; }}
QLabel#rebind_verdict {{ color: {t.warning}; }}
QLabel#muted, QLabel[muted="true"] {{ color: {t.muted}; font-size: {small}pt; }}
QLabel#empty {{ color: {t.muted}; }}
QLabel#notice {{ background: {t.warning_ground}; color: {t.warning}; border-radius: 5px; padding: 5px 9px; }}
QLineEdit {{ background: {t.surface}; color: {t.text}; padding: 5px 8px;
  border: 1px solid {t.control_border}; border-radius: 5px; selection-background-color: {t.selection};
  selection-color: {t.text}; }}
QLineEdit:focus {{ border: 2px solid {t.accent}; padding: 4px 7px; }}
QCheckBox, QRadioButton {{ spacing: 7px; }}
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {{ width: 13px; height: 13px;
  background: {t.surface}; border: 2px solid {t.muted}; border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {t.accent}; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ background: {t.accent};
  border-color: {t.accent}; image: url("{pictures}/check-{t.name}.svg"); }}
QRadioButton::indicator:checked {{ background: {t.surface}; border: 5px solid {t.accent}; width: 7px; height: 7px; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {t.control_border};
  background: {t.window}; }}
QCheckBox::indicator:checked:disabled {{ background: {t.muted}; border-color: {t.muted}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t.accent}; }}
QComboBox, QAbstractSpinBox {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.control_border};
  border-radius: 5px; padding: 3px 7px; selection-background-color: {t.selection}; selection-color: {t.text}; }}
QComboBox:focus, QAbstractSpinBox:focus {{ border: 2px solid {t.accent}; padding: 2px 6px; }}
QComboBox:disabled, QAbstractSpinBox:disabled {{ color: {t.muted}; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QComboBox::down-arrow {{ image: url("{pictures}/down-{t.name}.svg"); width: 12px; height: 12px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 18px; background: transparent; }}
QAbstractSpinBox::up-arrow {{ image: url("{pictures}/up-{t.name}.svg"); width: 9px; height: 9px; }}
QAbstractSpinBox::down-arrow {{ image: url("{pictures}/down-{t.name}.svg"); width: 9px; height: 9px; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ border: none; padding: 0 5px;
  background: transparent; }}
QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.control_border};
  selection-background-color: {t.selection}; selection-color: {t.text}; }}
QListView, QTableView, QPlainTextEdit {{ background: {t.surface}; color: {t.text}; outline: none;
  border: 2px solid transparent; border-radius: 6px; selection-background-color: {t.selection};
  selection-color: {t.text}; }}
QListView:focus, QTableView:focus, QPlainTextEdit:focus {{ border: 2px solid {t.accent}; }}
QTableView {{ gridline-color: {t.border}; alternate-background-color: {t.raised}; }}
QTableView::item {{ padding: 3px 6px; }}
QTableView::item:selected, QListView::item:selected {{ background: {t.selection}; color: {t.text}; }}
QHeaderView {{ background: {t.surface}; }}
QHeaderView::section {{ background: {t.surface}; color: {t.muted}; border: none; padding: 4px 9px;
  border-bottom: 1px solid {t.border}; font-size: {small}pt; font-weight: 600; }}
QTabWidget::pane {{ border: none; }}
QTabBar::tab {{ color: {t.muted}; background: transparent; padding: 5px 12px; margin-right: 2px;
  border: 2px solid transparent; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; font-weight: 600; }}
QTabBar::tab:focus {{ border: 2px solid {t.accent}; border-radius: 5px; }}
QSplitter::handle {{ background: {t.window}; }}
QSplitter::handle:hover {{ background: {t.selection}; }}
QStatusBar {{ background: {t.window}; color: {t.text}; border-top: 1px solid {t.border};
  font-size: {small}pt; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ font-size: {small}pt; padding: 2px 6px; }}
QStatusBar QLabel#modelState[off="true"] {{ color: {t.warning}; font-weight: 600; }}
QProgressBar {{ background: {t.surface}; border: 1px solid {t.control_border}; border-radius: 4px;
  max-height: 10px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.control_border}; padding: 4px; }}
QWidget#scrim {{ background: rgba(0, 0, 0, 110); }}
QFrame#card {{ background: {t.surface}; border: 1px solid {t.control_border}; border-radius: 10px; }}
QLabel#cardTitle {{ font-size: {large}pt; font-weight: 600; }}
QScrollBar:vertical {{ background: transparent; width: 11px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 2px; }}
QScrollBar::handle {{ background: {t.control_border}; border-radius: 3px; min-height: 28px; min-width: 28px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""
