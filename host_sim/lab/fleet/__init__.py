"""Many nodes that know nothing of one another: sweeps over keys, and fleets by distributions."""
