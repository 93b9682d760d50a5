"""The workspace file: SQLite through sqlite-utils."""
