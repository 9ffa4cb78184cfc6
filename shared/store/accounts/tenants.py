"""Tenants, members, API keys, WhatsApp Business accounts and numbers, in the Directory table.

Global names: `SUB#<cognito subject>`, `KEY#<hash of an API key>`, `WABA#<id>`, `PN#<phone number id>`,
`CUSTOMER#<payment customer>`; each belongs to at most one tenant.
"""

import hashlib
from collections.abc import Callable, Mapping

from shared.domain.accounts.account import MOST_API_KEYS, ApiKey, Member, Tenant
from shared.domain.accounts.plans import Entitlements, check_numbers
from shared.domain.limits import require_room
from shared.domain.numbers.number import LEFT_ACCOUNT, Number, Waba
from shared.errors import Conflict, NotFound
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.store.accounts.tenant_list import TENANT, place_of
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory, Owner
from shared.store.engine.guarded import GuardedList

API_KEYS = GuardedList("APIKEY#", ApiKey)
NUMBERS = GuardedList("NUMBER#", Number)
MOST_NUMBERS = 500
"""Of a tenant, with those that it has disconnected: conversations and campaigns name them still."""


class _ThereAlready(Exception):
    """Ends a change that has nothing to write."""

    def __init__(self, key: ApiKey) -> None:
        super().__init__()
        self.key = key


def hash_key(key: str) -> str:
    """API keys carry 256 random bits, so a plain hash of one cannot be searched for."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_details(key: ApiKey) -> dict[str, str]:
    """What the authorizer reads of a key."""
    details = {"key_id": key.key_id, "scopes": ",".join(sorted(key.scopes))}
    return details | ({} if key.expires_at is None else {"expires_at": str(key.expires_at)})


class Accounts:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(self, tenant: Tenant, owner: Member) -> None:
        """Raises Conflict when this person already has an account."""
        self._directory.claim(
            tenant.tenant_id,
            {f"SUB#{owner.subject}": {"member_id": owner.member_id, "role": owner.role}},
            {TENANT: tenant, f"MEMBER#{owner.member_id}": owner},
            {TENANT: place_of(tenant)},
        )

    def tenant(self, tenant_id: TenantId) -> Tenant:
        """Raises NotFound."""
        return self._directory.need(tenant_id, TENANT, Tenant)

    def change_tenant(self, tenant_id: TenantId, change: Callable[[Tenant], Tenant]) -> Tenant:
        return self._directory.update(tenant_id, TENANT, Tenant, change, due=place_of)

    def members(self, tenant_id: TenantId) -> list[Member]:
        """All: the plan bounds them."""
        found = self._directory.all(tenant_id, "MEMBER#", Member)
        return [member for member in found if member.removed_at is None]

    def members_page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Member]:
        """In the order they were invited; without those who are being removed, so it may hold fewer than `limit`."""
        page = self._directory.page(tenant_id, "MEMBER#", Member, limit=limit, cursor=cursor, oldest_first=True)
        return Page([member for member in page.items if member.removed_at is None], page.cursor)

    def find_member(self, tenant_id: TenantId, member_id: str) -> Member | None:
        """None for whoever is no member any more."""
        found = self._directory.get(tenant_id, f"MEMBER#{member_id}", Member, consistent=True)
        return found if found is not None and found.removed_at is None else None

    def member(self, tenant_id: TenantId, member_id: str) -> Member:
        """Raises NotFound."""
        found = self.find_member(tenant_id, member_id)
        if found is None:
            raise NotFound("there is no such member")
        return found

    def change_member(self, tenant_id: TenantId, member_id: str, change: Callable[[Member], Member]) -> Member:
        """Raises NotFound. Roles are changed by `Team` only: others read them elsewhere."""

        def change_present(found: Member) -> Member:
            if found.removed_at is not None:
                raise NotFound("there is no such member")
            return change(found)

        return self._directory.update(tenant_id, f"MEMBER#{member_id}", Member, change_present)

    def owner_of_subject(self, subject: str) -> Owner | None:
        """The tenant of a person in the user pool; details: member_id, role."""
        return self._directory.owner_of(f"SUB#{subject}")

    def add_api_key(self, tenant_id: TenantId, key: ApiKey) -> ApiKey:
        """As it is stored: where one of this id is there already, as that one is by now, and nothing is written: it may
        have been rotated since. Raises TooMany (`too_many_api_keys`)."""
        name = f"APIKEY#{key.key_id}"

        def decide(found: Mapping[str, ApiKey]) -> Mapping[str, ApiKey]:
            if name in found:
                raise _ThereAlready(found[name])
            require_room(len(found), MOST_API_KEYS, "API keys", "too_many_api_keys")
            return {name: key}

        try:
            guarded.change(tenant_id, API_KEYS, decide, names={f"KEY#{key.key_hash}": key_details(key)})
        except _ThereAlready as already:
            return already.key
        return key

    def api_keys_page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[ApiKey]:
        """In the order they were made."""
        return self._directory.page(tenant_id, "APIKEY#", ApiKey, limit=limit, cursor=cursor, oldest_first=True)

    def api_key(self, tenant_id: TenantId, key_id: str) -> ApiKey:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"APIKEY#{key_id}", ApiKey)

    def owner_of_key(self, key: str) -> Owner | None:
        """The tenant of an API key; details: key_id, scopes (comma separated), expires_at (epoch ms) if it does."""
        return self._directory.owner_of(f"KEY#{hash_key(key)}")

    def connect(
        self, tenant_id: TenantId, waba: Waba, numbers: list[Number], limits: Entitlements | None = None
    ) -> None:
        """Raises Conflict when another tenant holds the account or one of its numbers, and LimitExceeded when the plan
        of these limits has no room for them beside those that the tenant has."""
        names: dict[str, dict[str, str]] = {f"WABA#{waba.waba_id}": {"waba_id": waba.waba_id}}
        names |= dict(map(_name_of, numbers))
        connected = {f"NUMBER#{n.phone_number_id}": n for n in numbers}

        def decide(found: Mapping[str, Number]) -> Mapping[str, Number]:
            if limits is not None:
                _check_plan(found, connected, limits)
            require_room(len(found.keys() - connected.keys()), MOST_NUMBERS, "numbers", "too_many_numbers")
            return {key: found[key].reconnected_as(n) if key in found else n for key, n in connected.items()}

        guarded.change(tenant_id, NUMBERS, decide, names=names, documents={f"WABA#{waba.waba_id}": waba})

    def take_back(self, tenant_id: TenantId, listed: Number, limits: Entitlements) -> None:
        """Connect a number that had left, in the account that has it now; that account stays as it is stored. Raises
        Conflict when another tenant has it by now, or it was disconnected meanwhile (`account_disconnected`), and
        LimitExceeded."""
        key = f"NUMBER#{listed.phone_number_id}"

        def decide(found: Mapping[str, Number]) -> Mapping[str, Number]:
            known = found.get(key)
            if known is None or (known.status, known.reason) != ("disconnected", LEFT_ACCOUNT):
                raise Conflict("it was disconnected meanwhile", code="account_disconnected")
            _check_plan(found, {key: listed}, limits)
            return {key: known.reconnected_as(listed)}

        guarded.change(tenant_id, NUMBERS, decide, names=dict([_name_of(listed)]))

    def require_room(self, tenant_id: TenantId, numbers: list[Number], limits: Entitlements) -> None:
        """Raises LimitExceeded when the plan has no room for these beside those that the tenant has now."""
        known = [number for number in self.numbers(tenant_id) if not number.has_left]
        check_numbers(len({n.phone_number_id for n in (*known, *numbers)}), limits)

    def reserve(self, tenant_id: TenantId, waba_id: WabaId) -> None:
        """Take the account's name, so that no other tenant connects it meanwhile. Raises Conflict when one has it."""
        self._directory.claim(tenant_id, {f"WABA#{waba_id}": {"waba_id": waba_id}}, {})

    def give_back(self, tenant_id: TenantId, waba_id: WabaId) -> bool:
        """Undo `reserve` where nothing was connected; whether that is so."""
        if self._directory.get(tenant_id, f"WABA#{waba_id}", Waba, consistent=True) is not None:
            return False
        self._directory.release(tenant_id, f"WABA#{waba_id}")
        return True

    def release_number(self, tenant_id: TenantId, phone_number_id: PhoneNumberId) -> None:
        """Let others connect it; what is stored of it stays the tenant's."""
        self._directory.release(tenant_id, f"PN#{phone_number_id}")

    def release_account(self, tenant_id: TenantId, waba_id: WabaId) -> None:
        """Let others connect it; what is stored of it stays the tenant's."""
        self._directory.release(tenant_id, f"WABA#{waba_id}")

    def waba(self, tenant_id: TenantId, waba_id: WabaId) -> Waba:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"WABA#{waba_id}", Waba)

    def wabas_page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Waba]:
        """In the order of Meta's ids."""
        return self._directory.page(tenant_id, "WABA#", Waba, limit=limit, cursor=cursor, oldest_first=True)

    def wabas(self, tenant_id: TenantId) -> list[Waba]:
        """All: each has a number, and those have a bound."""
        return self._directory.all(tenant_id, "WABA#", Waba)

    def change_waba(self, tenant_id: TenantId, waba_id: WabaId, change: Callable[[Waba], Waba]) -> Waba:
        return self._directory.update(tenant_id, f"WABA#{waba_id}", Waba, change)

    def number(self, tenant_id: TenantId, phone_number_id: PhoneNumberId) -> Number:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"NUMBER#{phone_number_id}", Number)

    def numbers(self, tenant_id: TenantId) -> list[Number]:
        """All: at most MOST_NUMBERS."""
        return self._directory.all(tenant_id, "NUMBER#", Number)

    def numbers_page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Number]:
        """In the order of Meta's ids."""
        return self._directory.page(tenant_id, "NUMBER#", Number, limit=limit, cursor=cursor, oldest_first=True)

    def change_number(
        self, tenant_id: TenantId, phone_number_id: PhoneNumberId, change: Callable[[Number], Number]
    ) -> Number:
        return self._directory.update(tenant_id, f"NUMBER#{phone_number_id}", Number, change)

    def tenant_of_number(self, phone_number_id: PhoneNumberId) -> TenantId | None:
        owner = self._directory.owner_of(f"PN#{phone_number_id}")
        return owner.tenant_id if owner else None

    def tenant_of_waba(self, waba_id: WabaId) -> TenantId | None:
        """None also for a claim that another cell made before those were of a kind of their own: no tenant's id has a
        colon."""
        owner = self._directory.owner_of(f"WABA#{waba_id}")
        return owner.tenant_id if owner and ":" not in owner.tenant_id else None

    def set_customer(self, tenant_id: TenantId, customer_id: str) -> None:
        """Tie a payment customer to the tenant. Raises Conflict when it is another tenant's."""
        self._directory.claim(tenant_id, {f"CUSTOMER#{customer_id}": {}}, {})

    def tenant_of_customer(self, customer_id: str) -> TenantId | None:
        owner = self._directory.owner_of(f"CUSTOMER#{customer_id}")
        return owner.tenant_id if owner else None


def _name_of(number: Number) -> tuple[str, dict[str, str]]:
    """The global name of a number, and what stands with it."""
    return f"PN#{number.phone_number_id}", {"waba_id": number.waba_id, "display": number.display}


def _check_plan(found: Mapping[str, Number], connected: Mapping[str, Number], limits: Entitlements) -> None:
    """Raises LimitExceeded."""
    check_numbers(len({key for key, number in found.items() if not number.has_left} | connected.keys()), limits)
