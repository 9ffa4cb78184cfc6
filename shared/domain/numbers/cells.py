"""What stacks that share one Meta app say to each other; each is a cell, and one of them has the app's callback URL.

Meta sends what people write, and how far messages got, to an account's own callback URL (`override_callback_uri`);
everything else goes to the app's URL all the same (Meta, webhook overrides, 2026). So whoever has that one, the control
stack, knows which accounts are another cell's, and sends on what is theirs.

All of it is posted to the other's webhook URL and signed as Meta signs, with the app secret, which is the same for all
of them. What is said stands in `object`, of which a webhook of Meta's has one value only: so neither a header nor a
field of a webhook can pass for it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from shared.clock import EpochMs
from shared.errors import ConfigError, InvalidInput
from shared.ids import WabaId

SIGNATURE = "x-hub-signature-256"
FORWARDED = "wasapbos_forward"
"""`object` of what is sent on: entries as Meta's, and when the control stack received them."""
_ASKED = b'{"object":"wasapbos_cell_'
_ASKED_BYTES = 2_000
"""Of an account's id and a URL."""
_ACCOUNT = re.compile(r"[0-9]{1,64}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def meta_signature(body: bytes, secret: str) -> str:
    """The header's value, as Meta signs (Meta, Cloud API webhooks, validate payloads)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def cell_urls(text: str) -> Mapping[str, str]:
    """Cells by name, with their callback URLs, from `name=url,name=url`. Raises ConfigError."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, url = part.partition("=")
        if not _NAME.fullmatch(name) or not url.startswith(("https://", "http://")):
            raise ConfigError("CellUrls must be name=url,name=url; a name has small letters, digits and hyphens")
        if name in found or url in found.values():
            raise ConfigError("CellUrls names a cell, or a URL, twice")
        found[name] = url
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """`callback` is the callback URL of the cell that asks, `at` (epoch ms) when it made up its mind."""

    KIND: ClassVar[str] = ""

    waba_id: WabaId
    callback: str
    at: EpochMs

    def to_json(self) -> bytes:
        said = {"object": self.KIND, "waba_id": self.waba_id, "callback": self.callback, "at": self.at}
        return json.dumps(said, separators=(",", ":")).encode()

    @classmethod
    def of(cls, said: Mapping[str, object]) -> Self | None:
        waba_id, callback, at = said.get("waba_id"), said.get("callback"), said.get("at")
        if not (isinstance(waba_id, str) and isinstance(callback, str) and type(at) is int and at >= 0):
            return None
        return cls(WabaId(waba_id), callback, EpochMs(at)) if _ACCOUNT.fullmatch(waba_id) else None


@dataclass(frozen=True, slots=True)
class JoinCell(_Asked):
    """A cell tells the control stack that an account is connected there."""

    KIND: ClassVar[str] = "wasapbos_cell_join"


@dataclass(frozen=True, slots=True)
class LeaveCell(_Asked):
    """A cell takes back that an account is connected there, unless it joined again after `at`."""

    KIND: ClassVar[str] = "wasapbos_cell_leave"


def asked_by_a_cell(raw: bytes) -> JoinCell | LeaveCell | None:
    """None for everything else, such as what Meta sends. Raises InvalidInput when it cannot be understood."""
    if not raw.startswith(_ASKED):
        return None
    try:
        said = json.loads(raw) if len(raw) <= _ASKED_BYTES else {}
    except (ValueError, RecursionError):
        said = {}
    for kind in (JoinCell, LeaveCell):
        if said.get("object") == kind.KIND and (asked := kind.of(said)) is not None:
            return asked
    raise InvalidInput("not what one stack asks of another")


def forward_body(entries: Iterable[str], received_at: EpochMs) -> bytes:
    """The body of what is sent on. The entries are JSON; `received_at` is when Meta told the control stack."""
    return f'{{"object":"{FORWARDED}","received_at":{received_at},"entry":[{",".join(entries)}]}}'.encode()
