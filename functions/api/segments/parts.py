"""What segments are made of."""

from dataclasses import dataclass

from shared.store.accounts.leases import LeaseBook
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.segments.segments import Segments


@dataclass(frozen=True, slots=True)
class SegmentParts:
    accounts: Accounts
    segments: Segments
    contacts: Contacts
    fields: ContactFields
    campaigns: Campaigns
    lanes: Lanes
    sends: Sends
    leases: LeaseBook
