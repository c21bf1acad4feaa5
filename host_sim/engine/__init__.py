"""What runs in virtual time: the simulated port, its link and ledger; ints only, so it compiles."""
