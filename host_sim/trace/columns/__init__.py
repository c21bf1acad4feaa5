"""From the bytes of a file to checked columns of samples, in memory or on disk."""
