"""A project of a newcomer's own: what `torpor init` writes, as templates and as files."""
