"""What imports are made of."""

from dataclasses import dataclass

from shared.clients.files import Files
from shared.clients.queue import Queue
from shared.store.accounts.tenants import Accounts
from shared.store.engine.directory import Directory


@dataclass(frozen=True, slots=True)
class ImportParts:
    accounts: Accounts
    directory: Directory
    files: Files
    import_queue: Queue
