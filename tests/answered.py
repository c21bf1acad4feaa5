"""A line that the command must answer: its JSON document, and its exit status."""

import json
from typing import Any

import pytest

from torpor_tools import cli


def answered(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> Any:
    """Run a line with --json; its document."""
    capsys.readouterr()
    assert cli.run([*args, "--json"]) == status
    return json.loads(capsys.readouterr().out)
