"""The link behind the port: Wi-Fi and MQTT."""

NAMESPACE = "torpor"  # of non-volatile storage, where the secrets are
SECRET_BYTES = 128  # the longest of them
