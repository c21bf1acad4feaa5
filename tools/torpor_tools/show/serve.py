"""Pages of this machine to itself: a few of them, from memory, at a port of the loopback."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from host_sim.errors import BadInput

LOOPBACK = "127.0.0.1"
HTML, JSON = "text/html; charset=utf-8", "application/json"

Pages = dict[str, tuple[str, bytes]]  # by path: what it is, and it


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a reader who stays does not keep the program

    def __init__(self, port: int, pages: Mapping[str, tuple[str, bytes]]) -> None:
        self.pages = pages
        super().__init__((LOOPBACK, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """A page, to who asks for it by a name of this machine: a site elsewhere has another."""
        host = self.headers.get("Host", "").partition(":")[0]
        found = self.server.pages.get(self.path) if host in (LOOPBACK, "localhost") else None
        kind, body = found or ("text/plain", b"no such page\n")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is for the run."""

    def handle(self) -> None:
        """A reader who went away is no error."""
        with suppress(ConnectionError):
            super().handle()


@contextmanager
def served(pages: Pages, port: int) -> Iterator[str]:
    """Serve what `pages` holds, now and later, until the end; its address. Port 0: a free one."""
    try:
        server = _Server(port, pages)
    except OSError as error:
        what = f"port {port} cannot be had ({error.strerror})"
        raise BadInput(what, remedy="give another --port, or 0 for any") from None
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
