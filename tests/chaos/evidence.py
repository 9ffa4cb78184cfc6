"""What Meta's side has on record: who was accepted how often, and which statuses it told, read from the simulator."""

import threading
from collections import Counter, defaultdict, deque
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx

_BODIES_KEPT = 30


@dataclass(slots=True)
class Record:
    """One campaign, as Meta knows it; people are phone numbers without plus.

    `acknowledged` are statuses in webhooks that we answered with 200; `told` includes those whose answer was lost.
    """

    accepted: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    told: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    faults: int = 0


class Evidence:
    """Grows with the simulator's journals; may be used from any thread."""

    def __init__(self, simulator_url: str) -> None:
        self._http = httpx.Client(base_url=simulator_url, timeout=60)
        self._lock = threading.Lock()
        self._records: dict[str, Record] = defaultdict(Record)
        self._recipient: dict[str, str] = {}
        self._bodies: dict[str, deque[dict[str, Any]]] = defaultdict(lambda: deque(maxlen=_BODIES_KEPT))
        self._seen = {"journal": 0, "webhooks": 0}

    def of(self, campaign_id: str) -> Record:
        """As of now; a copy."""
        with self._lock:
            # Webhooks first: a status in them belongs to a request that is in the journal by then.
            posts = self._read("webhooks", "status,body")
            for request in self._read("journal", "to,callback,accepted,fault"):
                self._note_request(request)
            for post in posts:
                self._note_post(post)
            return deepcopy(self._records[campaign_id])

    def webhooks(self, phone_number_id: str) -> list[dict[str, Any]]:
        """The latest webhooks of a number."""
        with self._lock:
            return list(self._bodies[phone_number_id])

    def unrest(self) -> int:
        """How many updates Meta still has to tell."""
        return int(self._http.get("/_sim/state").json()["pending_webhooks"])

    def _read(self, journal: str, fields: str) -> list[dict[str, Any]]:
        params: dict[str, str | int] = {"since": self._seen[journal], "fields": fields}
        answer = self._http.get(f"/_sim/{journal}", params=params).json()
        self._seen[journal] = answer["next"]
        entries: list[dict[str, Any]] = answer["entries"]
        return entries

    def _note_request(self, request: dict[str, Any]) -> None:
        campaign_id = _campaign_of(request["callback"])
        if campaign_id:
            person = request["to"].lstrip("+")
            self._recipient[request["callback"]] = person
            self._records[campaign_id].accepted[person] += bool(request["accepted"])
            self._records[campaign_id].faults += bool(request["fault"])

    def _note_post(self, post: dict[str, Any]) -> None:
        for entry in (post["body"] or {}).get("entry", ()):
            for change in entry["changes"]:
                value = change["value"]
                number = (value.get("metadata") or {}).get("phone_number_id")
                if number and (not self._bodies[number] or self._bodies[number][-1] is not post["body"]):
                    self._bodies[number].append(post["body"])
                for status in value.get("statuses", ()):
                    self._note_status(status, acknowledged=post["status"] == 200)

    def _note_status(self, status: dict[str, Any], *, acknowledged: bool) -> None:
        callback = status.get("biz_opaque_callback_data") or ""
        campaign_id, person = _campaign_of(callback), self._recipient.get(callback)
        if campaign_id and person:
            self._records[campaign_id].told[person].add(status["status"])
            if acknowledged:
                self._records[campaign_id].acknowledged[person].add(status["status"])


def _campaign_of(callback: str | None) -> str:
    """The campaign that a message's callback data names; empty for messages of conversations."""
    parts = (callback or "").split("|")
    return parts[2] if parts[0] == "v1" and len(parts) == 6 else ""
