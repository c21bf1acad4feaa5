"""One run and its outcome: built from a scenario, run, told, drawn."""
