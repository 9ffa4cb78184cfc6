"""A contact's id is the same for ever, and one order holds everywhere."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.contacts.identity import SHARDS, contact_id_for, conversation_id_for, shard_of
from shared.ids import ContactId, PhoneNumberId, TenantId

TENANT, OTHER = TenantId("t"), TenantId("u")

texts = st.text(max_size=30)


def test_the_id_of_an_identity_never_changes() -> None:
    # Written down once: a change of the scheme would orphan every stored contact.
    assert contact_id_for(TenantId("T1"), "phone", "+5511987654321") == "be6a9697ecaad8b0df0e187ffa5e35ed"


@given(texts, texts)
def test_an_id_is_128_bits_in_hex(tenant: TenantId, value: str) -> None:
    contact_id = contact_id_for(tenant, "phone", value)
    assert len(contact_id) == 32
    assert 0 <= int(contact_id, 16) < 2**128
    assert contact_id == contact_id.lower()


def test_tenant_kind_and_value_all_count() -> None:
    ids = {
        contact_id_for(TenantId("t1"), "phone", "+1"),
        contact_id_for(TenantId("t2"), "phone", "+1"),
        contact_id_for(TenantId("t1"), "bsuid", "+1"),
        contact_id_for(TenantId("t1"), "phone", "+2"),
    }
    assert len(ids) == 4


@given(st.lists(texts, min_size=1, max_size=60))
def test_shard_by_shard_is_the_order_of_ids(values: list[str]) -> None:
    ids = [contact_id_for(TENANT, "bsuid", value) for value in values]
    by_shard = [i for shard in range(SHARDS) for i in sorted(i for i in ids if shard_of(i) == shard)]
    assert by_shard == sorted(ids)


def test_people_spread_evenly_over_the_shards() -> None:
    counts = [0] * SHARDS
    for i in range(8_000):
        counts[shard_of(contact_id_for(TENANT, "phone", f"+55119{i:08}"))] += 1
    assert min(counts) > 400
    assert max(counts) < 600


def test_a_conversation_is_one_number_with_one_person_of_one_tenant() -> None:
    assert conversation_id_for(TENANT, PhoneNumberId("1"), ContactId("c")) == conversation_id_for(
        TENANT, PhoneNumberId("1"), ContactId("c")
    )
    others = {
        conversation_id_for(tenant_id, PhoneNumberId(number), ContactId(who))
        for tenant_id, number, who in [
            (TENANT, "1", "c"),
            (OTHER, "1", "c"),
            (TENANT, "2", "c"),
            (TENANT, "1", "d"),
        ]
    }
    assert len(others) == 4
