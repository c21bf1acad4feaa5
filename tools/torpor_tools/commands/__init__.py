"""Exactly what `torpor` lists: one file a command."""
