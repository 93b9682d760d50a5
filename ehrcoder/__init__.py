"""EHRCoder: an offline workbench for coding health records."""

__version__ = "0.1.0"
