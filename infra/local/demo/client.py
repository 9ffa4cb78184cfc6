"""The three doors the demo goes through: the HTTP API, and the simulators' own endpoints."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

Json = dict[str, Any]
MOST_OF_A_PAGE = 100
_PATIENCE_SECONDS = 60.0
_TIMEOUT_SECONDS = 60.0


class DemoError(Exception):
    """The story cannot go on; the message says at which step and why."""


class Api:
    """The tenants' HTTP API. Every POST carries an Idempotency-Key of its own."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=_TIMEOUT_SECONDS)
        self.calls = 0

    def authorize(self, token: str) -> None:
        """Use this access token or API key from now on."""
        self._http.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: str | int) -> Json:
        """Raises DemoError for anything but a 2xx."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Json:
        """Raises DemoError for anything but a 2xx."""
        return self._call("POST", path, json=dict(body or {}), headers={"idempotency-key": uuid.uuid4().hex})

    def attempt(self, path: str, body: Mapping[str, object]) -> tuple[int, Json]:
        """A POST that may be refused: its status and its answer."""
        self.calls += 1
        answer = self._http.post(path, json=dict(body), headers={"idempotency-key": uuid.uuid4().hex})
        found: Json = answer.json()
        return answer.status_code, found

    def pages(self, path: str, limit: int = MOST_OF_A_PAGE, **query: str) -> Iterator[Json]:
        """Every item of a list, page by page."""
        cursor: Mapping[str, str] = {}
        while True:
            page = self.get(path, limit=limit, **query, **cursor)
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> Json:
        try:
            answer = self._http.request(method, path, **options)
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while answer.status_code == httpx.codes.TOO_MANY_REQUESTS and time.monotonic() < deadline:
                # As every client should: a plan allows so many calls a second, and says when to come again.
                time.sleep(float(answer.headers.get("retry-after", "1")))
                answer = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise DemoError(f"{method} {path}: {type(error).__name__}") from error
        self.calls += 1
        if not answer.is_success:
            raise DemoError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        found: Json = answer.json() if answer.content else {}
        return found


class Simulator:
    """The door of a simulator: /_sim/script, /_sim/state, /_sim/journal, /_sim/webhooks."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = httpx.Client(base_url=base_url, timeout=_TIMEOUT_SECONDS)

    def script(self, **actions: object) -> Json:
        """Raises DemoError when the simulator does not understand."""
        answer = self._http.post("/_sim/script", json=actions)
        if not answer.is_success:
            raise DemoError(f"the simulator refused {', '.join(actions)}: {answer.text[:300]}")
        found: Json = answer.json()
        return found

    def state(self) -> Json:
        """Its counters."""
        found: Json = self._http.get("/_sim/state").json()
        return found

    def read(self, journal: str, fields: str) -> list[Json]:
        """All entries of `journal` or `webhooks`, with these fields."""
        entries: list[Json] = self._http.get(f"/_sim/{journal}", params={"fields": fields}).json()["entries"]
        return entries

    def close(self) -> None:
        self._http.close()


def wait_until(what: str, ready: Callable[[], Json | None], seconds: float, every: float = 0.2) -> Json:
    """Asks until there is an answer. Raises DemoError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = ready()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise DemoError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(every)
