"""torpor boards: torpor board list, by the word that comes to mind first."""

from torpor_tools.commands.board import list_boards as command

__all__ = ["command"]
