"""What connecting WhatsApp accounts takes."""

from dataclasses import dataclass

from functions.api.meta.calls import Graph
from functions.api.numbers.connect import Connector
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.store.accounts.tenants import Accounts
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class NumberParts:
    accounts: Accounts
    templates: Templates
    secrets: SecretReader[MetaSecrets]
    connector: Connector
    graph: Graph
    meta_app_id: str
