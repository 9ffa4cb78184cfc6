"""Refusals and outages of single calls, as scripted: the next n of an operation, or all until they are taken back."""

import json
from dataclasses import dataclass

from .call import Call, Reply
from .config import Json
from .errors import GraphError
from .script_fields import Fields

_LONGEST_BODY = "Bad Gateway"


@dataclass(slots=True)
class Refusal:
    """`operation` is the edge, or the first path element where there is none; `object_id` keeps it to one object.
    `left` None: until it is taken back. Without a code nothing is refused: the answer only comes late."""

    operation: str
    method: str
    object_id: str
    code: int
    subcode: int
    details: str
    left: int | None
    reset: bool
    plain: bool
    seconds: float

    def concerns(self, call: Call) -> bool:
        return (
            self.operation in (call.edge, call.object_id if not call.edge else call.edge)
            and self.method in ("", call.method)
            and self.object_id in ("", call.object_id)
            and self.left != 0
        )


class Refusals:
    """Those in force, in the order in which they were set."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    def set(self, value: Json) -> Json:
        """Raises BadScript. With `next` 0 those of the operation are taken back."""
        fields = Fields("refuse", value)
        left = fields.whole("next")
        refusal = Refusal(
            operation=fields.needed("operation"),
            method=fields.text("method"),
            object_id=fields.text("object_id"),
            code=fields.whole("code") or 0,
            subcode=fields.whole("subcode") or 0,
            details=fields.text("details"),
            left=left,
            reset=bool(fields.flag("reset")),
            plain=bool(fields.flag("plain")),
            seconds=(fields.number("ms") or 0) / 1000,
        )
        fields.done()
        self._refusals = [one for one in self._refusals if one.operation != refusal.operation]
        if left != 0:
            self._refusals.append(refusal)
        return {"operation": refusal.operation}

    def draw(self, call: Call) -> Refusal | None:
        """The one that befalls this call."""
        found = next((one for one in self._refusals if one.concerns(call)), None)
        if found is not None and found.left is not None:
            found.left -= 1
        return found


def refused(refusal: Refusal) -> Reply | None:
    """What is answered instead; None when the call is carried out and only its answer is late.

    Raises:
        GraphError: the code that was scripted.
    """
    if refusal.reset:
        return Reply(500, b"{}", delay_seconds=refusal.seconds, reset=True)
    if refusal.plain:
        return Reply(502, json.dumps(_LONGEST_BODY).encode(), delay_seconds=refusal.seconds)
    if refusal.code:
        raise GraphError(refusal.code, refusal.details, subcode=refusal.subcode)
    return None
