"""What virtual boards send each other by ESP-NOW: files in a folder that they share.

Each board has one that says on which channel its station is, and one for each frame to it.
"""

# mypy: ignore-errors

import json


class Air:
    """`host` is the host's file system; `mac` the address of this board's station, in hex."""

    def __init__(self, host, folder, mac):
        self.host, self.folder, self.mac = host, folder, mac
        self.sent = 0
        self.told = None
        self.tell(0)

    def tell(self, channel):
        """Be on this channel; 0: the station is off, and nothing reaches it."""
        if channel != self.told:
            self.told = channel
            self._write(self.mac, channel)

    def carry(self, to, frame):
        """Send it where the other station is on our channel: whether it is."""
        try:
            with self.host.open(self._path(to), "r") as file:
                there = json.load(file)
        except OSError:
            return False
        if there != self.told:
            return False
        self.sent += 1
        self._write(f"{to}.{self.mac}.{self.sent:06d}", frame)
        return True

    def come(self):
        """The frames that came, the oldest of each sender first."""
        names = sorted([entry[0] for entry in self.host.ilistdir(self.folder)])
        out = []
        for name in names:
            if name.startswith(self.mac + "."):
                with self.host.open(self._path(name), "r") as file:
                    out.append(json.load(file))
                self.host.remove(self._path(name))
        return out

    def _write(self, name, what):
        """All of it or nothing: others look into the folder meanwhile."""
        made = self._path("new." + self.mac)
        with self.host.open(made, "w") as file:
            json.dump(what, file)
        self.host.rename(made, self._path(name))

    def _path(self, name):
        return self.folder + "/" + name
