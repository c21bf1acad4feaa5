"""All that a wake is, by one name. As it is deployed, one file too (link.py of torpor_tools).

Of the names in a version's folder this is the first: LittleFS then finds it, and that there is
neither awake nor awake.py, without a look at the rest of the folder (littlefs 2.11, lfs2.c:1376).
"""

from torpor.start import run  # noqa: F401
