"""Labels and canned replies, in the Directory table. Reading all of a kind costs 0.5 RRU per 4 KB."""

from collections.abc import Callable, Mapping

from shared.domain.conversations.inbox_settings import (
    MOST_CANNED,
    MOST_LABELS,
    CannedReply,
    Label,
    check_canned_reply,
    check_label,
)
from shared.domain.limits import require_room
from shared.errors import NotFound
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

LABELS = GuardedList("LABEL#", Label)
CANNED_REPLIES = GuardedList("CANNED#", CannedReply)


class InboxSettings:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def labels(self, tenant_id: TenantId) -> list[Label]:
        """In the order they were made."""
        return self._directory.all(tenant_id, "LABEL#", Label)

    def labels_page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Label]:
        """In the order they were made."""
        return self._directory.page(tenant_id, "LABEL#", Label, limit=limit, cursor=cursor, oldest_first=True)

    def put_label(self, tenant_id: TenantId, label: Label) -> None:
        """Make it, or replace the one with its id. Raises Conflict (`label_exists`) and TooMany."""
        key = f"LABEL#{label.label_id}"

        def decide(found: Mapping[str, Label]) -> Mapping[str, Label]:
            check_label(label, [other for other in found.values() if other.label_id != label.label_id])
            if key not in found:
                require_room(len(found), MOST_LABELS, "labels", "too_many_labels")
            return {key: label}

        guarded.change(tenant_id, LABELS, decide)

    def change_label(self, tenant_id: TenantId, label_id: str, change: Callable[[Label], Label]) -> Label:
        """Raises NotFound, Conflict (`label_exists`), and whatever `change` raises."""
        key = f"LABEL#{label_id}"

        def decide(found: Mapping[str, Label]) -> Mapping[str, Label]:
            if key not in found:
                raise NotFound("there is no such thing here")
            changed = change(found[key])
            check_label(changed, [other for other in found.values() if other.label_id != label_id])
            return {key: changed}

        return guarded.change(tenant_id, LABELS, decide)[key]

    def delete_label(self, tenant_id: TenantId, label_id: str) -> None:
        """Raises NotFound. Conversations keep the id, which means nothing from then on."""
        self._directory.need(tenant_id, f"LABEL#{label_id}", Label)
        self._directory.delete(tenant_id, f"LABEL#{label_id}")

    def canned_replies(self, tenant_id: TenantId) -> list[CannedReply]:
        """In the order they were made."""
        return self._directory.all(tenant_id, "CANNED#", CannedReply)

    def canned_replies_page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[CannedReply]:
        """In the order they were made."""
        return self._directory.page(
            tenant_id, CANNED_REPLIES.prefix, CannedReply, limit=limit, cursor=cursor, oldest_first=True
        )

    def canned_reply(self, tenant_id: TenantId, reply_id: str) -> CannedReply:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"CANNED#{reply_id}", CannedReply)

    def put_canned_reply(self, tenant_id: TenantId, reply: CannedReply) -> None:
        """Make it, or replace the one with its id. Raises Conflict (`shortcut_taken`) and TooMany."""
        key = f"CANNED#{reply.reply_id}"

        def decide(found: Mapping[str, CannedReply]) -> Mapping[str, CannedReply]:
            check_canned_reply(reply, [other for other in found.values() if other.reply_id != reply.reply_id])
            if key not in found:
                require_room(len(found), MOST_CANNED, "canned replies", "too_many_canned_replies")
            return {key: reply}

        guarded.change(tenant_id, CANNED_REPLIES, decide)

    def change_canned_reply(
        self, tenant_id: TenantId, reply_id: str, change: Callable[[CannedReply], CannedReply]
    ) -> CannedReply:
        """Raises NotFound, Conflict (`shortcut_taken`), and whatever `change` raises."""
        key = f"CANNED#{reply_id}"

        def decide(found: Mapping[str, CannedReply]) -> Mapping[str, CannedReply]:
            if key not in found:
                raise NotFound("there is no such thing here")
            changed = change(found[key])
            check_canned_reply(changed, [other for other in found.values() if other.reply_id != reply_id])
            return {key: changed}

        return guarded.change(tenant_id, CANNED_REPLIES, decide)[key]

    def delete_canned_reply(self, tenant_id: TenantId, reply_id: str) -> None:
        """Raises NotFound."""
        self.canned_reply(tenant_id, reply_id)
        self._directory.delete(tenant_id, f"CANNED#{reply_id}")
