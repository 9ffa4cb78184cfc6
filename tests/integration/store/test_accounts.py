"""Tenants, keys, numbers: each global name leads to one tenant, and a revoked one to nobody."""

from dataclasses import replace

import pytest

from shared.domain.accounts.account import ApiKey, Member, Role, Scope, Tenant
from shared.domain.numbers.number import Number, Waba
from shared.errors import Conflict, NotFound
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.accounts.api_keys import ApiKeys
from shared.store.accounts.tenants import Accounts, hash_key
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(Directory(database))


def create(accounts: Accounts, tenant: TenantId, subject: str) -> None:
    accounts.create(Tenant(tenant, "Shop", "BR"), Member(new_ulid(), subject, "a@example.com", Role.OWNER))


def test_a_person_has_one_account(accounts: Accounts, tenant: TenantId) -> None:
    subject, other = new_ulid(), TenantId(new_ulid())
    create(accounts, tenant, subject)
    with pytest.raises(Conflict):
        create(accounts, other, subject)
    with pytest.raises(NotFound):
        accounts.tenant(other)
    owner = accounts.owner_of_subject(subject)
    assert owner is not None
    assert (owner.tenant_id, owner.details["role"]) == (tenant, "owner")


def test_an_api_key_leads_to_its_tenant_until_it_is_revoked(
    accounts: Accounts, database: Database, tenant: TenantId
) -> None:
    secret = f"wb_{new_ulid()}"
    key = ApiKey("k1", "ci", (Scope.READ, Scope.CAMPAIGNS), secret[-4:], hash_key(secret))
    accounts.add_api_key(tenant, key)
    owner = accounts.owner_of_key(secret)
    assert owner is not None
    assert owner.tenant_id == tenant
    assert owner.details["scopes"] == "campaigns,read"
    assert accounts.owner_of_key(secret + "x") is None
    with pytest.raises(NotFound):
        ApiKeys(Directory(database)).revoke(TenantId(new_ulid()), "k1")
    ApiKeys(Directory(database)).revoke(tenant, "k1")
    assert accounts.owner_of_key(secret) is None
    assert accounts.api_keys_page(tenant, 10, None).items == []


def test_a_number_is_one_tenants_and_reconnecting_refreshes_it(accounts: Accounts, tenant: TenantId) -> None:
    waba, pn, other = new_ulid(), new_ulid(), TenantId(new_ulid())
    number = Number(PhoneNumberId(pn), WabaId(waba), "+15550001111", "Shop")
    accounts.connect(tenant, Waba(WabaId(waba), "Shop", "BRL", "sealed"), [number])
    with pytest.raises(Conflict):
        accounts.connect(other, Waba(WabaId(new_ulid()), "Thief", "BRL", "sealed"), [number])
    assert accounts.wabas(other) == []
    assert accounts.tenant_of_number(PhoneNumberId(pn)) == accounts.tenant_of_waba(WabaId(waba)) == tenant
    accounts.connect(tenant, Waba(WabaId(waba), "Shop", "BRL", "new"), [replace(number, throughput=1000)])
    assert accounts.number(tenant, PhoneNumberId(pn)).throughput == 1000
    assert accounts.waba(tenant, WabaId(waba)).token == "new"
    with pytest.raises(NotFound):
        accounts.number(other, PhoneNumberId(pn))


def test_a_payment_customer_is_one_tenants(accounts: Accounts, tenant: TenantId) -> None:
    customer = f"cus_{tenant}"
    accounts.set_customer(tenant, customer)
    accounts.set_customer(tenant, customer)
    with pytest.raises(Conflict):
        accounts.set_customer(TenantId(new_ulid()), customer)
    assert accounts.tenant_of_customer(customer) == tenant
    assert accounts.tenant_of_customer("cus_nobody") is None
