"""Labelling on several machines, an extra that is asked for by name."""
