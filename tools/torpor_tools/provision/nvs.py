"""Secrets as ESP-IDF's non-volatile storage holds them, made by Espressif's own generator."""

from io import BytesIO
from typing import Any

from esp_idf_nvs_partition_gen import nvs_partition_gen

from torpor.link import NAMESPACE

PAGE = 4096


def image(secrets: dict[str, bytes], size: int) -> bytes:
    """A partition of `size` bytes with each secret as a blob."""
    out = BytesIO()
    # The generator adds the page that the chip keeps free to move the others.
    nvs: Any = nvs_partition_gen.nvs_open(out, size - PAGE, nvs_partition_gen.Page.VERSION2)
    with nvs:
        nvs_partition_gen.write_entry(nvs, NAMESPACE, "namespace", "", "")
        for name, secret in secrets.items():
            nvs_partition_gen.write_entry(nvs, name, "data", "hex2bin", secret.hex())
    return out.getvalue()
