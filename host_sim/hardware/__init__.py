"""What hardware costs: boards, power states, chips and cells, each number with its source."""
