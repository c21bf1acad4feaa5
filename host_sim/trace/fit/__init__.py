"""A board fitted to digests, and what it predicts judged against others."""
