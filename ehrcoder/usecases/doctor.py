"""Judges whether an installation is whole, and says what to do about what is off."""
