"""A run as a page tells it: data alone, which tools.show.page lays out."""
