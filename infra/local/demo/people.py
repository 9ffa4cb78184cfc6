"""The contacts: importing the file, and the people who say no before the campaign or during it."""

import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.local.demo.business import Business
from infra.local.demo.client import Api, DemoError, Json, Simulator, wait_until
from infra.local.demo.contacts import DEFAULT_COUNTRY
from infra.local.demo.screen import Screen

TAG = "aurora-club"
STAFF = "staff"
_IMPORT_SECONDS = 600.0
_CONSENT_SECONDS = 30.0
_LATE_WORDS = ("STOP", "Parar", "baja")


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as the API shows it; `digits` is the phone without the plus."""

    contact_id: str
    digits: str
    region: str
    reachable: bool
    opted_out_at: str | None

    @classmethod
    def of(cls, contact: Json) -> "Person":
        wanted = TAG in contact["tags"] and STAFF not in contact["tags"]
        reachable = wanted and contact["fields"].get("points") is not None and contact["region"] != "US"
        phone = contact["phone"] or ""
        return cls(contact["id"], phone.removeprefix("+"), contact["region"], reachable, contact["opted_out_at"])


def import_file(api: Api, path: Path, screen: Screen) -> Json:
    """Upload and import a file; the import as the API shows it. Raises DemoError when its counts don't add up."""
    content = path.read_bytes()
    wish = {"filename": path.name, "tags": [TAG], "default_country": DEFAULT_COUNTRY, "size": len(content)}
    job = api.post("/v1/contacts/imports", wish)
    put = httpx.put(job["upload_url"], content=content, headers=job["upload_headers"], timeout=60)
    if not put.is_success:
        raise DemoError(f"the upload was refused: {put.status_code} {put.text[:200]}")
    api.post(f"/v1/contacts/imports/{job['id']}/start")

    def ended() -> Json | None:
        found = api.get(f"/v1/contacts/imports/{job['id']}")
        return found if found["status"] in ("completed", "failed") else None

    done = wait_until("the import", ended, _IMPORT_SECONDS, every=0.5)
    counts = done["counts"]
    parts = ("created", "updated", "unchanged", "duplicate", "rejected")
    screen.step(f"imported {path.name}", f"{counts['rows']} rows = " + " + ".join(f"{counts[p]} {p}" for p in parts))
    if done["status"] != "completed" or counts["rows"] != sum(counts[part] for part in parts):
        raise DemoError(f"the import ended as {done['status']}: {done['error']}, {counts}")
    for row in done["rejected"][:3]:
        screen.step("", f"line {row['line']}: {row['reason']}")
    rest = counts["rejected"] - len(done["rejected"][:3])
    if rest > 0:
        screen.step("", f"and {rest} more, each with its line and reason")
    return done


def everybody(api: Api) -> list[Person]:
    """All contacts, in the order in which campaigns go through them."""
    return [Person.of(contact) for contact in api.pages("/v1/contacts")]


def say_no_before(api: Api, meta: Simulator, business: Business, people: list[Person], screen: Screen) -> list[Person]:
    """One person writes STOP, another said no on the phone; both are stored before this returns."""
    writer, caller = [person for person in people if person.reachable][:2]
    meta.script(inbound={"phone_number_id": business.phone_number_id, "from": writer.digits, "text": "stop"})
    api.post(f"/v1/contacts/{caller.contact_id}/opt-out", {"source": "phone call"})
    for person in (writer, caller):
        wait_until("an opt-out", lambda found=person: _said_no(api, found), _CONSENT_SECONDS)  # type: ignore[misc]
    screen.step("two people said no before", "one wrote “stop”, one by phone call (POST …/opt-out)")
    return [writer, caller]


def _said_no(api: Api, person: Person) -> Json | None:
    contact = api.get(f"/v1/contacts/{person.contact_id}")
    return contact if contact["opted_out"] else None


class Meanwhile:
    """Three people whose turn comes last write STOP while the campaign runs."""

    def __init__(self, api: Api, meta: Simulator, business: Business, people: list[Person]) -> None:
        self._api = api
        self._meta = meta
        self._from = business.phone_number_id
        self._people = [p for p in people if p.reachable and p.opted_out_at is None][-len(_LATE_WORDS) :]
        self._wrote = False
        self.stored: dict[str, float] = {}

    def write(self) -> None:
        """Now, each in another language."""
        self._wrote = True
        messages = [
            {"phone_number_id": self._from, "from": person.digits, "text": word}
            for person, word in zip(self._people, _LATE_WORDS, strict=False)
        ]
        self._meta.script(inbound=messages)

    def look(self) -> None:
        """Note in `stored` (digits → epoch s) whose no the API shows by now."""
        for person in self._people if self._wrote else ():
            if person.digits not in self.stored and _said_no(self._api, person):
                self.stored[person.digits] = time.time()
