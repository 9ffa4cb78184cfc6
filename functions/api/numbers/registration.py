"""Registering numbers for the Cloud API, and the two-step PIN that this sets or asks for (Meta, registration)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from functions.api.meta.calls import Graph
from shared.clients.graph import GraphAccess
from shared.clients.vault import Vault
from shared.errors import Conflict, InvalidInput, ProviderRejected
from shared.ids import PhoneNumberId, TenantId
from shared.store.engine.directory import Directory

_PURPOSE = "registration_pin"
_WRONG_PIN = "133005"


@dataclass(frozen=True, slots=True)
class Registration:
    """The two-step PIN of a number, encrypted; `done` once Meta took it."""

    sealed_pin: str
    done: bool = False


class Registrations:
    def __init__(self, graph: Graph, directory: Directory, vault: Vault) -> None:
        self._graph = graph
        self._directory = directory
        self._vault = vault

    def is_done(self, tenant_id: TenantId, row: Mapping[str, Any]) -> bool:
        """Whether the number needs no registration: the WhatsApp Business app's are left as they are, and so are
        those we registered and Meta still says are connected (it allows ten registrations in 72 hours)."""
        if row.get("is_on_biz_app"):
            return True
        known = self._directory.get(tenant_id, f"PIN#{row['id']}", Registration, consistent=True)
        return known is not None and known.done and row.get("status") == "CONNECTED"

    def register(
        self, tenant_id: TenantId, phone_number_id: PhoneNumberId, access: GraphAccess, pin: str
    ) -> Mapping[str, Any]:
        """Meta's answer. The PIN is stored before Meta learns it, so it is never lost; one that is wrong does not take
        the place of the one that was known. Raises InvalidInput (`wrong_pin`), ProviderRejected and RetryableError."""
        key = f"PIN#{phone_number_id}"
        before = self._directory.get(tenant_id, key, Registration, consistent=True)
        if pin:
            registration = Registration(self._vault.seal(tenant_id, _PURPOSE, pin))
            self._directory.put(tenant_id, key, registration)
        else:
            registration, pin = self._kept_pin(tenant_id, key)
        try:
            answer = self._graph.call(
                "POST", f"{phone_number_id}/register", access, body={"messaging_product": "whatsapp", "pin": pin}
            )
        except ProviderRejected as exc:
            if exc.says(_WRONG_PIN):
                if before is not None:
                    self._put_back(tenant_id, key, before, instead_of=registration)
                raise InvalidInput(
                    "the number already has a two-step PIN; send it as `pin`, or switch it off in WhatsApp Manager",
                    field="pin",
                    code="wrong_pin",
                ) from exc
            raise
        self._directory.put(tenant_id, key, Registration(registration.sealed_pin, done=True))
        return answer

    def end(self, phone_number_id: PhoneNumberId, access: GraphAccess) -> None:
        """Have Meta finish a deregistration that it says is incomplete (Meta, error codes, 133000)."""
        self._graph.call("POST", f"{phone_number_id}/deregister", access, body={})

    def _put_back(self, tenant_id: TenantId, key: str, before: Registration, *, instead_of: Registration) -> None:
        """Unless somebody has stored another one meanwhile."""
        self._directory.update(
            tenant_id, key, Registration, lambda known: before if known.sealed_pin == instead_of.sealed_pin else known
        )

    def _kept_pin(self, tenant_id: TenantId, key: str) -> tuple[Registration, str]:
        """The number's PIN as it is kept; a new one when there is none. Of two who connect it at once both get one."""
        fresh = f"{secrets.randbelow(1_000_000):06d}"
        try:
            registration = Registration(self._vault.seal(tenant_id, _PURPOSE, fresh))
            self._directory.create(tenant_id, key, registration)
        except Conflict:
            known = self._directory.need(tenant_id, key, Registration)
            return replace(known, done=False), self._vault.open(tenant_id, _PURPOSE, known.sealed_pin)
        return registration, fresh
