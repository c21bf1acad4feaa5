"""How strongly to transmit: the study of policy.txpower."""
