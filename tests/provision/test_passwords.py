"""Passwords beside node.toml: as if they stood in it, told where they stand, and never shown."""

from pathlib import Path

import pytest

from host_sim.errors import BadInput
from tests.provision.conftest import BROKER, NODE, WIFI
from torpor_tools.provision import node_toml

KEPT = f'[wifi]\npassword = "{WIFI}"\n\n[broker]\npassword = "{BROKER}"\n'


@pytest.fixture
def node(tmp_path: Path) -> Path:
    (tmp_path / "secrets.toml").write_text(KEPT)
    path = tmp_path / "node.toml"
    path.write_text(NODE.replace(f'password = "{WIFI}"', "").replace(f'password = "{BROKER}"', ""))
    return path


def test_it_is_as_if_they_stood_in_it(node: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole" / "node.toml"
    whole.parent.mkdir()
    whole.write_text(NODE)
    assert node_toml.load(node) == node_toml.load(whole)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (WIFI, "seven77", "secrets.toml:2: wifi.password: a WPA password has 8 to 63 characters"),
        (BROKER, "x" * 129, "secrets.toml:5: broker.password: longer than 128 bytes"),
        (f'"{WIFI}"', "12345678", "secrets.toml:2: wifi.password: expected string, got int"),
        (
            "password",
            "pasword",
            "secrets.toml:2: wifi.pasword: unknown key; did you mean",
        ),
        ("[wifi]", "[lan]", "secrets.toml:1: lan: unknown key; known here: wifi, broker, gateway"),
        (KEPT, "", "secrets.toml: the file is empty"),
    ],
)
def test_a_fault_is_told_where_it_stands(node: Path, old: str, new: str, told: str) -> None:
    path = node.with_name("secrets.toml")
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(BadInput) as raised:
        node_toml.load(node)
    assert told in str(raised.value)
    assert not any(secret in str(raised.value) for secret in (WIFI, BROKER, "12345678"))


def test_one_in_both_files_is_refused(node: Path) -> None:
    node.write_text(NODE)
    with pytest.raises(BadInput, match=r"node\.toml:6: wifi\.password: is in secrets\.toml, too"):
        node_toml.load(node)
