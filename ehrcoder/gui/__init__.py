"""The verification window; the only room where PySide6 is imported."""
