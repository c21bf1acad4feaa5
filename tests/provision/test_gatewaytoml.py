"""gateway.toml and a node's [gateway]: what they make of both; no fault shows a password."""

import json
from hashlib import pbkdf2_hmac
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from host_sim.spec import scenario
from tests.provision import made, nvsread, rom
from tests.provision.board import Board
from tests.provision.conftest import BROKER, NODE, WIFI
from tests.provision.deployed import SIZE, content, deploy, nvs, told
from tests.provision.test_flash import flash
from torpor import __version__
from torpor_tools.provision import firmware, gateway_toml, layout, node_toml, repl, version

SHARED = "once upon a time"
GARDEN, SHED = "24:6f:28:AA:bb:0c", "24:6f:28:aa:bb:0d"
WAY = NODE[NODE.index("[wifi]") : NODE.index("[node]")]
GATEWAY = f"""\
name = "attic"
board = "esp32_devkitc"

{WAY}[gateway]
password = "{SHARED}"

[gateway.nodes]
garden = "{GARDEN}"
shed = "{SHED}"
"""
GATEWAY_TABLE = f'[gateway]\naddress = "24:6F:28:00:11:22"\npassword = "{SHARED}"\n\n'
BY_GATEWAY = NODE.replace(WAY, GATEWAY_TABLE).replace("[node]", '[node]\nlink = "espnow"')


def load(folder: Path, text: str) -> node_toml.Provision:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8")
    return gateway_toml.load(path)


def fault(folder: Path, text: str) -> str:
    """What is said of it, in a line; no password is in that."""
    with pytest.raises(BadInput) as refused:
        load(folder, text)
    said = str(refused.value)
    assert "\n" not in said
    assert not any(secret in said for secret in (SHARED, WIFI, BROKER))
    return said


def key(name: str) -> bytes:
    """Of a node, 16 bytes."""
    return pbkdf2_hmac("sha256", SHARED.encode(), name.encode(), 4_096, 16)


def test_both_ends_have_the_nodes_key_and_no_config_has_a_secret(tmp_path: Path) -> None:
    node, gateway = load(tmp_path, BY_GATEWAY), load(tmp_path, GATEWAY)
    assert node.secrets == {"gateway_key": key("garden")}
    assert gateway.secrets["gateway_key"] == key("garden") + key("shed")
    assert gateway.secrets["wifi_password"] == WIFI.encode()
    assert gateway.secrets["broker_password"] == BROKER.encode()
    assert node.config["gateway"] == "246f28001122"
    assert not {"wifi", "broker"} & node.config.keys()
    assert gateway.config == {
        "kind": "gateway",
        "name": "attic",
        "wifi": {"ssid": "home"},
        "broker": {"host": "192.0.2.1", "port": 1883, "user": "garden"},
        "nodes": [
            {"name": "garden", "address": "246f28aabb0c"},
            {"name": "shed", "address": "246f28aabb0d"},
        ],
    }
    for told_ in (node, gateway):
        assert not any(secret in repr(told_) for secret in (SHARED, WIFI, BROKER))


def test_without_a_password_there_is_no_key(tmp_path: Path) -> None:
    left_out = f'password = "{SHARED}"\n'
    assert load(tmp_path, BY_GATEWAY.replace(left_out, "")).secrets == {}
    made_ = load(tmp_path, GATEWAY.replace(left_out, ""))
    assert made_.secrets.keys() == {"wifi_password", "broker_password"}


def test_one_file_of_passwords_serves_the_nodes_and_the_gateway(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text(f'[gateway]\npassword = "{SHARED}"\n')
    left_out = f'password = "{SHARED}"\n'
    assert load(tmp_path, BY_GATEWAY.replace(left_out, "")).secrets["gateway_key"] == key("garden")
    made_ = load(tmp_path, GATEWAY.replace(left_out, ""))
    assert made_.secrets["gateway_key"] == key("garden") + key("shed")
    with pytest.raises(BadInput, match=r"some\.toml:14: gateway\.password: is in secrets\.toml"):
        load(tmp_path, GATEWAY)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[gateway]", WAY + "[gateway]", ":4: wifi: the gateway has it, and the node goes by the"),
        ("[gateway]", WAY[WAY.index("[broker]") :] + "[gateway]", ":4: broker: the gateway has it"),
        (
            BY_GATEWAY[BY_GATEWAY.index("[gateway]") : BY_GATEWAY.index("[node]")],
            "",
            ":5: node.link: nothing says which gateway; add [gateway]",
        ),
        ('link = "espnow"\n', "", ":4: gateway: a node with a gateway goes by ESP-NOW; set link"),
        ('"24:6F', '"25:6F', ":5: gateway.address: an address of many stations, not of one; take"),
        ("24:6F:28", "24:6F:2", ':5: gateway.address: no address of six bytes; write it as "24'),
        ("24:6F:28", "24:6F:28:00", ":5: gateway.address: no address of six bytes; "),
        ("24:6F:28", "24-6F-28", ":5: gateway.address: no address of six bytes; "),
        (SHARED, "seven77", ":6: gateway.password: a gateway's password has 8 characters or more"),
        (SHARED, "x" * 129, ":6: gateway.password: longer than 128 bytes; "),
        ("address", "adress", ":5: gateway.adress: unknown key; did you mean address?"),
    ],
)
def test_a_nodes_way_is_one(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in BY_GATEWAY
    assert said in fault(tmp_path, BY_GATEWAY.replace(old, new, 1))


@pytest.mark.parametrize("bytes_", [8, 128])
def test_a_password_may_have_so_many(bytes_: int, tmp_path: Path) -> None:
    made = load(tmp_path, BY_GATEWAY.replace(SHARED, "x" * bytes_))
    assert len(made.secrets["gateway_key"]) == 16


@pytest.mark.parametrize("lacks", ["wifi", "broker"])
def test_half_a_way_is_told(lacks: str, tmp_path: Path) -> None:
    wifi, broker = WAY[: WAY.index("[broker]")], WAY[WAY.index("[broker]") :]
    with pytest.raises(BadInput, match=f"the key {lacks} is missing; add it"):
        load(tmp_path, NODE.replace(wifi if lacks == "wifi" else broker, ""))
    with pytest.raises(BadInput, match="nothing says how it reaches the broker; add"):
        load(tmp_path, NODE.replace(wifi + broker, ""))


def test_a_switch_goes_by_wifi(tmp_path: Path) -> None:
    text = scenario.find("plug").read_text()
    text = (
        'name = "plug"\nboard = "lolin32_lite"\n'
        '[gateway]\naddress = "24:6f:28:00:11:22"\n'
        '[pins]\nwake = "button"\noutputs = [{ pin = "relay", on = 0 }]\n'
        '[sensor.power]\ndriver = "bl0937"\npin = 5\nmj_per_pulse = 1500\n'
        + text[text.index("[node]") : text.index("[world]")].replace(
            "[node]", '[node]\nlink = "espnow"'
        )
    )
    with pytest.raises(BadInput, match=r"node\.link: a switch is reached by Wi-Fi; leave it out"):
        load(tmp_path, text)


def nodes(count: int) -> str:
    return "".join(f'node{i} = "24:6f:28:00:00:{i:02x}"\n' for i in range(count))


@pytest.mark.parametrize(
    ("password", "count", "fits"), [(1, 6, 1), (1, 7, 0), (0, 20, 1), (0, 21, 0)]
)
def test_esp_now_has_so_many_nodes(password: int, count: int, fits: int, tmp_path: Path) -> None:
    text = GATEWAY[: GATEWAY.index("garden =")] + nodes(count)
    text = text if password else text.replace(f'password = "{SHARED}"\n', "")
    if fits:
        assert len(load(tmp_path, text).config["nodes"]) == count
        return
    how = "with a password" if password else "without a password"
    said = f"gateway.nodes: {count} nodes, and ESP-NOW has {count - 1} at most {how}; "
    with pytest.raises(BadInput, match=said):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (SHED, GARDEN, ":18: gateway.nodes.shed: the address of garden, too; take what torpor"),
        (SHED, "01:6f:28:aa:bb:0d", ":18: gateway.nodes.shed: an address of many stations"),
        ("shed =", '"Shed!" =', "Shed!"),
        (f'garden = "{GARDEN}"\nshed = "{SHED}"\n', "", "gateway.nodes: no node to hear; add"),
        ("[gateway.nodes]\n", "[gateway.noeds]\n", "unknown key; did you mean nodes?"),
        (WAY[: WAY.index("[broker]")], "", "the key wifi is missing; add it"),
        (WIFI, "seven77", ":6: wifi.password: a WPA password has 8 to 63 characters; "),
        (SHARED, "seven77", ":14: gateway.password: a gateway's password has 8 characters"),
        ("esp32_devkitc", "esp32_dev", ":2: board: no board named esp32_dev; one of "),
    ],
)
def test_a_gateways_fault_names_line_key_and_remedy(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert old in GATEWAY
    assert said in fault(tmp_path, GATEWAY.replace(old, new))


NOWHERE = {
    "2001:db8::1": "a node reaches IPv4 alone; write an IPv4 address, or a name that has one",
    "[fe80::1%wlan0]": "a node reaches IPv4 alone; ",
    "192.0.2.1:1883": "no name and no address; write it alone",
    "mqtt://garden:hush@broker": "no name and no address; ",
    "my broker": "no name and no address; ",
    "broker..example": "no name and no address; ",
    "b" * 64: "no name and no address; ",
    "bröker.example": "DNS has no name with such letters; write it as DNS has it",
    "192.0.2.256": 'no address of four bytes; write it as "192.0.2.1"',
}
THERE = ("broker", "my_broker.lan.", "b" * 63, "xn--brker-jua.example", "BRÖKER.Local", "10.1")


@pytest.mark.parametrize(("text", "line"), [(NODE, 9), (GATEWAY, 9)])
def test_a_broker_that_nothing_can_reach_is_refused(text: str, line: int, tmp_path: Path) -> None:
    for host, said in NOWHERE.items():
        told_ = fault(tmp_path, text.replace("192.0.2.1", host))
        assert f":{line}: broker.host: {said}" in told_
        assert "hush" not in told_
    for host in THERE:
        assert load(tmp_path, text.replace("192.0.2.1", host)).config["broker"]["host"] == host


@pytest.mark.parametrize("text", [NODE, GATEWAY])
@pytest.mark.parametrize(
    ("old", "said"),
    [
        ('"home', ":5: wifi.ssid: "),
        (f'"{WIFI}', ":6: wifi.password: "),
        ('user = "garden', ":10: broker.user: "),
        (f'"{BROKER}', ":11: broker.password: "),
    ],
)
def test_no_text_on_the_way_holds_the_character_zero(
    text: str, old: str, said: str, tmp_path: Path
) -> None:
    assert old in text
    told_ = fault(tmp_path, text.replace(old, rf"{old}\u0000"))
    assert f"{said}holds the character U+0000; leave it out" in told_


@pytest.mark.parametrize("text", [NODE, GATEWAY])
def test_a_name_ends_before_its_line_does(text: str, tmp_path: Path) -> None:
    head, _, rest = text.partition("\n")
    with pytest.raises(BadInput, match=r":1: name: "):
        load(tmp_path, head.removesuffix('"') + '\\n"\n' + rest)


def test_what_flash_writes_starts_the_gateway_and_tells_its_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = tmp_path / "gateway.toml"
    toml.write_text(GATEWAY)
    binary = made.firmware(tmp_path)
    with rom.running("esp32", tmp_path) as port:
        assert flash("--port", port, "--firmware", binary, "--config", toml, "--json") == 0
        document = json.loads(capsys.readouterr().out)
        first = document["regions"][0]
        start = rom.flash(port, first["at"], first["size_bytes"])
    blobs = nvsread.blobs(start[0x9000 - first["at"] : 0xF000 - first["at"]])
    assert blobs["torpor.gateway_key"] == key("garden") + key("shed")
    address = document["address"]
    text = GATEWAY.replace(SHED, address)
    assert load(tmp_path, text).config["nodes"][1]["address"] == address.replace(":", "")
    assert flash("--firmware", binary, "--config", toml, "--dry-run") == 0
    assert "its address" not in capsys.readouterr().out  # of a board that is not there


@pytest.mark.slow
def test_a_gateway_stays_one_and_a_node_becomes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = Board(tmp_path, layout.file_system(version.files(version.as_json({"name": "x"})), SIZE))
    assert deploy(board, "--json") == 0
    assert told(capsys)["up_to_date"]
    toml = tmp_path / "gateway.toml"
    toml.write_text(GATEWAY)
    assert deploy(board, "--config", toml, "--json") == 0
    document = told(capsys)
    assert sorted(document["sent_bytes"]) == sorted(
        [
            "config.json",
            "link.mpy",
            "monitor.mpy",
            "seldom.mpy",
            "awake.mpy",
            *firmware.gateway(),
        ]  # those of any node
    )
    assert content(board, "b/main.py") == firmware.gateway()["main.py"]
    space = json.loads(content(board, "b/config.json"))["secrets"]
    kept = nvs(board)[f"{space}.gateway_key"]
    assert kept.encode("latin-1") == key("garden") + key("shed")
    assert deploy(board, "--json") == 0
    assert told(capsys)["up_to_date"]
    toml.write_text(BY_GATEWAY)
    assert deploy(board, "--config", toml, "--json") == 0
    assert content(board, "b/main.py") != firmware.gateway()["main.py"]


def test_a_node_that_is_frozen_would_start_in_a_gateways_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """MicroPython runs a main.py that is frozen before one that is a file."""
    toml = tmp_path / "gateway.toml"
    toml.write_text(GATEWAY)
    binary = made.firmware(tmp_path, banner=made.BANNER + "\0torpor/start.py\0")
    said = ": has a node's main.py frozen, and a gateway starts another; flash it with micropython"
    assert flash("--firmware", binary, "--config", toml, "--dry-run", "--files") == 2
    assert f"{binary}{said}" in capsys.readouterr().err
    board = Board(tmp_path, layout.file_system(version.files(version.as_json({"name": "x"})), SIZE))
    before = board.flash.read_bytes()
    frozen = f"\ndef print_frozen(where=None):\n    print({__version__!r})\n"
    monkeypatch.setattr(repl, "AGENT", repl.AGENT + frozen)
    assert deploy(board, "--config", toml) == 2
    assert said in capsys.readouterr().err
    assert board.flash.read_bytes() == before
