"""The user's settings: one TOML file, checked at the border."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ehrcoder.core.errors import InputError


class ModelSettings(BaseModel):
    """Which language model is used and what it may take of the machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    path: Path | None = Field(default=None, description="A GGUF file; empty means the default model.")
    adapter: Path | None = Field(default=None, description="A GGUF LoRA adapter; empty means the shipped one.")
    threads: int = Field(default=0, ge=0, description="0 means one per physical core.")
    context_size: int = Field(default=4096, ge=512)
    gpu_layers: int = Field(default=-1, ge=-1, description="Layers on the GPU where the build has one; -1 is all.")


class CodingSettings(BaseModel):
    """What is proposed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Literal["clinical", "every-mention"] = "clinical"


class WindowSettings(BaseModel):
    """How the window looks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    theme: Literal["system", "light", "dark"] = "system"
    font_size: int = Field(default=11, ge=7, le=32)


class ExportSettings(BaseModel):
    """What leaves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    namespace: str = Field(
        default="", pattern=r"^(|(https?://|urn:)[^\s]+)$",
        description="Address under which this site's pseudonyms and coder names are unique; empty: only in a record.",
    )


class BackupSettings(BaseModel):
    """Copies of the workspace that are made without being asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    daily: bool = Field(default=True, description="Make one at the day's first change of a workspace.")
    keep: int = Field(default=14, ge=1, description="How many daily ones are kept.")
    folder: Path | None = Field(default=None, description="Where they lie; empty means beside the workspace.")


class Settings(BaseModel):
    """All settings, with their defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coder: str = Field(default="coder", min_length=1, description="Name under which decisions are stored.")
    model: ModelSettings = ModelSettings()
    coding: CodingSettings = CodingSettings()
    window: WindowSettings = WindowSettings()
    export: ExportSettings = ExportSettings()
    backup: BackupSettings = BackupSettings()


def load_settings(path: Path) -> Settings:
    """Read settings from a TOML file; a missing file means the defaults. Raises InputError."""
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise InputError(
            f"The settings file {path} cannot be used: {error}",
            next_step="Correct the file, or move it away to start with the defaults.",
        ) from error
