"""Every list has pages, and a page has a bound in number and in bytes: an answer of more than 6 MB never arrives (AWS
Lambda, quotas), and what a tenant can make, others can make much of."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.accounts.account import ApiKey, Member, Role, Scope
from shared.domain.bots.bot import Bot, Rule
from shared.domain.contacts.contact import ContactField
from shared.domain.conversations.inbox_settings import CannedReply, Label
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.number import Number, Waba
from shared.domain.segments.segment import Segment
from shared.domain.templates.template import Template
from shared.domain.webhooks.endpoint import WebhookEndpoint
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.conversations.conversations import Head
from tests.support.api_handler import Api

MOST_BYTES = 6 * 1024 * 1024
WORDS = '\U0001f600\x01"' * 1_365
COUNT = 60


def _sk(i: int) -> str:
    return new_ulid()[:20] + f"{i:06d}"


def _templates(api: Api, tenant: TenantId, i: int) -> None:
    body = [{"type": "BODY", "text": WORDS * 5}]
    api.deps.templates.put(
        tenant, Template(f"{i:05d}", WabaId("1"), "n", "en", "UTILITY", "APPROVED", "POSITIONAL", body)
    )


def _bots(api: Api, tenant: TenantId, i: int) -> None:
    rules = tuple(Rule("any", (), WORDS[:1024]) for _ in range(20))
    bot = Bot(_sk(i), "b", PhoneNumberId(""), enabled=True, rules=rules)
    api.deps.directory.put(tenant, f"BOT#{bot.bot_id}", bot)  # more than a tenant may make by now


def _replies(api: Api, tenant: TenantId, i: int) -> None:
    api.deps.inbox.put_canned_reply(tenant, CannedReply(_sk(i), f"s{i}", WORDS))


def _fields(api: Api, tenant: TenantId, i: int) -> None:
    api.deps.fields.create(tenant, ContactField(f"f{i:03d}", "F"))


def _labels(api: Api, tenant: TenantId, i: int) -> None:
    api.deps.inbox.put_label(tenant, Label(_sk(i), f"l{i}", "#000000"))


def _segments(api: Api, tenant: TenantId, i: int) -> None:
    text = f'contact.name == "{"😀" * 1000}"'
    segment = Segment(_sk(i), f"s{i}", text, {"subject": "contact.name", "operator": "is", "value": WORDS[:3000]})
    api.deps.directory.put(tenant, f"SEG#{segment.segment_id}", segment)


def _endpoints(api: Api, tenant: TenantId, i: int) -> None:
    endpoint = WebhookEndpoint(_sk(i), "https://a.example.com/", ("*",), "", (), EpochMs(1))
    api.deps.directory.put(tenant, f"WHE#{endpoint.endpoint_id}", endpoint)


def _members(api: Api, tenant: TenantId, i: int) -> None:
    member = Member(_sk(i), f"s{i}", "a@b.co", Role.AGENT)
    api.deps.directory.put(tenant, f"MEMBER#{member.member_id}", member)


def _keys(api: Api, tenant: TenantId, i: int) -> None:
    api.deps.accounts.add_api_key(tenant, ApiKey(_sk(i), "k", (Scope.READ,), "abcd", _sk(i)))


def _numbers(api: Api, tenant: TenantId, i: int) -> None:
    number = PhoneNumberId(f"{int(tenant[-6:], 36)}{i:04d}")
    api.deps.accounts.connect(
        tenant, Waba(WabaId("9" + number), "w", "USD", ""), [Number(number, WabaId("9" + number), "+1", "x")]
    )


def _contacts(api: Api, tenant: TenantId, i: int) -> None:
    fields = {f"f{n}": WORDS[:1000] for n in range(30)}
    api.deps.contacts.upsert(
        tenant, ContactId(f"{i:032x}"), {"name": "Ana", "phone": f"+5511{i:08d}"}, fields, frozenset(), EpochMs(1)
    )


MAKERS: dict[str, Callable[[Api, TenantId, int], None]] = {
    "/v1/templates": _templates,
    "/v1/bots": _bots,
    "/v1/canned-replies": _replies,
    "/v1/fields": _fields,
    "/v1/labels": _labels,
    "/v1/segments": _segments,
    "/v1/webhook-endpoints": _endpoints,
    "/v1/members": _members,
    "/v1/api-keys": _keys,
    "/v1/numbers": _numbers,
    "/v1/contacts": _contacts,
}


def pages(api: Api, tenant: TenantId, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """Each page's items; every answer has gone through the door in one piece."""
    found: list[list[dict[str, Any]]] = []
    cursor = ""
    while True:
        query = f"limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        answer = api.call("GET", path, tenant=tenant, query=query)
        assert answer.status == 200, answer.body
        assert answer.size < MOST_BYTES
        found.append(answer.body["items"])
        assert len(found[-1]) <= limit
        if answer.body["next_cursor"] is None:
            return found
        cursor = answer.body["next_cursor"]


@pytest.mark.parametrize("path", MAKERS)
def test_pages_are_bounded_and_together_they_are_everything(api: Api, path: str) -> None:
    tenant = TenantId(new_ulid())
    for i in range(COUNT):
        MAKERS[path](api, tenant, i)
    large = pages(api, tenant, path, 100)
    names = [json.dumps(item, sort_keys=True) for page in large for item in page]
    assert len(names) == len(set(names)) == COUNT
    small = pages(api, tenant, path, 7)
    assert [json.dumps(item, sort_keys=True) for page in small for item in page] == names


@pytest.mark.parametrize("what", ["messages", "timeline"])
def test_a_conversation_of_the_largest_messages_comes_in_pages_that_arrive(api: Api, what: str) -> None:
    tenant = TenantId(new_ulid())
    head = Head(ConversationId(f"{1:032x}"), PhoneNumberId("1"), ContactId(f"{2:032x}"), "Ana")
    for i in range(24):
        at, content = 1_700_000_000_000 + i, {"body": WORDS * 12}
        key = message_key(EpochMs(at), f"w{i}")
        said = Message(key, head.conversation_id, "in", "contact", "text", "x", EpochMs(at), content)
        api.deps.conversations.append(tenant, head, said)
    found = pages(api, tenant, f"/v1/conversations/{head.conversation_id}/{what}", 100)
    assert len(found) > 1
    assert sum(len(page) for page in found) == 24
