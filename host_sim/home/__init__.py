"""Many nodes in one virtual time: a home is loaded, run and told."""
