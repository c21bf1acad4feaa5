"""Where the node belongs."""

SSID = "home"
PASSWORD = "sleepwell"
BROKER = "192.0.2.1"
PORT = 1883
USER = "node"
SECRET = "secret"
CLIENT = "garden"
TOPIC = "garden/readings"
GATEWAY = b"\x02\x00\x00\x47\x57\x01"
