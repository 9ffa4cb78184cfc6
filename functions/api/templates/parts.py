"""What templates are made of."""

from dataclasses import dataclass

from functions.api.meta.calls import Graph
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class TemplateParts:
    accounts: Accounts
    templates: Templates
    graph: Graph
    access: MetaAccess
