"""Every route with a bound, or for something that exists once, called by eight processes at the same moment.

A route that makes, names or enlarges something has a row here, or stands below with the reason why it has none.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from infra.local.meta_simulator.server import in_thread
from shared.clock import EpochMs
from shared.domain.accounts.account import MOST_API_KEYS, ApiKey, Member, Role, Scope, Tenant
from shared.domain.bots.bot import FOLDED_BY, MOST_BOTS, MOST_KEYWORDS, Bot, Rule
from shared.domain.contacts.contact import MOST_FIELDS, ContactField
from shared.domain.conversations.conversation import MOST_LABELS as MOST_LABELS_OF_ONE
from shared.domain.conversations.inbox_settings import MOST_CANNED, MOST_LABELS, CannedReply, Label
from shared.domain.numbers.number import Number, Waba
from shared.domain.segments.segment import MOST_SEGMENTS, Segment
from shared.domain.templates.draft import TemplateDraft
from shared.domain.templates.stored_draft import MOST_DRAFTS, StoredDraft
from shared.domain.webhooks.endpoint import MOST_ENDPOINTS, SealedSecret, WebhookEndpoint
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.engine.directory import DirectoryItem, document_item
from tests.support.api_document import api_document
from tests.support.api_handler import Api
from tests.support.at_once import Racers, racers
from tests.support.fake_aws import SECRETS
from tests.support.racing_api import racing_api

AT_ONCE = 8
ROOM = 3
"""How many more of a capped thing there may be when the race begins."""
Json = dict[str, Any]
Call = tuple[str, Json]
"""The path and the body of one call."""


@dataclass(frozen=True, slots=True)
class World:
    """A tenant of its own; `things` writes documents as they were stored before anything guarded them."""

    api: Api
    tenant: TenantId
    simulator: httpx.Client

    def things(self, documents: Mapping[str, object]) -> None:
        with DirectoryItem.batch_write() as batch:
            for key, value in documents.items():
                batch.save(document_item(self.tenant, key, value))

    def conversation(self) -> str:
        """One with a person, on the tenant's number."""
        number = self.number()
        contact = self.api.call("POST", "/v1/contacts", {"phone": "+5511912345678"}, tenant=self.tenant).body["id"]
        body = {"phone_number_id": number, "contact_id": contact}
        return str(self.api.call("POST", "/v1/conversations", body, tenant=self.tenant).body["id"])

    def number(self) -> PhoneNumberId:
        number = PhoneNumberId(f"{int(new_ulid()[-9:], 36)}")
        waba = Waba(WabaId(f"9{number}"), "x", "USD", "t")
        self.api.deps.accounts.connect(self.tenant, waba, [Number(number, waba.waba_id, "+1", "x")])
        return number

    def count(self, path: str) -> int:
        count, cursor = 0, ""
        while True:
            params = {"limit": "100", **({"cursor": cursor} if cursor else {})}
            page = self.api.call("GET", path, tenant=self.tenant, params=params).body
            count, cursor = count + len(page["items"]), page.get("next_cursor") or ""
            if not cursor:
                return count


@dataclass(frozen=True, slots=True)
class Capped:
    """`calls` prepares the tenant and gives the eight calls. `passes` of them succeed, the others are refused with
    `refusal` (status and code); afterwards there are `total`."""

    route: str
    rule: str
    calls: Callable[[World], Sequence[Call]]
    passes: int
    refusal: tuple[int, str] | None
    total: int
    count: Callable[[World], int]


def each(path: str, body: Callable[[int], Json]) -> list[Call]:
    return [(path, body(i)) for i in range(AT_ONCE)]


def connects(world: World) -> list[Call]:
    wish = {"create_waba": {"name": "Shop", "phone_numbers": [{"is_on_biz_app": True}]}}
    accounts = [world.simulator.post("/_sim/script", json=wish).json()["create_waba"] for _ in range(AT_ONCE)]
    return [("/v1/whatsapp/connect", {"code": one["code"], "waba_id": one["waba_id"]}) for one in accounts]


def endpoints(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(MOST_ENDPOINTS - ROOM)]
    secret = (SealedSecret("x", "abcd"),)
    world.things({f"WHE#{i}": WebhookEndpoint(i, "https://example.com/", ("*",), "", secret, EpochMs(1)) for i in ids})
    return each("/v1/webhook-endpoints", lambda i: {"url": f"https://example.com/{i}"})


def segments(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(MOST_SEGMENTS - ROOM)]
    world.things({f"SEG#{i}": Segment(i, i, "has(contact.name)") for i in ids})
    return each("/v1/segments", lambda i: {"name": f"new {i}", "text": "has(contact.name)"})


def renamed_segments(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(AT_ONCE)]
    world.things({f"SEG#{i}": Segment(i, i, "has(contact.name)") for i in ids})
    return [(f"/v1/segments/{i}", {"revision": 1, "name": "The Same"}) for i in ids]


def changed_segment(world: World) -> list[Call]:
    """By eight people who have all seen the first revision."""
    segment_id = new_ulid()
    world.things({f"SEG#{segment_id}": Segment(segment_id, "n", "has(contact.name)")})
    return each(f"/v1/segments/{segment_id}", lambda i: {"revision": 1, "text": f'contact.name == "{i}"'})


def segments_named(world: World, name: str) -> int:
    return sum(one["name"] == name for one in world.api.call("GET", "/v1/segments", tenant=world.tenant).body["items"])


def labels(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(MOST_LABELS - ROOM)]
    world.things({f"LABEL#{i}": Label(i, i, "#000000") for i in ids})
    return each("/v1/labels", lambda i: {"name": f"new {i}"})


def renamed_labels(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(AT_ONCE)]
    world.things({f"LABEL#{i}": Label(i, i, "#000000") for i in ids})
    return [(f"/v1/labels/{i}", {"name": "The Same"}) for i in ids]


def canned_replies(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(MOST_CANNED - ROOM)]
    world.things({f"CANNED#{i}": CannedReply(i, i.lower(), "text") for i in ids})
    return each("/v1/canned-replies", lambda i: {"shortcut": f"new{i}", "text": "hello"})


def renamed_replies(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(AT_ONCE)]
    world.things({f"CANNED#{i}": CannedReply(i, i.lower(), "text") for i in ids})
    return [(f"/v1/canned-replies/{i}", {"shortcut": "same", "text": "hello"}) for i in ids]


def fields(world: World) -> list[Call]:
    world.things({f"FIELD#old{i}": ContactField(f"old{i}", "x") for i in range(MOST_FIELDS - ROOM)})
    return each("/v1/fields", lambda i: {"key": f"new{i}"})


def api_keys(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(MOST_API_KEYS - ROOM)]
    world.things({f"APIKEY#{i}": ApiKey(i, "x", (Scope.READ,), "abcd", i) for i in ids})
    return each("/v1/api-keys", lambda i: {"name": f"new {i}", "scopes": ["read"]})


def drafts(world: World) -> list[Call]:
    empty = TemplateDraft("", "", "", "", [])
    ids = [new_ulid() for _ in range(MOST_DRAFTS - ROOM)]
    world.things({f"TPLD#{i}": StoredDraft(i, empty, created_by="m") for i in ids})
    return each("/v1/template-drafts", lambda i: {"name": f"new_{i}"})


def bot(keywords: int, bot_id: str = "") -> Bot:
    rules = tuple(
        Rule("exact", tuple(f"word {i}" for i in range(at, min(at + 50, keywords))), "hello")
        for at in range(0, keywords, 50)
    )
    return Bot(bot_id, "bot", PhoneNumberId(""), enabled=True, rules=rules)


def bot_body(keywords: int) -> Json:
    rules = [{"match": r.match, "keywords": list(r.keywords), "reply": r.reply} for r in bot(keywords).rules]
    return {"name": "bot", "rules": rules}


def bots(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(MOST_BOTS - ROOM)]
    world.things({f"BOT#{i}": bot(1, i) for i in ids})
    return each("/v1/bots", lambda _: bot_body(1))


def enlarged_bots(world: World) -> list[Call]:
    """Each of eight bots shall have 100 keywords more, and there is room for 300."""
    ids = [new_ulid() for _ in range(AT_ONCE)]
    world.things({f"BOT#{i}": bot(100, i) for i in ids})
    left = MOST_KEYWORDS - 100 * AT_ONCE - 100 * ROOM
    world.things({f"BOT#{i}": bot(left // 2, i) for i in (new_ulid(), new_ulid())})
    return [(f"/v1/bots/{i}", bot_body(200)) for i in ids]


def conversation_labels(world: World) -> list[Call]:
    ids = [new_ulid() for _ in range(MOST_LABELS_OF_ONE - ROOM + AT_ONCE)]
    world.things({f"LABEL#{i}": Label(i, i, "#000000") for i in ids})
    path = f"/v1/conversations/{world.conversation()}/labels"
    given = {"add": ids[AT_ONCE:]}
    assert world.api.call("POST", path, given, tenant=world.tenant).status == 200
    return [(path, {"add": [i]}) for i in ids[:AT_ONCE]]


def same_conversation(world: World) -> list[Call]:
    number = world.number()
    contact = world.api.call("POST", "/v1/contacts", {"phone": "+5511912345678"}, tenant=world.tenant).body["id"]
    return each("/v1/conversations", lambda _: {"phone_number_id": number, "contact_id": contact})


def keywords_of_all(world: World) -> int:
    return sum(len(rule.keywords) for bot in world.api.deps.bots.all(world.tenant) for rule in bot.rules)


def labels_of_conversation(world: World) -> int:
    (found,) = world.api.call("GET", "/v1/conversations", tenant=world.tenant).body["items"]
    return len(found["labels"])


TABLE = [
    Capped("POST /v1/whatsapp/connect", "numbers of the plan", connects, 1, (402, "plan_limit"), 1,
           lambda w: w.count("/v1/numbers")),
    Capped("POST /v1/webhook-endpoints", "20 endpoints", endpoints, ROOM, (422, "too_many_endpoints"), MOST_ENDPOINTS,
           lambda w: w.count("/v1/webhook-endpoints")),
    Capped("POST /v1/labels", "200 labels", labels, ROOM, (422, "too_many_labels"), MOST_LABELS,
           lambda w: w.count("/v1/labels")),
    Capped("POST /v1/labels", "one of a name",
           lambda w: each("/v1/labels", lambda i: {"name": "vIp" if i % 2 else "Vip"}), 1, (409, "label_exists"), 1,
           lambda w: w.count("/v1/labels")),
    Capped("PATCH /v1/labels/{label_id}", "one of a name", renamed_labels, 1, (409, "label_exists"), 1,
           lambda w: sum(one.name == "The Same" for one in w.api.deps.inbox.labels(w.tenant))),
    Capped("POST /v1/segments", "200 segments", segments, ROOM, (422, "too_many_segments"), MOST_SEGMENTS,
           lambda w: w.count("/v1/segments")),
    Capped("POST /v1/segments", "one of a name",
           lambda w: each("/v1/segments", lambda i: {"name": "vIp" if i % 2 else "Vip", "text": "has(contact.name)"}),
           1, (409, "segment_exists"), 1, lambda w: w.count("/v1/segments")),
    Capped("PATCH /v1/segments/{segment_id}", "one of a name", renamed_segments, 1, (409, "segment_exists"), 1,
           lambda w: segments_named(w, "The Same")),
    Capped("PATCH /v1/segments/{segment_id}", "one change of a revision", changed_segment, 1,
           (409, "changed_meanwhile"), 1, lambda w: w.count("/v1/segments")),
    Capped("POST /v1/canned-replies", "500 replies", canned_replies, ROOM, (422, "too_many_canned_replies"),
           MOST_CANNED, lambda w: w.count("/v1/canned-replies")),
    Capped("POST /v1/canned-replies", "one of a shortcut",
           lambda w: each("/v1/canned-replies", lambda i: {"shortcut": "hi", "text": f"{i}"}),
           1, (409, "shortcut_taken"), 1, lambda w: w.count("/v1/canned-replies")),
    Capped("PUT /v1/canned-replies/{reply_id}", "one of a shortcut", renamed_replies, 1, (409, "shortcut_taken"), 1,
           lambda w: sum(one.shortcut == "same" for one in w.api.deps.inbox.canned_replies(w.tenant))),
    Capped("POST /v1/fields", "100 fields", fields, ROOM, (422, "too_many_fields"), MOST_FIELDS,
           lambda w: w.count("/v1/fields")),
    Capped("POST /v1/fields", "one of a key", lambda w: each("/v1/fields", lambda i: {"key": "size", "label": f"{i}"}),
           1, (409, "field_exists"), 1, lambda w: w.count("/v1/fields")),
    Capped("POST /v1/api-keys", "100 keys", api_keys, ROOM, (422, "too_many_api_keys"), MOST_API_KEYS,
           lambda w: w.count("/v1/api-keys")),
    Capped("POST /v1/template-drafts", "100 drafts", drafts, ROOM, (422, "too_many_drafts"), MOST_DRAFTS,
           lambda w: w.count("/v1/template-drafts")),
    Capped("POST /v1/bots", "50 bots", bots, ROOM, (422, "too_many_bots"), MOST_BOTS,
           lambda w: len(w.api.deps.bots.all(w.tenant))),
    Capped("PUT /v1/bots/{bot_id}", "5,000 keywords", enlarged_bots, ROOM, (422, "too_many_keywords"), MOST_KEYWORDS,
           keywords_of_all),
    Capped("POST /v1/conversations/{conversation_id}/labels", "20 labels", conversation_labels, ROOM,
           (422, "invalid_input"), MOST_LABELS_OF_ONE, labels_of_conversation),
    Capped("POST /v1/conversations", "one of a number and a contact", same_conversation, AT_ONCE, None, 1,
           lambda w: w.count("/v1/conversations")),
    Capped("POST /v1/contacts", "one of a phone number",
           lambda w: each("/v1/contacts", lambda i: {"phone": "+5511912345678", "name": f"{i}"}),
           AT_ONCE, None, 1, lambda w: w.count("/v1/contacts")),
]  # fmt: skip

WITHOUT_BOUND = {
    "POST /v1/signup": "one tenant a person: raced in test_signup.py, where all share one user pool",
    "POST /v1/whatsapp/onboardings": "the newest fifty are kept, by the guard of their list: test_onboarding.py",
    "POST /v1/whatsapp/onboardings/{onboarding_id}/continue": "one works at it at a time: test_onboarding.py",
    "POST /v1/whatsapp/accounts/{waba_id}/refresh": "once a minute, by the moment that is stored",
    "POST /v1/whatsapp/accounts/{waba_id}/disconnect": "a state that is left once",
    "POST /v1/numbers/{phone_number_id}/refresh": "once a minute, by the moment that is stored",
    "POST /v1/numbers/{phone_number_id}/disconnect": "a state that is left once",
    "PATCH /v1/numbers/{phone_number_id}/profile": "Meta's; its revision is raced in test_revisions.py",
    **dict.fromkeys(
        (
            "POST /v1/login",
            "POST /v1/login/refresh",
            "POST /v1/session",
            "POST /v1/session/refresh",
            "POST /v1/session/end",
            "POST /v1/signup/resend-code",
            "POST /v1/password/forgot",
            "POST /v1/password/reset",
        ),
        "attempts are counted in the table, and nothing is made",
    ),
    **dict.fromkeys(
        (
            "PATCH /v1/me",
            "POST /v1/me/password",
            "POST /v1/me/sessions/end",
            "POST /v1/me/email",
            "POST /v1/me/email/confirm",
            "POST /v1/me/second-factor",
            "POST /v1/me/second-factor/confirm",
            "POST /v1/me/second-factor/recovery-codes",
            "POST /v1/me/second-factor/remove",
        ),
        "one person's own state",
    ),
    "PATCH /v1/tenant": "one document",
    **dict.fromkeys(
        (
            "POST /v1/operator/second-factor",
            "POST /v1/operator/second-factor/confirm",
            "POST /v1/operator/sessions/end",
        ),
        "one operator's own state",
    ),
    "POST /v1/operator/tenants/{tenant_id}/suspend": "one document: raced in test_suspensions.py",
    "POST /v1/operator/tenants/{tenant_id}/resume": "one document: raced in test_suspensions.py",
    "POST /v1/operator/tenants/{tenant_id}/support-access": "one at a time: raced in test_support_access.py",
    "POST /v1/operator/support-access/end": "a state that is left once",
    "POST /v1/support-access/{access_id}/end": "a state that is left once",
    "POST /v1/api-keys/{key_id}/rotate": "one key's own secret: raced in test_team.py",
    "POST /v1/invitations": "100 of a tenant, by the guard that API keys have; attempts are counted in the table",
    "POST /v1/invitations/{invitation_id}/resend": "one invitation's own link",
    "POST /v1/invitations/accept": "the plan's members: raced in test_team.py, where all share one user pool",
    "PATCH /v1/members/{member_id}": "one member's own role",
    "POST /v1/members/transfer-ownership": "two members' own roles",
    "POST /v1/me/leave": "removes: raced in test_team.py",
    "PATCH /v1/contacts/{contact_id}": "one contact's own fields",
    "POST /v1/contacts/{contact_id}/opt-in": "consent is joined by time",
    "POST /v1/contacts/{contact_id}/opt-out": "consent is joined by time",
    "POST /v1/contacts/imports.csv": "listed by the page; their workers share by tenant",
    "POST /v1/contacts/imports": "listed by the page; their workers share by tenant",
    "POST /v1/contacts/imports/{import_id}/start": "queued once or twice, worked on by one",
    "POST /v1/templates": "Meta bounds them, and a name and language are one there",
    "POST /v1/templates/sync": "a copy of what is at Meta",
    "POST /v1/segments/check": "makes nothing",
    "POST /v1/segments/count": "makes nothing; three at a time, by leases: test_segments.py",
    "POST /v1/segments/why": "makes nothing",
    "POST /v1/templates/check": "makes nothing",
    "PATCH /v1/templates/{template_id}": "its edits are counted by its version: raced in test_templates.py",
    "POST /v1/templates/{template_id}/resume": "a state that is left once, at Meta",
    "POST /v1/templates/{template_id}/duplicate": "makes a draft: see POST /v1/template-drafts",
    "POST /v1/templates/{template_id}/preview": "makes nothing",
    "PUT /v1/template-drafts/{draft_id}": "one draft, by its version",
    "POST /v1/template-drafts/{draft_id}/submit": "one at a time has it, by its version",
    "POST /v1/template-samples": "kept at Meta alone",
    "POST /v1/template-tests": "listed by the page, like other messages",
    "POST /v1/campaigns": "listed by the page",
    "POST /v1/campaigns/{campaign_id}/dry-run": "the last one is kept",
    "POST /v1/campaigns/{campaign_id}/launch": "a state that is left once",
    "POST /v1/campaigns/{campaign_id}/pause": "a state that is left once",
    "POST /v1/campaigns/{campaign_id}/resume": "a state that is left once",
    "POST /v1/campaigns/{campaign_id}/cancel": "a state that is left once",
    "POST /v1/campaigns/{campaign_id}/retry": "who was reached is left out by the one that loads last",
    "POST /v1/campaigns/{campaign_id}/resend-unknown": "who was reached is left out by the one that loads last",
    "POST /v1/conversations/{conversation_id}/assign": "one desk at a time, by the conversation's version",
    "POST /v1/conversations/{conversation_id}/close": "one state, by the conversation's version",
    "POST /v1/conversations/{conversation_id}/snooze": "one state, by the conversation's version",
    "POST /v1/conversations/{conversation_id}/reopen": "one state, by the conversation's version",
    "POST /v1/conversations/{conversation_id}/read": "one mark",
    "POST /v1/conversations/{conversation_id}/notes": "listed by the page",
    "POST /v1/conversations/{conversation_id}/messages": "listed by the page",
    "POST /v1/conversations/{conversation_id}/typing": "kept for seconds",
    "PUT /v1/conversations/{conversation_id}/presence": "kept for seconds",
    "PUT /v1/members/{member_id}/availability": "one mark",
    "POST /v1/media": "listed by the page; ends by itself where nothing is uploaded",
    "POST /v1/media/{media_id}/complete": "one file's own state",
    "PATCH /v1/webhook-endpoints/{endpoint_id}": "one endpoint's own settings",
    "POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret": "one endpoint's own secret",
    "POST /v1/webhook-endpoints/{endpoint_id}/test": "a message on a fair queue, five times a minute",
    "POST /v1/webhook-endpoints/{endpoint_id}/verify": "a message on a fair queue, five times a minute",
    "POST /v1/webhook-endpoints/{endpoint_id}/replay": "messages on a fair queue",
    "POST /v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/replay": "a message on a fair queue",
    "PUT /v1/rate-card": "one document",
}


@pytest.fixture(scope="module")
def graph_url() -> Iterator[str]:
    with in_thread({"app_id": "100", "app_secret": SECRETS["meta_app_secret"], "seed": secrets.token_hex(4)}) as url:
        yield url


@pytest.fixture(scope="module")
def racing(dynoxide: str, graph_url: str) -> Iterator[Racers]:
    with racers(AT_ONCE, racing_api, dynoxide, graph_url, loaded="tests.support.forked_api") as ready:
        yield ready


@pytest.fixture
def world(api: Api, graph_url: str) -> Iterator[World]:
    tenant = TenantId(new_ulid())
    api.deps.accounts.create(Tenant(tenant, "T", "BR"), Member(new_ulid(), f"sub-{tenant}", "a@b.co", Role.OWNER))
    with httpx.Client(base_url=graph_url, timeout=60) as simulator:
        yield World(api, tenant, simulator)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.route}: {row.rule}")
def test_no_race_passes_a_bound(row: Capped, world: World, racing: Racers) -> None:
    method = row.route.partition(" ")[0]
    calls = row.calls(world)
    answers = racing.race([(method, path, body, world.tenant) for path, body in calls])
    passed = [answer for answer in answers if answer[0] < 300]
    assert {answer for answer in answers if answer[0] >= 300} <= ({row.refusal} if row.refusal else set())
    assert len(passed) == row.passes
    assert row.count(world) == row.total


def test_every_route_that_makes_something_has_a_row_or_a_reason() -> None:
    document = api_document()
    routes = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("post", "put", "patch")
    }
    rows = {row.route for row in TABLE}
    assert rows | WITHOUT_BOUND.keys() == routes
    assert not rows & WITHOUT_BOUND.keys()


def test_beyond_a_bound_since_before_there_was_one_things_can_be_seen_and_changed(world: World) -> None:
    ids = [new_ulid() for _ in range(MOST_LABELS + 5)]
    world.things({f"LABEL#{i}": Label(i, i, "#000000") for i in ids})
    keys = [new_ulid() for _ in range(MOST_BOTS + 5)]
    world.things({f"BOT#{i}": bot(100, i) for i in keys})
    assert world.count("/v1/labels") == MOST_LABELS + 5
    renamed = world.api.call("PATCH", f"/v1/labels/{ids[0]}", {"name": "now"}, tenant=world.tenant)
    assert (renamed.status, renamed.body["name"]) == (200, "now")
    assert world.api.call("PUT", f"/v1/bots/{keys[0]}", bot_body(99), tenant=world.tenant).status == 200
    larger = world.api.call("PUT", f"/v1/bots/{keys[0]}", bot_body(150), tenant=world.tenant)
    assert (larger.status, larger.body["code"], larger.body["field"]) == (422, "too_many_keywords", "rules")


def test_keywords_are_folded_when_a_bot_is_stored(world: World) -> None:
    rules = [{"match": "contains", "keywords": ["Preço", "C++"], "reply": "x"}]
    assert world.api.call("POST", "/v1/bots", {"name": "b", "rules": rules}, tenant=world.tenant).status == 201
    (stored,) = world.api.deps.bots.all(world.tenant)
    assert (stored.folded_by, stored.rules[0].needles) == (FOLDED_BY, (" preco ", "c++"))
    assert stored.rules[0].keywords == ("Preço", "C++")
