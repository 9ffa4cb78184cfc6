"""Entries of the audit log, as answers and as rows of a file."""

import io
import json
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field, JsonValue

from functions.api.http.csv_file import write_rows
from functions.api.http.fields import Cursor, Moment, Output, moment, open_to
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Actor, ActorKind, Entry, Status
from shared.domain.audit.kinds import Kind

ActionName = Annotated[str, open_to(*Action)]
KindName = Annotated[str, open_to(*Kind)]
ActorName = Annotated[str, open_to(*ActorKind)]
_COLUMNS = (
    *("id", "at", "status", "action", "actor_kind", "actor_id", "actor_name", "object_kind", "object_id"),
    *("before", "after", "hidden_fields", "cause", "reason", "address", "user_agent", "request_id"),
)


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
