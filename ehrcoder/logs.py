"""Sets up the log files: rotating, and without clinical text."""
