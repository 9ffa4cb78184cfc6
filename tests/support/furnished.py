"""A tenant with one thing of each kind, and what is right in form for every route: for tests that call all of them."""

import re
from dataclasses import replace
from typing import Any

import pytest

from functions.api.http.fields import moment
from shared.clients.vault import META_TOKEN
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.bots.bot import Bot, Rule
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.contacts.contact import ContactField
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.inbox_settings import CannedReply, Label
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.media.library import LibraryFile
from shared.domain.media.message_media import MessageMedia
from shared.domain.numbers.number import Number, Waba
from shared.domain.segments.segment import Segment
from shared.domain.templates.draft import TemplateDraft
from shared.domain.templates.stored_draft import StoredDraft
from shared.domain.templates.template import Template
from shared.domain.webhooks.delivery import Delivery
from shared.domain.webhooks.endpoint import SealedSecret, WebhookEndpoint
from shared.ids import CampaignId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.conversations.conversations import Head
from shared.store.webhooks.deliveries import Logged
from tests.support.api_document import api_document
from tests.support.api_handler import Answer, Api, scopes_for
from tests.support.campaigns import a_campaign

NOBODY, NONE = TenantId("t"), TenantId("")
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin", "cookie": "wasapbos_session=a.refresh.token"}


def paths() -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), path, operation) for path, ms in api_document()["paths"].items() for m, operation in ms.items()]


def routes(*, with_body: bool = False) -> list[Any]:
    """To parametrize tests with: every route that wants a caller."""
    return [
        pytest.param(method, path, operation, id=f"{method} {path}")
        for method, path, operation in paths()
        if "x-required-scope" in operation and (not with_body or "requestBody" in operation)
    ]


def tenant(api: Api) -> TenantId:
    """A tenant with one thing of each kind, whose ids hold its own id."""
    tenant_id = TenantId(new_ulid())
    owner = Member(new_ulid(), f"sub-{tenant_id}", "a@b.co", Role.OWNER)
    api.deps.accounts.create(Tenant(tenant_id, "T", "BR"), owner)
    return tenant_id


def with_ids(path: str, tenant_id: TenantId = NONE) -> str:
    """A path with ids in it: of what the tenant is furnished with, or of nothing."""
    return re.sub(r"\{\w+\}", lambda found: an_id(found.group(0), tenant_id), path)


def an_id(name: str, tenant_id: TenantId = NONE) -> str:
    return {
        "{contact_id}": contact_id_for(tenant_id, "phone", "+5511912345678"),
        "{conversation_id}": conversation_id_for(
            tenant_id, PhoneNumberId("1"), contact_id_for(tenant_id, "phone", "+5511912345678")
        ),
        "{key}": "city",
        "{template_id}": "4242",
        "{message_id}": message_key(EpochMs(1), "w"),
        "{delivery_id}": f"{1:013d}-evt_{tenant_id}0",
        "{phone_number_id}": number_of(tenant_id) if tenant_id else "1",
        "{waba_id}": f"9{number_of(tenant_id)}" if tenant_id else "1",
    }.get(name, tenant_id or "01HZZZZZZZZZZZZZZZZZZZZZZZ")


def number_of(tenant_id: TenantId) -> PhoneNumberId:
    """Of the number that it is furnished with."""
    return PhoneNumberId(f"{int(tenant_id[-8:], 36)}")


def bodies() -> dict[tuple[str, str], object]:
    """A body that is right in form for every route that wants one."""
    bot = {"name": "b", "rules": [{"match": "any", "reply": "hi"}]}
    return {
        ("POST", "/v1/api-keys"): {"name": "k", "scopes": ["read"]},
        ("POST", "/v1/api-keys/{key_id}/rotate"): {},
        ("PATCH", "/v1/members/{member_id}"): {"role": "viewer", "revision": 0},
        ("POST", "/v1/whatsapp/connect"): {"code": "c", "waba_id": "1"},
        ("POST", "/v1/whatsapp/onboardings"): {"code": "c", "waba_id": "1"},
        ("POST", "/v1/whatsapp/onboardings/{onboarding_id}/continue"): {},
        ("PATCH", "/v1/numbers/{phone_number_id}/profile"): {"about": "stolen"},
        ("POST", "/v1/fields"): {"key": "city"},
        ("POST", "/v1/contacts"): {"phone": "+5511912345678"},
        ("PATCH", "/v1/contacts/{contact_id}"): {"name": "stolen"},
        ("POST", "/v1/contacts/{contact_id}/opt-out"): {"source": "x"},
        ("POST", "/v1/contacts/{contact_id}/opt-in"): {"source": "x"},
        ("POST", "/v1/templates"): {
            "name": "n", "language": "en", "category": "UTILITY", "components": [{"type": "BODY", "text": "x"}],
        },
        ("PATCH", "/v1/templates/{template_id}"): {"components": [{"type": "BODY", "text": "x"}]},
        ("POST", "/v1/templates/check"): {},
        ("POST", "/v1/templates/{template_id}/duplicate"): {"language": "es"},
        ("POST", "/v1/templates/{template_id}/preview"): {},
        ("POST", "/v1/template-drafts"): {},
        ("PUT", "/v1/template-drafts/{draft_id}"): {"name": "stolen"},
        ("POST", "/v1/template-samples"): {"media_id": "01HZZZZZZZZZZZZZZZZZZZZZZZ"},
        ("POST", "/v1/template-tests"): {"template_id": "4242", "phone_number_id": "1", "phone": "+5511912345678"},
        ("POST", "/v1/campaigns"): {
            "name": "c", "phone_number_id": "1", "template_id": "4242", "audience": {"everyone": True},
        },
        ("PUT", "/v1/rate-card"): {"currency": "EUR", "rates": []},
        ("POST", "/v1/conversations"): {"contact_id": "0" * 32, "phone_number_id": "1"},
        ("POST", "/v1/conversations/{conversation_id}/messages"): {"type": "text", "text": {"body": "stolen"}},
        ("POST", "/v1/conversations/{conversation_id}/assign"): {"to": None},
        ("POST", "/v1/conversations/{conversation_id}/labels"): {},
        ("POST", "/v1/conversations/{conversation_id}/close"): {},
        ("POST", "/v1/conversations/{conversation_id}/snooze"): {"until": "2099-01-01T00:00:00Z"},
        ("POST", "/v1/conversations/{conversation_id}/reopen"): {},
        ("POST", "/v1/conversations/{conversation_id}/notes"): {"text": "stolen"},
        ("PUT", "/v1/conversations/{conversation_id}/presence"): {"status": "typing"},
        ("POST", "/v1/segments"): {"name": "stolen", "text": "has(contact.name)"},
        ("POST", "/v1/segments/check"): {"text": "has(contact.name)"},
        ("POST", "/v1/segments/count"): {"text": "has(contact.name)"},
        ("POST", "/v1/segments/why"): {"text": "has(contact.name)", "contact_id": "0" * 32},
        ("PATCH", "/v1/segments/{segment_id}"): {"revision": 1, "name": "stolen"},
        ("POST", "/v1/labels"): {"name": "stolen"},
        ("PATCH", "/v1/labels/{label_id}"): {"name": "stolen"},
        ("POST", "/v1/canned-replies"): {"shortcut": "hi", "text": "stolen"},
        ("PUT", "/v1/canned-replies/{reply_id}"): {"shortcut": "hi", "text": "stolen"},
        ("PUT", "/v1/members/{member_id}/availability"): {"available": True},
        ("POST", "/v1/media"): {"filename": "a.jpg", "mime_type": "image/jpeg", "size": 1},
        ("POST", "/v1/bots"): bot,
        ("PUT", "/v1/bots/{bot_id}"): bot,
        ("POST", "/v1/webhook-endpoints"): {"url": "https://hooks.example.com/"},
        ("PATCH", "/v1/webhook-endpoints/{endpoint_id}"): {"url": "https://stolen.example.com/"},
        ("POST", "/v1/webhook-endpoints/{endpoint_id}/replay"): {"since": "2026-01-01T00:00:00Z"},
    }  # fmt: skip


def furnish(api: Api, tenant_id: TenantId) -> None:
    """One thing of each kind, under ids that follow from the tenant's."""
    deps, contact = api.deps, contact_id_for(tenant_id, "phone", "+5511912345678")
    number = number_of(tenant_id)
    deps.accounts.connect(
        tenant_id, Waba(WabaId(f"9{number}"), "x", "USD", "t"), [Number(number, WabaId(f"9{number}"), "+1", "x")]
    )
    deps.templates.put(
        tenant_id, Template("4242", WabaId(f"9{number}"), "n", "en", "UTILITY", "APPROVED", "POSITIONAL", [])
    )
    content = TemplateDraft("private", "en", "UTILITY", "POSITIONAL", [])
    deps.drafts.create(tenant_id, StoredDraft(tenant_id, content, created_by="m"))
    deps.fields.create(tenant_id, ContactField("city", "City"))
    deps.campaigns.create(
        tenant_id,
        a_campaign(
            tenant_id,
            phone_number_id=number,
            waba_id=WabaId(f"9{number}"),
            template_id="4242",
            category="UTILITY",
            audience=Audience(everyone=True),
        ),
    )
    deps.bots.put(tenant_id, Bot(tenant_id, "b", PhoneNumberId(""), enabled=True, rules=(Rule("any", (), "hi"),)))
    deps.contacts.upsert(tenant_id, contact, {"phone": "+5511912345678", "name": "Ana"}, {}, frozenset(), EpochMs(1))
    head = Head(conversation_id_for(tenant_id, PhoneNumberId("1"), contact), PhoneNumberId("1"), contact, "Ana")
    media = MessageMedia("stored", "image", "media/private", media_id="1", mime_type="image/jpeg")
    message = Message(
        message_key(EpochMs(1), "w"),
        head.conversation_id,
        "in",
        "contact",
        "text",
        "private",
        EpochMs(1),
        {},
        media=media,
    )
    deps.conversations.append(tenant_id, head, message)
    deps.media.library.create(
        tenant_id, LibraryFile(tenant_id, "private.jpg", "image/jpeg", "image", 1, created_by="m")
    )
    deps.directory.put(tenant_id, f"SEG#{tenant_id}", Segment(tenant_id, "private", 'contact.name == "private"'))
    deps.inbox.put_label(tenant_id, Label(tenant_id, "private", "#000000"))
    deps.inbox.put_canned_reply(tenant_id, CannedReply(tenant_id, "hi", "private"))
    sealed = SealedSecret(deps.vault.seal(tenant_id, "webhook_secret", "whsec_cHJpdmF0ZQ=="), "dGU=")
    endpoint = WebhookEndpoint(tenant_id, "https://private.example.com/", ("*",), "private", (sealed,), EpochMs(1))
    deps.endpoints.create(tenant_id, endpoint)
    event = f"evt_{tenant_id}0"
    delivery = Logged(Delivery(f"{1:013d}-{event}", event, "message.received", EpochMs(1)), '{"private":1}')
    deps.deliveries.change(tenant_id, tenant_id, delivery, lambda found: found)


def furnished(api: Api) -> TenantId:
    """A tenant that has one thing of each kind, and a token of Meta's."""
    made = tenant(api)
    furnish(api, made)
    token = api.deps.vault.seal(made, META_TOKEN, "a token")
    for waba in api.deps.accounts.wabas(made):
        api.deps.accounts.change_waba(made, waba.waba_id, lambda found: replace(found, token=token))
    return made


def bring_to(api: Api, owner: TenantId, state: State) -> None:
    """The campaign that it is furnished with."""
    api.deps.campaigns.change(owner, CampaignId(owner), lambda found: replace(found, state=state))


def request_for(owner: TenantId, method: str, path: str, operation: dict[str, Any]) -> tuple[str, object, str]:
    """(path, body, media type) of a request for things of this tenant."""
    body, media_type = _body(method, path, operation)
    if method == "POST" and isinstance(body, dict):
        mine = {"phone_number_id": number_of(owner), "contact_id": an_id("{contact_id}", owner), "key": "other"}
        mine["until"] = moment(EpochMs(epoch_ms() + 3_600_000))
        body = body | {name: value for name, value in mine.items() if name in body}
    return with_ids(path, owner), body, media_type


def _body(method: str, path: str, operation: dict[str, Any]) -> tuple[object, str]:
    """What is right in form, and its media type."""
    content: dict[str, dict[str, Any]] = operation.get("requestBody", {}).get("content", {})
    media_type, described = next(iter(content.items()), ("application/json", {}))
    return bodies().get((method, path), described.get("example")), media_type


def plainly(api: Api, owner: TenantId, method: str, path: str, operation: dict[str, Any]) -> Answer:
    """With a request that is right in form, from our own page."""
    body, media_type = _body(method, path, operation)
    query = "q=ana" if path == "/v1/search" else ""
    headers = {"content-type": media_type, **FROM_OUR_PAGE}
    return api.call(method, with_ids(path, owner), body, tenant=owner, headers=headers, query=query, **scopes_for(path))
