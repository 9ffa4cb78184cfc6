"""What Meta saw: the simulator's journal of requests and its webhooks, read after the campaign."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.local.demo.client import Json, Simulator
from infra.local.standstill import Standstill, shortly_after
from shared.ids import TenantId

_REQUEST_FIELDS = "monotonic,wall,path,status,answer,accepted,to,callback,fault"
_THROTTLED = 130429


@dataclass(frozen=True, slots=True)
class Send:
    """One message that was handed to Meta. `monotonic` (s) is for intervals, `wall` (epoch s) for comparing with stored
    times; `code` is Meta's error code or 0; `digits` is the recipient without a plus."""

    monotonic: float
    wall: float
    accepted: bool
    digits: str
    callback: str
    fault: str
    code: int

    def of_campaign(self, tenant_id: TenantId, campaign_id: str) -> bool:
        """By the callback data: v1|tenant|campaign|block|slot|attempt."""
        return self.callback.startswith(f"v1|{tenant_id}|{campaign_id}|")

    @property
    def first_attempt(self) -> bool:
        return self.callback.endswith("|1")


def sends(meta: Simulator) -> list[Send]:
    """Every request that sends a message and carried callback data, in order of arrival."""
    entries = meta.read("journal", _REQUEST_FIELDS)
    return [
        _send(entry)
        for entry in entries
        if entry["path"].endswith(("/messages", "/marketing_messages")) and entry["callback"]
    ]


def _send(entry: Json) -> Send:
    answer = entry["answer"]
    error = answer.get("error", {}) if isinstance(answer, dict) else {}
    return Send(
        monotonic=entry["monotonic"],
        wall=entry["wall"],
        accepted=bool(entry["accepted"]),
        digits=str(entry["to"]).removeprefix("+"),
        callback=entry["callback"],
        fault=entry["fault"] or "",
        code=int(error.get("code", 0)),
    )


def standstills(meta: Simulator) -> list[Standstill]:
    """When the simulator itself stood still, and what it then read at once had come before."""
    return [(entry["monotonic"], entry["seconds"]) for entry in meta.read("standstills", "monotonic,seconds")]


def really_throttled(found: Iterable[Send], standstills: Sequence[Standstill] = ()) -> int:
    """Requests that the number's limit refused, those left out that the injected fault did, or the simulator having
    read at once what had come one by one."""
    refused = [send for send in found if send.code == _THROTTLED and not send.fault]
    return sum(not shortly_after(send.monotonic, standstills) for send in refused)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message a person sent, as the simulator's webhook told it."""

    digits: str
    kind: str
    text: str


def told(meta: Simulator) -> tuple[list[Inbound], dict[str, set[str]]]:
    """What our webhook took (answered 200): messages of people, each once, and callback data → statuses of a send."""
    messages: dict[str, Inbound] = {}
    statuses: dict[str, set[str]] = {}
    for entry in meta.read("webhooks", "status,body"):
        if entry["status"] != 200 or not isinstance(entry["body"], dict):
            continue
        for value in _values(entry["body"]):
            for message in value.get("messages", ()):
                messages[message["id"]] = Inbound(message["from"], message["type"], _text(message))
            for status in value.get("statuses", ()):
                statuses.setdefault(status.get("biz_opaque_callback_data", ""), set()).add(status["status"])
    return list(messages.values()), statuses


def _values(envelope: Json) -> Iterable[Json]:
    for entry in envelope.get("entry", ()):
        for change in entry["changes"]:
            yield change["value"]


def _text(message: Json) -> str:
    content = message.get(message["type"], {})
    return str(content.get("body") or content.get("text") or content.get("emoji") or "")


def updates_per_webhook(meta: Simulator) -> float:
    """How many statuses and messages a webhook carried on average."""
    taken = [entry["updates"] for entry in meta.read("webhooks", "status,updates") if entry["status"] == 200]
    return float(sum(taken) / len(taken)) if taken else 0.0
