"""The link behind the port: Wi-Fi and MQTT."""
