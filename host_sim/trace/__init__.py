"""Recordings of current: a reader that tells formats by content, and a writer.

columns/ makes checked columns, formats/ knows files, cut/ finds states, fit/ calibrates a board,
draw/ shows.
"""
