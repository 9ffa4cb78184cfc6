"""What is kept of an operator's deed at a tenant, in the transaction that does it: a notice for its people, and the
entry of its audit log."""

from collections.abc import Sequence
from dataclasses import dataclass

from pynamodb.transactions import TransactWrite

from shared.domain.audit.entry import Entry
from shared.domain.numbers.notice import Notice
from shared.ids import TenantId
from shared.store.accounts.notices import notice_item
from shared.store.engine.audited import entry_item
from shared.store.engine.directory_items import DirectoryItem


@dataclass(frozen=True, slots=True)
class DeedRecord:
    notice: Notice
    entry: Entry


def items_of(tenant_id: TenantId, record: DeedRecord) -> Sequence[DirectoryItem]:
    """To be written by `add_items`."""
    return [notice_item(tenant_id, record.notice), entry_item(tenant_id, record.entry)]


def add_items(transaction: TransactWrite, items: Sequence[DirectoryItem]) -> None:
    """As parts of a transaction; nothing that stands is written over."""
    for item in items:
        transaction.save(item, condition=DirectoryItem.pk.does_not_exist())
