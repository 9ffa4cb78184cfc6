"""The composition root of the import: settings parsed once, clients made once."""

import functools
import os
from dataclasses import dataclass

from shared.clients.aws import AwsClients
from shared.clients.files import Files
from shared.clients.queue import Queue
from shared.config import required
from shared.services.heads import Heads
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.conversations.conversations import Conversations
from shared.store.engine.database import open_database
from shared.store.engine.directory import Directory


@dataclass(frozen=True, slots=True)
class ImportDeps:
    directory: Directory
    accounts: Accounts
    fields: ContactFields
    contacts: Contacts
    heads: Heads
    files: Files
    queue: Queue


@functools.cache
def import_deps() -> ImportDeps:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    database = open_database(env)
    aws = AwsClients(database.session)
    directory = Directory(database)
    accounts, contacts = Accounts(directory), Contacts(database)
    return ImportDeps(
        directory=directory,
        accounts=accounts,
        fields=ContactFields(directory),
        contacts=contacts,
        heads=Heads(accounts, contacts, Conversations(database)),
        files=Files(aws.s3, required(env, "DATA_BUCKET")),
        queue=Queue(aws.sqs, required(env, "IMPORT_QUEUE_URL")),
    )
