"""A receiver of callbacks to try things with: prints the first one that comes, says 200, and ends.

python -m local.receiver 9000
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        print(f"\n{body.decode()}", flush=True)

    def log_message(self, format: str, *args: object) -> None:
        """What came is printed already."""


def main() -> None:
    with HTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler) as server:
        server.handle_request()


if __name__ == "__main__":
    main()
