"""A run as a page tells it: data alone, which torpor_tools.show.page lays out."""
