"""How far predictions are from recordings that they were not fitted on: docs/fidelity.md."""
