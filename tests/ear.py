"""Somewhere to be called back at: keeps what comes, and answers as it is told to."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers import free_port


class Ear:
    """What came, as (path, headers with small names, body); `statuses` are used up first."""

    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}"
        self.heard, self.statuses = [], []

    def wait(self, times=1, seconds=8):
        """Wait until it was called that often, and give the last call's body and headers."""
        ends = time.monotonic() + seconds
        while len(self.heard) < times:
            assert time.monotonic() < ends, f"called {len(self.heard)} times, not {times}"
            time.sleep(0.02)
        _path, headers, body = self.heard[-1]
        return body, headers


@contextlib.contextmanager
def ear():
    """An ear on a port of its own, for as long as a test listens."""
    port = free_port()
    listener = Ear(port)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            listener.heard.append((self.path, headers, body))

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
