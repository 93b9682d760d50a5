"""The campaign view of the window."""
