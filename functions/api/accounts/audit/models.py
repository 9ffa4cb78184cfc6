"""Entries of the audit log: what is asked for, as answers, and as rows of a file."""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, JsonValue

from functions.api.http.csv_file import write_rows
from functions.api.http.fields import Cursor, Given, Moment, Output, moment, open_to
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Actor, ActorKind, Entry, Status
from shared.domain.audit.kinds import Kind

ActionName = Annotated[str, open_to(*Action)]
KindName = Annotated[str, open_to(*Kind)]
ActorName = Annotated[str, open_to(*ActorKind)]
_ActorId = Annotated[str | None, Query(max_length=100, description="id of a member or an API key: only what they did")]
_ObjectId = Annotated[str | None, Query(max_length=100, description="id of the thing: only what was done to it")]
_COLUMNS = (
    *("id", "at", "status", "action", "actor_kind", "actor_id", "actor_name", "object_kind", "object_id"),
    *("before", "after", "hidden_fields", "cause", "reason", "address", "user_agent", "request_id"),
)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """None where it does not matter."""

    actor_kind: Annotated[ActorKind | None, Query(description="only what such a one did")] = None
    actor_id: _ActorId = None
    action: Annotated[Action | None, Query(description="only this action")] = None
    object_kind: Annotated[Kind | None, Query(description="only what was done to things of this kind")] = None
    object_id: _ObjectId = None
    since: Annotated[Given | None, Query(description="only from this moment on, RFC 3339")] = None
    until: Annotated[Given | None, Query(description="only up to this moment, RFC 3339")] = None

    def fits(self, entry: Entry) -> bool:
        asked = (
            (self.actor_kind, entry.actor.kind),
            (self.actor_id, entry.actor.actor_id),
            (self.action, entry.action),
            (self.object_kind, entry.kind),
            (self.object_id, entry.object_id),
        )
        return all(not sought or sought == found for sought, found in asked)

    @property
    def chooses(self) -> bool:
        """Whether it leaves out entries of its span."""
        return any((self.actor_kind, self.actor_id, self.action, self.object_kind, self.object_id))


class ActorOut(Output):
    kind: ActorName
    id: str | None = Field(description="of the member or the API key; null for the platform itself")
    name: str | None = Field(description="as it is now; null for one who is no member, or a key that was revoked")


class ObjectOut(Output):
    kind: KindName
    id: str | None = Field(description="null where nothing came of it that has one")


class AuditEntryOut(Output):
    id: str
    at: Moment = Field(description="when it was first asked for")
    status: Annotated[str, open_to(*Status)] = Field(
        description="`began`: Meta, Cognito or a file store was asked, and nobody knows how it ended. `refused`: "
        "`cause` is the code, and what changed, if anything, did so before it"
    )
    action: ActionName
    actor: ActorOut
    object: ObjectOut
    before: dict[str, JsonValue] = Field(description="the fields that changed, as they were; empty for what is new")
    after: dict[str, JsonValue] = Field(description="the same, as they are then; empty for what is gone")
    hidden_fields: list[str] = Field(
        description="fields that changed and whose values are not kept here: secrets, texts, what is said of people, "
        "and what is long"
    )
    cause: str | None = Field(description="a code: why the platform did it, or why it was refused")
    reason: str | None = Field(description="what an operator stated")
    address: str | None = Field(description="the network address that the call came from")
    user_agent: str | None = Field(description="cut after 120 characters")
    request_id: str | None

    @classmethod
    def of(cls, entry: Entry, names: Mapping[Actor, str]) -> "AuditEntryOut":
        actor, origin = entry.actor, entry.origin
        return cls(
            id=entry.entry_id,
            at=moment(entry.at),
            status=entry.status,
            action=entry.action,
            actor=ActorOut(kind=actor.kind, id=actor.actor_id or None, name=names.get(actor) or None),
            object=ObjectOut(kind=entry.kind, id=entry.object_id or None),
            before=dict(entry.difference.before),
            after=dict(entry.difference.after),
            hidden_fields=list(entry.difference.named),
            cause=entry.cause or None,
            reason=entry.reason or None,
            address=origin.address or None,
            user_agent=origin.user_agent or None,
            request_id=origin.request_id or None,
        )


class AuditEntriesOut(Output):
    items: list[AuditEntryOut]
    next_cursor: Cursor


def as_csv(entries: Iterable[Entry], names: Mapping[Actor, str]) -> str:
    """With a header row; `before` and `after` are JSON."""
    out = io.StringIO(newline="")
    write_rows(out, [_COLUMNS])
    write_rows(out, (_row(entry, names) for entry in entries))
    return out.getvalue()


def _row(entry: Entry, names: Mapping[Actor, str]) -> tuple[str, ...]:
    actor, origin, shown = entry.actor, entry.origin, entry.difference
    return (
        *(entry.entry_id, moment(entry.at), entry.status, entry.action),
        *(actor.kind, actor.actor_id, names.get(actor, ""), entry.kind, entry.object_id),
        *(_as_json(shown.before), _as_json(shown.after), " ".join(shown.named)),
        *(entry.cause, entry.reason, origin.address, origin.user_agent, origin.request_id),
    )


def _as_json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else ""
