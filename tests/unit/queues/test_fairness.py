"""Whose turn it is, and how many workers a tenant can have."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fairness import in_turns, one_of, ordered_group, owner_of
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId
from shared.queue_messages import BOT_GROUPS, BotTurn

OWNED = st.lists(st.tuples(st.sampled_from("abcd"), st.integers()), max_size=40)


@given(OWNED)
def test_everything_has_its_turn_and_each_owner_s_stays_in_order(items: list[tuple[str, int]]) -> None:
    turns = in_turns(items, lambda item: item[0])
    assert Counter(turns) == Counter(items)
    for owner in "abcd":
        assert [item for item in turns if item[0] == owner] == [item for item in items if item[0] == owner]


@given(OWNED)
def test_before_an_owner_s_nth_comes_at_most_the_nth_of_every_other(items: list[tuple[str, int]]) -> None:
    seen: Counter[str] = Counter()
    for owner, _ in in_turns(items, lambda item: item[0]):
        seen[owner] += 1
        assert all(count <= seen[owner] for count in seen.values())


def test_an_owner_s_groups_are_told_from_another_s() -> None:
    assert owner_of(ordered_group("01TENANT", "7")) == owner_of("01TENANT") == "01TENANT"
    assert owner_of("") == ""
    assert one_of(16, "conversation") == one_of(16, "conversation")


def test_ten_thousand_conversations_have_no_more_workers_than_there_are_groups() -> None:
    def turn(tenant: TenantId, conversation: int) -> str:
        return BotTurn(
            tenant, PhoneNumberId("106"), ContactId("c"), ConversationId(f"conversation-{conversation}"), "m"
        ).group

    groups = {turn(TenantId("flood"), number) for number in range(10_000)}
    assert len(groups) == BOT_GROUPS
    assert {owner_of(group) for group in groups} == {"flood"}
    assert turn(TenantId("quiet"), 1) not in groups
    assert all(len(group) <= 128 for group in groups)
