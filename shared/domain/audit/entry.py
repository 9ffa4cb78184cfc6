"""An entry of the audit log: who did what to what, when, from where, and what was different afterwards.

An entry is never changed. Where the change is a write of ours, its entry is written in the same transaction. Where it
is done elsewhere (Cognito, Meta, S3), a first form of the entry (`began`) is written before it and the final one after
it: one that stays `began` says that nobody knows how it ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.clock import EpochMs, to_rfc3339
from shared.domain.audit.actions import Action
from shared.domain.audit.kinds import Kind
from shared.ids import moment_of

_MOST_USER_AGENT = 120
"""Characters: enough for the name of a program and of a system; the rest of a browser's is folklore."""


class ActorKind(StrEnum):
    MEMBER = "member"
    API_KEY = "api_key"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`actor_id` is the id of the member or API key, whose name is looked up when the entry is read, or what an
    operator is known by; "" for the platform itself."""

    kind: ActorKind
    actor_id: str = ""


SYSTEM = Actor(ActorKind.SYSTEM)
"""What the platform does by itself; the entry's `cause` says why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """From where, as the gateway saw it; all blank for what the platform does by itself."""

    address: str = ""
    user_agent: str = ""
    request_id: str = ""


def origin_of(address: str, user_agent: str, *, request_id: str) -> Origin:
    """The user agent is cut, and what is no printable ASCII in it is left out."""
    plain = "".join(sign for sign in user_agent if " " <= sign <= "~")
    return Origin(address, plain[:_MOST_USER_AGENT], request_id)


class Status(StrEnum):
    BEGAN = "began"
    """Nobody knows (yet) how it ended."""
    DONE = "done"
    REFUSED = "refused"
    """`cause` is the code of the refusal. What was changed before it came, if anything was, is shown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Of what was changed, by field: its value before and after, None where there was or is none. `named` are fields
    that changed and whose values are nobody's business here."""

    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    named: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        return bool(self.before or self.after or self.named)


@dataclass(frozen=True, slots=True)
class Entry:
    """`entry_id` is a ULID of the moment; of what came by the API the operation's, so that what is done once under an
    Idempotency-Key is entered once. `cause` is a code: why the platform did it, or why it was refused. `reason` is
    what an operator stated. It holds no secret, no number or name of a contact, and no text of a message."""

    entry_id: str
    actor: Actor
    action: Action
    kind: Kind
    object_id: str = ""
    origin: Origin = Origin()
    status: Status = Status.DONE
    cause: str = ""
    reason: str = ""
    difference: Difference = Difference()

    @property
    def at(self) -> EpochMs:
        return moment_of(self.entry_id)

    @property
    def month(self) -> str:
        """UTC, such as `2026-11`."""
        return month_of(self.at)


def month_of(at: EpochMs) -> str:
    return to_rfc3339(at)[:7]


def began(entry: Entry) -> Entry:
    """Its first form, before anything is done."""
    return replace(entry, status=Status.BEGAN, cause="", difference=Difference())


def refused(entry: Entry, code: str) -> Entry:
    """Its final form where it was refused, by us or by whom we asked: with what was changed until then."""
    return replace(entry, status=Status.REFUSED, cause=code)
