"""A board's way to the broker: the tables [wifi], [broker] and [gateway], and their secrets.

A node goes by Wi-Fi, or by ESP-NOW to a gateway in reach, which goes by Wi-Fi.
"""

import re
import socket
from collections.abc import Iterator
from hashlib import pbkdf2_hmac
from ipaddress import IPv6Address
from typing import Annotated, Any

from msgspec import Meta

from host_sim.toml.file import Fault, Strict
from torpor.link import SECRET_BYTES

SSID_BYTES = 32  # IEEE 802.11, the SSID element
PASSPHRASE = range(8, 64)  # bytes, of which MicroPython hands on 64 (1.29, network_wlan.c:344)
_WPA_KEY = re.compile(r"[0-9a-fA-F]{64}")
KEY_BYTES = 16  # ESP-IDF, ESP_NOW_KEY_LEN
ROUNDS = 4096  # as WPA's: a frame that was recorded is to be no cheap test of a password
_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_ADDRESS = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
GATEWAY = "gateway"  # the kind that config.json of a gateway has
MULTICAST = 0x01  # IEEE 802, the first byte's lowest bit


class Wifi(Strict, frozen=True):
    """The network; without a password it is an open one."""

    ssid: Annotated[str, Meta(min_length=1)]
    """The network's name, 32 bytes at most."""
    password: str = ""
    """8 to 63 characters (bytes of UTF-8), here or in secrets.toml. The chip's non-volatile storage
    gets it, or its key (`key` in [node]).
    """


class Broker(Strict, frozen=True):
    """The MQTT broker."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    """Its name or IPv4 address."""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 1883
    """Its port."""
    user: Annotated[str, Meta(max_length=128)] = ""
    """Who the node says it is; nobody where left out."""
    password: str = ""
    """It goes to the chip's non-volatile storage."""

    @property
    def where(self) -> str:
        """Where it listens, for who reads of it."""
        return f"{self.host}:{self.port}"


class Gateway(Strict, frozen=True):
    """The gateway in reach, in the place of [wifi] and [broker]."""

    address: str
    """Of its station, "24:6f:28:aa:bb:cc": `torpor flash` prints it."""
    password: str = ""
    """8 characters or more, those of the gateway's file, here or in secrets.toml; where left out,
    nothing is encrypted. The chip's non-volatile storage gets a key made of it.
    """


def way_faults(
    link: str, wifi: Wifi | None, broker: Broker | None, gateway: Gateway | None
) -> Iterator[Fault]:
    """What is wrong with a node's way: there is exactly one, and it is its link's."""
    if link == "espnow" and not gateway:
        yield "nothing says which gateway", ("node", "link"), "add [gateway]"
    elif gateway:
        for name, table in (("wifi", wifi), ("broker", broker)):
            if table:
                remedy = f"leave out [{name}] or [gateway]"
                yield "the gateway has it, and the node goes by the gateway", (name,), remedy
        if link != "espnow":
            remedy = 'set link = "espnow" in [node]'
            yield "a node with a gateway goes by ESP-NOW", ("gateway",), remedy
        yield from address_faults(gateway.address, ("gateway", "address"))
        yield from password_faults(gateway.password)
    elif wifi and broker:
        yield from wifi_faults(wifi, broker)
    elif wifi or broker:
        yield f"the key {'broker' if wifi else 'wifi'} is missing", (), "add it"
    else:
        remedy = "add [wifi] and [broker], or [gateway]"
        yield "nothing says how it reaches the broker", (), remedy


def wifi_faults(wifi: Wifi, broker: Broker) -> Iterator[Fault]:
    """Lengths and characters that cannot be; told without the text that has them."""
    for whose, key, text in (
        ("wifi", "ssid", wifi.ssid),
        ("wifi", "password", wifi.password),
        ("broker", "user", broker.user),
        ("broker", "password", broker.password),
    ):
        if "\0" in text:  # ends a string of ESP-IDF's; MQTT 3.1.1 forbids it, [MQTT-1.5.3-2]
            yield "holds the character U+0000", (whose, key), "leave it out"
    if len(wifi.ssid.encode()) > SSID_BYTES:
        yield f"longer than {SSID_BYTES} bytes", ("wifi", "ssid"), "keep to that"
    is_key = _WPA_KEY.fullmatch(wifi.password)
    if wifi.password and not is_key and len(wifi.password.encode()) not in PASSPHRASE:
        yield "a WPA password has 8 to 63 characters", ("wifi", "password"), "mend it"
    for whose, secret in (("wifi", wifi.password), ("broker", broker.password)):
        if len(secret.encode()) > SECRET_BYTES:
            yield f"longer than {SECRET_BYTES} bytes", (whose, "password"), "keep to that"
    yield from host_faults(broker.host)
    if broker.password and not broker.user:
        yield "a password without a user", ("broker", "password"), "set user in [broker]"


def host_faults(host: str) -> Iterator[Fault]:
    """What a node can never reach; told without it, as a URL may hold a password.

    MicroPython tells a place of an IPv4 address alone (1.29, ports/esp32/modsocket.c:968), so
    connect() fails at any other. lwIP asks DNS for the bytes of a name as they are, where an
    international one is known by its ASCII form; in mDNS a name is UTF-8 (RFC 6762, section 16).
    """
    key = ("broker", "host")
    if _is_ipv6(host):
        yield "a node reaches IPv4 alone", key, "write an IPv4 address, or a name that has one"
    elif not _HOST.fullmatch(host):
        yield "no name and no address", key, 'write it alone, as "192.0.2.1"; the port is a key'
    elif not host.isascii() and not host.lower().endswith(".local"):
        remedy = "write it as DNS has it, xn--…, or its address"
        yield "DNS has no name with such letters", key, remedy
    elif host.replace(".", "").isdecimal() and not _is_ipv4(host):
        yield "no address of four bytes", key, 'write it as "192.0.2.1"'


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_ipv4(host: str) -> bool:
    """As lwIP reads one: it knows 127.1 and the like, too."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def address_faults(address: str, key: tuple[str, ...]) -> Iterator[Fault]:
    """What is no address of a station."""
    if not _ADDRESS.fullmatch(address):
        yield "no address of six bytes", key, 'write it as "24:6f:28:aa:bb:cc"'
    elif int(address[:2], 16) & MULTICAST:
        yield "an address of many stations, not of one", key, "take what torpor flash prints"


def password_faults(password: str) -> Iterator[Fault]:
    """A gateway's that cannot be."""
    key = ("gateway", "password")
    if password and len(password) < PASSPHRASE.start:
        yield f"a gateway's password has {PASSPHRASE.start} characters or more", key, "mend it"
    if len(password.encode()) > SECRET_BYTES:
        yield f"longer than {SECRET_BYTES} bytes", key, "keep to that"


def wifi_key(wifi: Wifi, derived: bool) -> str:
    """What the driver is given: the network's key, 64 hexadecimal digits, or its passphrase.

    ESP-IDF derives no key from a password of 64 characters (wpa_supplicant, wpa_set_passphrase()),
    and MicroPython hands over as many (ports/esp32/network_wlan.c). The derivation is that of
    IEEE 802.11: PBKDF2 with HMAC-SHA-1, 4,096 rounds, the network's name as salt.
    """
    if not derived or len(wifi.password.encode()) not in PASSPHRASE:
        return wifi.password
    return pbkdf2_hmac("sha1", wifi.password.encode(), wifi.ssid.encode(), 4096, 32).hex()


def gateway_key(password: str, node: str) -> bytes:
    """A node's key to the gateway, or nothing without a password.

    Each node has one of its own, by its name: whoever reads out one node does not know the others'.
    """
    if not password:
        return b""
    return pbkdf2_hmac("sha256", password.encode(), node.encode(), ROUNDS, KEY_BYTES)


def as_config(address: str) -> str:
    """An address as config.json has it."""
    return address.replace(":", "").lower()


def wifi_config(wifi: Wifi, broker: Broker) -> dict[str, Any]:
    """What config.json has of network and broker."""
    told: dict[str, Any] = {"host": broker.host, "port": broker.port}
    if broker.user:
        told["user"] = broker.user
    return {"wifi": {"ssid": wifi.ssid}, "broker": told}


def given(secrets: dict[str, bytes]) -> dict[str, bytes]:
    """Those that there are."""
    return {name: secret for name, secret in secrets.items() if secret}
