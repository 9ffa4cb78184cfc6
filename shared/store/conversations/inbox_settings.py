"""Labels and canned replies, in the Directory table. Reading all of a kind costs 0.5 RRU per 4 KB."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.conversations.inbox_settings import CannedReply, Label
from shared.store.engine.directory import Directory


class InboxSettings:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def labels(self, tenant_id: str) -> list[Label]:
        """In the order they were made."""
        return self._directory.all(tenant_id, "LABEL#", Label)

    def put_label(self, tenant_id: str, label: Label) -> None:
        self._directory.put(tenant_id, f"LABEL#{label.label_id}", label)

    def change_label(self, tenant_id: str, label_id: str, name: str | None, colour: str | None) -> Label:
        """Raises NotFound."""
        return self._directory.update(
            tenant_id,
            f"LABEL#{label_id}",
            Label,
            lambda label: replace(label, name=name or label.name, colour=colour or label.colour),
        )

    def delete_label(self, tenant_id: str, label_id: str) -> None:
        """Raises NotFound. Conversations keep the id, which means nothing from then on."""
        self._directory.need(tenant_id, f"LABEL#{label_id}", Label)
        self._directory.delete(tenant_id, f"LABEL#{label_id}")

    def canned_replies(self, tenant_id: str) -> list[CannedReply]:
        """In the order they were made."""
        return self._directory.all(tenant_id, "CANNED#", CannedReply)

    def canned_reply(self, tenant_id: str, reply_id: str) -> CannedReply:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"CANNED#{reply_id}", CannedReply)

    def put_canned_reply(self, tenant_id: str, reply: CannedReply) -> None:
        self._directory.put(tenant_id, f"CANNED#{reply.reply_id}", reply)

    def change_canned_reply(
        self, tenant_id: str, reply_id: str, change: Callable[[CannedReply], CannedReply]
    ) -> CannedReply:
        """Raises NotFound."""
        return self._directory.update(tenant_id, f"CANNED#{reply_id}", CannedReply, change)

    def delete_canned_reply(self, tenant_id: str, reply_id: str) -> None:
        """Raises NotFound."""
        self.canned_reply(tenant_id, reply_id)
        self._directory.delete(tenant_id, f"CANNED#{reply_id}")
