"""What stacks that share one Meta app say to each other; each is a cell, and one of them has the app's callback URL.

Meta sends what people write, and how far messages got, to an account's own callback URL (`override_callback_uri`);
everything else goes to the app's URL all the same (Meta, webhook overrides, 2026). So whoever has that one, the control
stack, knows which accounts are another cell's, and sends on what is theirs. Both believe what is signed with the app
secret, which is the same for all of them.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

from shared.errors import InvalidInput
from shared.ids import WabaId

SIGNATURE = "x-hub-signature-256"
FORWARDED_FOR = "x-wasapbos-forwarded-for"
"""Header of what is sent on: the account whose part of the body is meant. It is not signed, and need not be: who adds
it to a body that Meta signed has less of it taken in here, once more, beside all that Meta's own POST brings."""
FORWARD = ":forward"
"""Field of an account event that is to be sent on; no field of Meta's has a colon."""
_JOIN = "wasapbos_cell"
_BEGINNING = f'{{"object":"{_JOIN}",'.encode()


def meta_signature(body: bytes, secret: str) -> str:
    """The header's value, as Meta signs (Meta, Cloud API webhooks, validate payloads)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


@dataclass(frozen=True, slots=True)
class JoinCell:
    """A cell tells the control stack that an account is connected there. `callback` is the cell's callback URL."""

    waba_id: WabaId
    callback: str

    def to_json(self) -> bytes:
        said = {"object": _JOIN, "waba_id": self.waba_id, "callback": self.callback}
        return json.dumps(said, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> "JoinCell | None":
        """None for everything else, such as what Meta sends."""
        if not raw.startswith(_BEGINNING):
            return None
        try:
            said = json.loads(raw)
            return cls(WabaId(str(said["waba_id"])), str(said["callback"]))
        except (ValueError, KeyError):
            return None


@dataclass(frozen=True, slots=True)
class Forward:
    """A webhook as Meta sent and signed it, on its way to another cell."""

    callback: str
    signature: str
    body: bytes

    def to_json(self) -> dict[str, object]:
        """The value of an account event."""
        return {"callback": self.callback, "signature": self.signature, "body": b64encode(self.body).decode()}

    @classmethod
    def from_json(cls, value: dict[str, object]) -> "Forward":
        """Raises InvalidInput when the value is no such thing."""
        try:
            return cls(str(value["callback"]), str(value["signature"]), b64decode(str(value["body"])))
        except (ValueError, KeyError) as exc:
            raise InvalidInput("not a webhook to send on") from exc
