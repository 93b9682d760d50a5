"""Asking for files and folders without opening any of them.

Qt looks into the files of a folder that it shows, to find their icons and kinds. Closing such a file again takes
away every POSIX lock that this process holds on it, whoever took it
(https://www.sqlite.org/howtocorrupt.html, section 2.2): where the folder holds the open workspace, SQLite's locks
were gone with it, another program cut the workspace's shared memory, and the window died of it at its next change.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import overload

from PySide6.QtCore import QFileInfo
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import QFileDialog, QFileIconProvider, QWidget


class NamesAlone(QFileIconProvider):
    """Icon and kind of a file from its name alone."""

    @overload
    def icon(self, of: QAbstractFileIconProvider.IconType, /) -> QIcon: ...
    @overload
    def icon(self, of: QFileInfo, /) -> QIcon: ...
    def icon(self, of: QAbstractFileIconProvider.IconType | QFileInfo, /) -> QIcon:
        if isinstance(of, QFileInfo):
            kind = QAbstractFileIconProvider.IconType
            return super().icon(kind.Folder if of.isDir() else kind.File)
        return super().icon(of)

    def type(self, info: QFileInfo, /) -> str:
        return "" if info.isDir() else info.suffix().upper()


def ask_for_files(parent: QWidget, title: str, name_filter: str) -> list[Path]:
    """Let the person choose files that exist; empty where nothing was chosen."""
    return _Dialog(parent, title, QFileDialog.FileMode.ExistingFiles, name_filter).ask()


def ask_for_file(parent: QWidget, title: str, name_filter: str) -> Path | None:
    """Let the person choose a file that exists."""
    return next(iter(_Dialog(parent, title, QFileDialog.FileMode.ExistingFile, name_filter).ask()), None)


def ask_for_folder(parent: QWidget, title: str) -> Path | None:
    """Let the person choose a folder."""
    dialog = _Dialog(parent, title, QFileDialog.FileMode.Directory, "")
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return next(iter(dialog.ask()), None)


def ask_where_to_save(parent: QWidget, title: str, proposed: str, name_filter: str) -> Path | None:
    """Let the person name a file; one that exists is asked about before it is named."""
    dialog = _Dialog(parent, title, QFileDialog.FileMode.AnyFile, name_filter)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    folder = Path(proposed).parent
    if proposed and folder != Path():
        dialog.setDirectory(str(folder))
    dialog.selectFile(Path(proposed).name)
    return next(iter(dialog.ask()), None)


class _Dialog(QFileDialog):
    def __init__(self, parent: QWidget, title: str, mode: QFileDialog.FileMode, name_filter: str) -> None:
        super().__init__(parent, title)
        self.setFileMode(mode)
        if name_filter:
            self.setNameFilter(name_filter)
        if sys.platform.startswith("linux"):  # the desktop's own may run in this process and look into files as well
            self.setOption(QFileDialog.Option.DontUseNativeDialog)
        self.setOption(QFileDialog.Option.DontUseCustomDirectoryIcons)
        self._icons = NamesAlone()  # Qt does not keep it
        self.setIconProvider(self._icons)

    def ask(self) -> list[Path]:
        try:
            chosen = self.exec() == QFileDialog.DialogCode.Accepted
            return [Path(name) for name in self.selectedFiles()] if chosen else []
        finally:
            self.deleteLater()
