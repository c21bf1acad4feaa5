"""What a recording looks like: figures, pictures, a page to zoom in."""
