"""One file a format: matches() tells whether a file is of it, read() makes a recording."""
