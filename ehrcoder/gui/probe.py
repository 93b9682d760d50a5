"""Starts Qt as far as a window needs it and says its version; `ehrcoder doctor` runs it in a process of its own."""

from __future__ import annotations

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication


def tell() -> None:
    """Print the version of Qt; a missing library ends the process before that."""
    QApplication([])
    print(qVersion())
