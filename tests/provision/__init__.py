"""Boards without a board: made firmware, a mock of the chip's boot loader, a board at its REPL."""
