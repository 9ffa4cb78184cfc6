"""The composition root of the consent consumer, apart from the others': as little as it takes to hear a no."""

import functools
import os

from functions.webhook_ingest.consent.take import ConsentParts
from functions.webhook_ingest.people.identification import Identification
from functions.webhook_ingest.people.owners import Owners
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory


def build(database: Database) -> ConsentParts:
    return ConsentParts(Owners(Accounts(Directory(database))), Identification(Contacts(database)))


@functools.cache
def deps() -> ConsentParts:
    """Raises ConfigError, which names the missing setting."""
    return build(open_database(os.environ))
