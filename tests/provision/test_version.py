"""What a version is made of: linked for what wakes its node, and for its way."""

from pathlib import Path

import pytest

from torpor_tools.provision import firmware, link, version
from torpor_tools.provision.way import GATEWAY


@pytest.mark.parametrize(
    ("config", "watches", "way"),
    [
        ({}, True, link.WIFI),  # any node
        ({"pins": {"wake": 4}}, True, link.WIFI),
        ({"pins": {"outputs": [4]}}, True, link.WIFI),
        ({"watch_channel": 0}, True, link.WIFI),
        ({"watch_channel": -1}, False, link.WIFI),
        ({"gateway": {}}, False, link.ESPNOW),
        ({"gateway": {}, "pins": {"wake": 4}}, True, link.ESPNOW),
    ],
)
def test_what_is_linked_is_for_what_wakes_a_node_and_its_way(
    tmp_path: Path, config: dict[str, object], watches: bool, way: str
) -> None:
    every = version.files(None)
    linked = {
        made.name: made.read_bytes() for made in firmware.compile_linked(tmp_path, watches, way)
    }
    assert version.fitting(every, config) == {**every, **linked}
    assert version.fitting({"main.py": b""}, config) == {"main.py": b""}  # the rest is frozen


def test_a_gateway_has_a_start_and_modules_of_its_own() -> None:
    every, its_own = version.files(None), firmware.gateway()
    config = {"kind": GATEWAY}
    assert version.fitting(every, config) == {**every, **its_own}
    assert version.fitting({"main.py": b""}, config) == {"main.py": its_own["main.py"]}
