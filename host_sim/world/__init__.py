"""The world around a node, laid out ahead of a run as integers: recordings and models of it."""
