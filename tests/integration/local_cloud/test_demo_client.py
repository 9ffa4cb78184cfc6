"""The demo's client is one like any other: it comes again when it is told to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.local.demo.client import Api

ANSWERS = [(429, b'{"code": "rate_limited"}'), (200, b'{"items": [{"id": "1"}], "next_cursor": null}')]


class Busy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.server.asked]  # type: ignore[attr-defined]
        self.server.asked += 1  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("retry-after", "0")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_one_call_too_many_is_made_again() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        server.asked = 0  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        api = Api(f"http://127.0.0.1:{server.server_port}")
        assert list(api.pages("/v1/contacts")) == [{"id": "1"}]
        api.close()
        assert (server.asked, api.calls) == (2, 1)  # type: ignore[attr-defined]
        server.shutdown()
