"""The application of the swarm's tests: says its version, takes requests, and fails in the way that it is asked to."""

import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION, MODE = os.environ["VERSION"], os.environ.get("MODE", "")
DRAIN = 2.0  # seconds in which it still answers those who have its address


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(3)
        self.answer(500 if self.path == "/healthz" and MODE == "unhealthy" else 200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.answer(200)

    def answer(self, status: int) -> None:
        body = f'{{"version": "{VERSION}", "host": "{os.uname().nodename}"}}'.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 512


def serve() -> None:
    server = Server(("", 8000), Handler)

    def stop(*_: object) -> None:
        threading.Timer(DRAIN, server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    if MODE == "dies":
        threading.Timer(8.0, lambda: os._exit(7)).start()
    print(f"serving {VERSION}", flush=True)
    server.serve_forever(0.1)
    server.server_close()


def migrate() -> None:
    print(f"migrating to {VERSION}", flush=True)
    if MODE == "bad-migration":
        print("the column is not there", flush=True)
        sys.exit(3)


{"api": serve, "migrate": migrate}[sys.argv[1]]()
