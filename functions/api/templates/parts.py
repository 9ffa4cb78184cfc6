"""What templates are made of."""

from dataclasses import dataclass

from functions.api.meta.calls import Graph
from shared.clients.sample_uploads import SampleUploads
from shared.services.media import MediaService
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.templates.drafts import TemplateDrafts
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class TemplateParts:
    accounts: Accounts
    templates: Templates
    drafts: TemplateDrafts
    campaigns: Campaigns
    graph: Graph
    access: MetaAccess


@dataclass(frozen=True, slots=True)
class SampleParts:
    accounts: Accounts
    access: MetaAccess
    media: MediaService
    uploads: SampleUploads


@dataclass(frozen=True, slots=True)
class PreviewParts:
    templates: Templates
    contacts: Contacts
    fields: ContactFields
