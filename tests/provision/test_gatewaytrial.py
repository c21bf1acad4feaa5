"""A gateway's version on trial: its own once it has reached the broker and started again."""

from pathlib import Path

from tests.firmware.broker import Broker, free_port
from tests.firmware.test_gateway_start import config
from tests.provision.test_trial import BACK, OWN, Node
from torpor_tools.fakes import world
from torpor_tools.provision import firmware

MAIN = firmware.gateway()


def test_a_gateway_that_reaches_the_broker_twice_is_its_own(tmp_path: Path) -> None:
    with Broker() as broker:
        node = Node(tmp_path, config(broker.port), MAIN)
        assert [node.boot() for _ in range(3)] == [world.SLEPT, world.SLEPT, world.RESET]
    assert node.world_now()["slept"] == [["deep", 1_000]] * 2
    assert node.printed == "torpor: /b is the node's own\n"
    assert node.file("boot.py") == OWN


def test_one_that_reaches_none_is_taken_back_after_three_starts(tmp_path: Path) -> None:
    node = Node(tmp_path, config(free_port()), MAIN)
    began_ms = node.world_now()["now_ms"]
    assert [node.boot() for _ in range(4)] == [world.SLEPT] * 3 + [world.RESET]
    assert node.world_now()["slept"] == [["deep", 180_000]] * 3
    assert node.world_now()["now_ms"] - began_ms < 900_000  # as long as torpor deploy waits
    assert node.file("boot.py") == BACK


def test_one_that_cannot_start_is_taken_back_at_once(tmp_path: Path) -> None:
    node = Node(tmp_path, config(free_port()), {**MAIN, "torpor.mpy": b"damaged"})
    assert node.boot() == world.RESET
    assert node.printed.startswith("torpor: /b was taken back: ")
    assert node.file("boot.py") == BACK
