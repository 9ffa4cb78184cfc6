"""What agents do with a conversation: whose desk it lies on, what is done with it, what the team notes about it.

Each is one write of the conversation's head, together with the entry that says it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from functions.api.accounts.roles import is_agent
from functions.api.http.request import Operation
from functions.api.inbox.parts import DeskParts
from shared.clock import EpochMs
from shared.domain.accounts.account import Member, Principal
from shared.domain.conversations.conversation import (
    Change,
    Conversation,
    assign,
    close,
    label,
    need_heard,
    need_version,
    reopen,
    snooze,
)
from shared.domain.conversations.entry import Entry, EntryKind
from shared.domain.conversations.message_ids import message_key
from shared.errors import Conflict, InvalidInput, NotFound
from shared.ids import ConversationId


class Desk:
    """One caller's actions on one conversation. Each returns the conversation as it is afterwards, and is done once
    under one operation: the entry that says it shows that it was done.

    Raises NotFound, Conflict `changed_meanwhile` when the caller decided by an older version, and NewerMessage when the
    person has written since message `seen_id`; "" is for callers who do not say what they have seen.
    """

    def __init__(
        self,
        deps: DeskParts,
        principal: Principal,
        conversation_id: ConversationId,
        request: Operation,
        version: int | None = None,
        seen_id: str = "",
    ) -> None:
        self._deps = deps
        self._principal = principal
        self._conversation_id = conversation_id
        self._request = request
        self._version = version
        self._seen_id = seen_id

    def assign(self, to: str | None) -> Conversation:
        """Raises InvalidInput, NotFound for somebody who is no member, Conflict when nobody is available."""
        if (done := self._done()) is not None:
            return done  # a second attempt would be another one's turn
        member_id = self._member(to) if to else ""
        return self._change(
            "assigned",
            lambda conversation: assign(conversation, member_id),
            lambda before, after: {"from": before.assignee, "to": after.assignee},
        )

    def label(self, add: Collection[str], remove: Collection[str]) -> Conversation:
        """Raises NotFound for a label that the tenant does not have."""
        known = {label.label_id for label in self._deps.inbox.labels(self._principal.tenant_id)}
        if not known.issuperset(add):
            raise NotFound("there is no such label", field="add")
        return self._change(
            "labels",
            # Ids of labels that were deleted since go with the first change.
            lambda conversation: label(conversation, add, {*remove, *(conversation.labels - known)}),
            lambda before, after: {
                "added": ",".join(sorted(after.labels - before.labels)),
                "removed": ",".join(sorted(before.labels - after.labels)),
            },
        )

    def close(self) -> Conversation:
        return self._change("closed", lambda conversation: close(conversation, self._request.at))

    def snooze(self, until: EpochMs) -> Conversation:
        """`until` in epoch ms. Raises InvalidInput."""
        return self._change(
            "snoozed",
            lambda conversation: snooze(conversation, until, self._request.at),
            lambda _before, after: {"until": str(after.snoozed_until)},
        )

    def reopen(self) -> Conversation:
        return self._change("reopened", lambda conversation: reopen(conversation, self._request.at))

    def note(self, text: str, mentions: Collection[str]) -> Entry:
        """Raises NotFound for somebody who is no member."""
        tenant_id, conversations = self._principal.tenant_id, self._deps.conversations
        note = replace(self._entry("note", {}), text=text, mentions=tuple(dict.fromkeys(mentions)))
        if not {member.member_id for member in self._deps.accounts.members(tenant_id)}.issuperset(mentions):
            raise NotFound("there is no such member", field="mentions")
        stored = conversations.entries.get(tenant_id, self._conversation_id, note.entry_id)
        if stored is None:
            conversations.change(
                tenant_id,
                self._conversation_id,
                lambda conversation: replace(conversation, notes=conversation.notes + 1),
                lambda _before, _after: note,
            )
        return stored or note

    def _change(
        self,
        kind: EntryKind,
        change: Change,
        details: Callable[[Conversation, Conversation], Mapping[str, str]] = lambda _before, _after: {},
    ) -> Conversation:
        def checked(conversation: Conversation) -> Conversation:
            # A message that opens a conversation also counts its version up: the message says more.
            need_heard(conversation, self._seen_id)
            need_version(conversation, self._version)
            return change(conversation)

        if (done := self._done()) is not None:
            return done
        return self._deps.conversations.change(
            self._principal.tenant_id,
            self._conversation_id,
            checked,
            lambda before, after: self._entry(kind, details(before, after)),
        )[1]

    def _done(self) -> Conversation | None:
        """The conversation, when an earlier attempt has done this; only of a second attempt it is looked for."""
        if not self._request.is_retry:
            return None
        tenant_id, conversations = self._principal.tenant_id, self._deps.conversations
        entry = conversations.entries.get(tenant_id, self._conversation_id, self._entry("note", {}).entry_id)
        return conversations.get(tenant_id, self._conversation_id) if entry is not None else None

    def _entry(self, kind: EntryKind, details: Mapping[str, str]) -> Entry:
        return Entry(
            entry_id=message_key(self._request.at, self._request.operation_id),
            conversation_id=self._conversation_id,
            kind=kind,
            author="api" if self._principal.is_key else "agent",
            author_id=self._principal.member_id,
            details=details,
        )

    def _member(self, to: str) -> str:
        members = self._deps.accounts.members(self._principal.tenant_id)
        if to == "round_robin":
            return self._next(members)
        if to == "me" and self._principal.is_key:
            raise InvalidInput("an API key has no desk; name a member", field="to")
        member_id = self._principal.member_id if to == "me" else to
        found = next((member for member in members if member.member_id == member_id), None)
        if found is None:
            raise NotFound("there is no such member", field="to")
        if not is_agent(found):
            raise InvalidInput(f"a {found.role} does not answer conversations; choose another member", field="to")
        return member_id

    def _next(self, members: Collection[Member]) -> str:
        available = sorted(member.member_id for member in members if member.available and is_agent(member))
        if not available:
            raise Conflict(
                "nobody is available; say who is under PUT /v1/members/{member_id}/availability, or name a member",
                field="to",
                code="nobody_available",
            )
        return available[self._deps.agents.next_turn(self._principal.tenant_id) % len(available)]
