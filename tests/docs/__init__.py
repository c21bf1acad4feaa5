"""The pages as a reader has them: what they show is run."""
