"""The versions of the trained artefacts that a campaign made: kept, compared, brought back, and one in use.

A version is a folder that is complete or not there: it is made under another name and renamed at the end.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ehrcoder.core.errors import EnvironmentFault, InputError, NotFoundError
from ehrcoder.usecases.file_output import flush_folder, make_folder, replace_file

SHIPPED = "shipped"
_CURRENT = "current.json"
_CARD = "version.json"
_NAME = re.compile(r"v[1-9]\d*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version: its folder (None for the shipped artefacts), what it was made from, and its measures."""

    name: str
    folder: Path | None
    records: int = 0
    gate_records: int = 0
    measures: Mapping[str, float] | None = None
    gate: str = ""
    accepted: bool = True
    parent: str = ""


class VersionShelf:
    """The versions of one campaign in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where the versions lie."""
        return self._folder

    def versions(self) -> tuple[Version, ...]:
        """Return the shipped version and all complete ones, oldest first."""
        found = [Version(name=SHIPPED, folder=None)]
        if self._folder.is_dir():
            names = [each.name for each in self._folder.iterdir() if _NAME.fullmatch(each.name)]
            found.extend(self._read(name) for name in sorted(names, key=lambda name: int(name[1:])))
        return tuple(found)

    def version(self, name: str) -> Version:
        """Return a version. Raises NotFoundError."""
        for each in self.versions():
            if each.name == name:
                return each
        raise NotFoundError(f"There is no version {name}.",
                            next_step=f"There are: {', '.join(v.name for v in self.versions())}.")

    def current(self) -> Version:
        """Return the version in use; the shipped one until another was accepted. Raises EnvironmentFault."""
        try:
            name = json.loads((self._folder / _CURRENT).read_text("utf-8"))["version"]
        except FileNotFoundError:
            name = SHIPPED
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EnvironmentFault(f"{self._folder / _CURRENT} cannot be read.", kept="All versions are there.",
                                   next_step="Choose one with `ehrcoder campaign versions --use NAME`.") from error
        return self.version(name)

    def use(self, name: str) -> Version:
        """Put a version into use, a former one as well; the file that says so is replaced at once."""
        version = self.version(name)
        make_folder(self._folder)
        replace_file(self._folder / _CURRENT, json.dumps({"version": name}).encode())
        return version

    def making(self) -> Path:
        """Return the folder in which the next version is made; what an interrupted making left is still there."""
        folder = self._folder / f".making-{self.next_name()}"
        make_folder(folder)
        return folder

    def next_name(self) -> str:
        """Return the name that the next version gets."""
        return f"v{max((int(v.name[1:]) for v in self.versions() if v.folder), default=0) + 1}"

    def finish(self, folder: Path, version: Version) -> Version:
        """Turn the folder in which a version was made into the version. Raises InputError for a name that is taken."""
        target = self._folder / version.name
        if target.exists():
            raise InputError(f"There is a version {version.name} already.", kept="It was left as it is.")
        card = {key: value for key, value in asdict(version).items() if key not in ("name", "folder")}
        replace_file(folder / _CARD, (json.dumps(card, indent=1) + "\n").encode())
        for path in sorted(folder.iterdir()):
            if path.is_file():
                with path.open("rb+") as file:
                    _sync(file)
        flush_folder(folder)
        folder.rename(target)
        flush_folder(self._folder)
        return self.version(version.name)

    def discard_making(self) -> None:
        """Remove what an unfinished making left."""
        if self._folder.is_dir():
            for each in self._folder.glob(".making-*"):
                shutil.rmtree(each)

    def note_gate(self, name: str, *, gate: str, accepted: bool) -> Version:
        """Write into a version's card what the gate said."""
        version = self.version(name)
        if version.folder is None:
            return version
        card = json.loads((version.folder / _CARD).read_text("utf-8"))
        card.update(gate=gate, accepted=accepted)
        replace_file(version.folder / _CARD, (json.dumps(card, indent=1) + "\n").encode())
        return self.version(name)

    def _read(self, name: str) -> Version:
        try:
            card: dict[str, Any] = json.loads((self._folder / name / _CARD).read_text("utf-8"))
            return Version(name=name, folder=self._folder / name, **card)
        except (OSError, ValueError, TypeError) as error:
            raise EnvironmentFault(
                f"The card of the version {name} cannot be read ({type(error).__name__}).",
                kept="The other versions are not affected.",
                next_step=f"Remove the folder {self._folder / name}, and train again.") from error


def _sync(file: Any) -> None:
    import os

    os.fsync(file.fileno())
