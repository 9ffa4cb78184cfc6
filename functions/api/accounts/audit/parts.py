"""What the audit log is read with."""

from dataclasses import dataclass

from shared.store.accounts.tenants import Accounts
from shared.store.audit.trail import AuditTrail


@dataclass(frozen=True, slots=True)
class AuditParts:
    accounts: Accounts
    trail: AuditTrail
