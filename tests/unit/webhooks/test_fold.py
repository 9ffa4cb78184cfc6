from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.webhook_ingest.statuses.logic.fold import BlockKey, CampaignKey, Update, fold, read_updates
from shared.domain.campaigns.callback import CampaignSlot, SingleSend
from shared.errors import InvalidInput
from shared.ids import CampaignId, ConversationId, PhoneNumberId, TenantId
from shared.queue_messages import StatusUpdates

TENANT = TenantId("t")
OWNERS = {PhoneNumberId("pn"): TENANT}
KEY = BlockKey(TENANT, CampaignId("c"), 0)


def can_have_sent(number: PhoneNumberId, sent: CampaignSlot) -> bool:
    return number == "pn" and sent.slot < 80 and sent.block < 2 and sent.attempt == 1


def update(status: str, callback: str = "v1|t|c|0|3|1", **more: Any) -> Update:
    known: dict[str, Any] = {"source": "m0", "phone_number_id": "pn", "at": 1_000, "code": "", "price": ""}
    return Update(**{**known, "wamid": "wamid.1", "status": status, "callback": callback, **more})


def test_statuses_of_a_block_become_one_change() -> None:
    folded = fold(
        [
            update("sent", "v1|t|c|0|1|1", price="marketing"),
            update("delivered", "v1|t|c|0|1|1"),
            update("sent", "v1|t|c|0|2|1"),
            update("read", "v1|t|c|0|3|1", source="m1"),
            update("played", "v1|t|c|0|4|1"),
            update("failed", "v1|t|c|0|5|1", code="131026"),
            update("failed", "v1|t|c|0|6|1"),
            update("sent", "v1|t|c|1|1|1", source="m2"),
        ],
        OWNERS,
        can_have_sent,
    )
    change = folded.blocks[KEY]
    assert (change.sent, change.delivered, change.read, change.priced) == ({1, 2}, {1}, {3, 4}, {"marketing": {1}})
    assert change.failed == {5: "131026", 6: "unknown"}
    assert folded.sources[KEY] == {"m0", "m1"}
    assert folded.blocks[BlockKey(TENANT, CampaignId("c"), 1)].sent == {1}


@pytest.mark.parametrize(
    ("statuses", "result"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "sent"], "read"),
        (["failed", "sent"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["deleted"], ""),
    ],
)
def test_messages_of_conversations_keep_their_furthest_state(statuses: list[str], result: str) -> None:
    folded = fold([update(status, "m1|t|conv|msg", code="131047") for status in statuses], OWNERS, can_have_sent)
    assert folded.singles[SingleSend(TENANT, ConversationId("conv"), "msg")].status == result


def test_who_stopped_marketing_is_an_opt_out() -> None:
    folded = fold([update("failed", code="131050", at=5), update("failed", code="131050", at=9)], OWNERS, can_have_sent)
    assert folded.opt_outs == {CampaignSlot(TENANT, CampaignId("c"), 0, 3, 1): 9}


def test_a_failure_that_stops_a_campaign_is_noted_with_when_it_was_last_said() -> None:
    folded = fold(
        [
            update("failed", code="132015", at=5),
            update("failed", code="132015", at=9, source="m1"),
            update("failed", code="131042", at=7),
            update("failed", "v1|t|other|0|1|1", code="131026"),
            update("failed", "m1|t|conv|msg", code="131042"),
            update("sent", code="132015"),
        ],
        OWNERS,
        can_have_sent,
    )
    campaign = CampaignKey(TENANT, CampaignId("c"))
    assert folded.stops == {campaign: {"132015": 9, "131042": 7}}
    assert folded.sources[campaign] == {"m0", "m1"}


@pytest.mark.parametrize(
    "stranger",
    [
        update("sent", "v1|somebody-else|c|0|3|1"),
        update("sent", "m1|somebody-else|conv|msg"),
        update("sent", phone_number_id="nobodys"),
        update("sent", "", phone_number_id="nobodys"),
        update("sent", "v1|t|c|0|80|1"),
        update("sent", "v1|t|c|9999999|0|1"),
        update("sent", "v1|t|c|0|3|0"),
        update("failed", "v1|t|c|0|3|2", code="131050"),
        update("failed", "v1|t|c|0|3|7", code="131031"),
    ],
)
def test_statuses_that_are_not_the_tenants_change_nothing(stranger: Update) -> None:
    folded = fold([stranger], OWNERS, can_have_sent)
    assert folded.strangers == [stranger]
    assert not folded.blocks
    assert not folded.singles
    assert not folded.opt_outs
    assert not folded.stops


def test_a_state_that_nobody_knows_changes_nothing_and_is_counted() -> None:
    folded = fold([update("folded"), update("delivered")], OWNERS, can_have_sent)
    alone = fold([update("delivered")], OWNERS, can_have_sent)
    assert (folded.blocks, folded.unknown, alone.unknown) == (alone.blocks, 1, 0)


def test_statuses_without_data_of_ours_are_counted() -> None:
    folded = fold([update("sent", ""), update("sent", "other-app:7")], OWNERS, can_have_sent)
    assert folded.others == 2
    assert not folded.strangers


UPDATES = st.lists(
    st.builds(
        update,
        st.sampled_from(["sent", "delivered", "read", "played", "failed", "deleted"]),
        st.sampled_from([f"v1|t|c|{b}|{s}|1" for b in (0, 1) for s in range(3)] + ["m1|t|v|m", "m1|t|v|n"]),
        code=st.sampled_from(["", "131026", "131050", "131049", "132015"]),
        price=st.sampled_from(["", "marketing", "utility", "free_entry_point"]),
        at=st.integers(1, 5),
        wamid=st.sampled_from(["", "wamid.1"]),
    ),
    max_size=30,
)


@given(UPDATES, st.randoms(use_true_random=False), st.integers(0, 30))
@settings(max_examples=300, deadline=None)
def test_order_and_repetition_do_not_matter(updates: list[Update], random: Any, repeated: int) -> None:
    again = updates + updates[:repeated]
    random.shuffle(again)
    one, other = fold(updates, OWNERS, can_have_sent), fold(again, OWNERS, can_have_sent)
    for key, change in one.blocks.items():
        assert change == other.blocks[key]
    for target, single in one.singles.items():
        # The code counts only for a message that failed.
        assert (single.status, single.wamid) == (other.singles[target].status, other.singles[target].wamid)
        assert single.code == other.singles[target].code
    assert (one.opt_outs, one.stops) == (other.opt_outs, other.stops)
    assert one.sources == other.sources
    assert one.blocks.keys() == other.blocks.keys()


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        StatusUpdates(PhoneNumberId("pn"), [["sent"]]).to_json(),
        StatusUpdates(PhoneNumberId("pn"), [["sent", "soon", "", "", "marketing", ""]]).to_json(),
        StatusUpdates(PhoneNumberId("pn"), [7]).to_json(),  # type: ignore[list-item]
    ],
)
def test_a_message_that_is_no_list_of_statuses_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput):
        read_updates("m0", body)


def test_what_the_queue_carries_is_read_back() -> None:
    body = StatusUpdates(PhoneNumberId("pn"), [["failed", 1, "v1|t|c|0|3|1", "131050", "", "wamid.1"]]).to_json()
    assert read_updates("m0", body) == [update("failed", code="131050")]
