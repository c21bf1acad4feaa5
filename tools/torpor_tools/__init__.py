"""The command line and the bench."""
