"""Nothing that a tenant may send reads or changes anything of another tenant, on any route that the API has."""

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.cloud import LocalCloud
from infra.local.services import script
from infra.local.tenant import APPLICANT
from shared.domain.accounts.permissions import Scope
from tests.support.api import HTTP, PASSWORD, Api, Business, Json, approved_template, signed_up, wait_for
from tests.support.authorizer import remembering
from tests.support.campaigns import campaign_body
from tests.support.two_tenants import REPEATED_KEY, Owned, identifying, owning, snapshot

GONE = frozenset({404})
OK = frozenset({200, 201})


@dataclass(frozen=True, slots=True)
class World:
    """`other` owns what `mine` asks for."""

    mine: Business
    template_id: str
    contact_id: str
    mine_endpoint_id: str
    other: Owned
    cloud: LocalCloud


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request; `path` fills the route's places, and `statuses` are what it may be answered with."""

    path: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    more: Mapping[str, Any] = field(default_factory=dict)
    statuses: frozenset[int] = GONE


Attempts = Callable[[World], Iterator[Attempt]]


def _harmless(statuses: frozenset[int] = OK, body: object = None) -> Attempts:
    def attempts(_: World) -> Iterator[Attempt]:
        yield Attempt(body=body, statuses=statuses)

    return attempts


def _on(name: str, *owned: str, body: object = None) -> Attempts:
    """The route on each of the other's things named."""

    def attempts(world: World) -> Iterator[Attempt]:
        for attribute in owned:
            thing = getattr(world.other, attribute)
            yield Attempt({name: thing["id"] if isinstance(thing, dict) else thing}, body)

    return attempts


def _on_campaigns(body: object = None) -> Attempts:
    return _on("campaign_id", "draft_id", "scheduled_id", "paused_id", body=body)


def _listing(path: str) -> Attempts:
    """A list as it is, and with the other's cursors, tags and outcomes."""

    def attempts(world: World) -> Iterator[Attempt]:
        yield Attempt(statuses=OK)
        cursor = world.other.business.owner.get(path, limit=1)["next_cursor"]
        if cursor:
            yield Attempt(more={"params": {"cursor": cursor}}, statuses=frozenset({200, 422}))
        # Few lists know of tags.
        yield Attempt(more={"params": {"tag": world.other.word}}, statuses=frozenset({200, 422}))

    return attempts


def _contacts_made(world: World) -> Iterator[Attempt]:
    other = world.other
    # Field keys are each tenant's own: the other's is not known here.
    repeated = {"headers": {"idempotency-key": REPEATED_KEY}}
    yield Attempt(body=other.new_contact, more=repeated, statuses=frozenset({422}))
    yield Attempt(body={"phone": other.phone, "name": "Mine", "tags": ["mine"]}, statuses=OK)


def _campaigns_made(world: World) -> Iterator[Attempt]:
    mine, other = world.mine, world.other
    variables: Json = {"body.1": {"source": "constant", "value": "you"}}
    mixes = [
        (other.business.phone_number_id, world.template_id, GONE),
        (mine.phone_number_id, other.template_id, GONE),
        (other.business.phone_number_id, other.template_id, GONE),
        (mine.phone_number_id, world.template_id, OK),
    ]
    for number, template_id, statuses in mixes:
        yield Attempt(body=_campaign(number, template_id, other.word, variables), statuses=statuses)
    theirs = {"body.1": {"source": "field", "value": other.field, "fallback": "you"}}
    body = _campaign(mine.phone_number_id, world.template_id, other.word, theirs)
    yield Attempt(body=body, statuses=frozenset({422}))
    body = _campaign(mine.phone_number_id, world.template_id, "mine", variables)
    source = {"campaign_id": other.paused_id, "outcomes": ["sent", "delivered", "read"]}
    yield Attempt(body=body | {"audience": {"source": source}})
    yield Attempt(body=body | {"audience": {"tags": ["mine"], "exclude_campaigns": [other.paused_id]}})
    yield Attempt(body=body | {"audience": {"segments": [other.segment_id]}})
    yield Attempt(body=body | {"audience": {"tags": ["mine"], "exclude_segments": [other.segment_id]}})


def _conditions(*, statuses: frozenset[int], **more: str) -> Attempts:
    """That ask about the other's campaign, in words of the other's."""

    def attempts(world: World) -> Iterator[Attempt]:
        text = f'campaign("{world.other.paused_id}").got || "{world.other.word}" in contact.tags'
        yield Attempt(body={"text": text, **more}, statuses=statuses)

    return attempts


def _counts(world: World) -> Iterator[Attempt]:
    yield Attempt(body={"segment_id": world.other.segment_id})
    yield Attempt(body={"text": f'"{world.other.word}" in contact.tags'}, statuses=OK)
    yield from _conditions(statuses=frozenset({422}))(world)


def _reasons(world: World) -> Iterator[Attempt]:
    yield Attempt(body={"segment_id": world.other.segment_id, "contact_id": world.contact_id})
    yield Attempt(body={"text": "has(contact.name)", "contact_id": world.other.contact["id"]})


def _campaign(number: str, template_id: str, tag: str, variables: Json) -> Json:
    return campaign_body(number, template_id, {"tags": [tag]}, variables=variables)


def _templates_made(world: World) -> Iterator[Attempt]:
    body = {
        "name": f"mine_{secrets.token_hex(4)}",
        "language": "en",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Thank you."}],
    }
    yield Attempt(body=body | {"waba_id": world.other.business.waba_id})


def _previews(world: World) -> Iterator[Attempt]:
    yield Attempt({"template_id": world.other.template_id}, {})
    # Of a template of one's own, the contact is what is missing.
    yield Attempt({"template_id": world.template_id}, {"contact_id": world.other.contact["id"]}, statuses=GONE | {422})


def _samples(world: World) -> Iterator[Attempt]:
    yield Attempt(body={"media_id": world.other.media_id})
    yield Attempt(body={"media_id": world.other.media_id, "waba_id": world.other.business.waba_id})


def _template_tests(world: World) -> Iterator[Attempt]:
    """To nobody: the number, or the template, is not the caller's."""
    mine, other = world.mine.phone_number_id, world.other.business.phone_number_id
    for number, template_id in ((other, world.template_id), (mine, world.other.template_id)):
        yield Attempt(body={"template_id": template_id, "phone_number_id": number, "phone": "+34600111222"})


def _bot(world: World) -> Json:
    rules = [{"match": "any", "reply": "mine"}]
    return {"name": "mine", "phone_number_id": world.other.business.phone_number_id, "rules": rules}


def _bots_made(world: World) -> Iterator[Attempt]:
    yield Attempt(body=_bot(world))


def _bots_replaced(world: World) -> Iterator[Attempt]:
    body = _bot(world)
    yield Attempt({"bot_id": world.other.bot_id}, body)
    yield Attempt({"bot_id": world.other.bot_id}, body | {"phone_number_id": world.mine.phone_number_id})


def _connections(world: World) -> Iterator[Attempt]:
    """With a code of one's own, and with one that really opens the other's account. There may be no room for a second
    number (402), which is said first."""
    other, simulator = world.other.business, world.cloud.simulator_url
    wish = {"waba_id": other.waba_id, "phone_number_id": other.phone_number_id}
    refused = frozenset({402, 409, 422})
    for waba_id in (world.mine.waba_id, other.waba_id):
        code = script(simulator, {"create_code": {"waba_id": waba_id}})["create_code"]["code"]
        yield Attempt(body=wish | {"code": code}, statuses=refused)
    code = script(simulator, {"create_code": {"waba_id": world.mine.waba_id}})["create_code"]["code"]
    yield Attempt(body=wish | {"code": code, "waba_id": world.mine.waba_id}, statuses=refused)


def _onboardings_started(world: World) -> Iterator[Attempt]:
    """With a code of one's own, for the other's account: it stops before anything is read of it."""
    other, simulator = world.other.business, world.cloud.simulator_url
    code = script(simulator, {"create_code": {"waba_id": world.mine.waba_id}})["create_code"]["code"]
    yield Attempt(body={"code": code, "waba_id": other.waba_id}, statuses=frozenset({201}))


def _on_onboardings(body: object = None) -> Attempts:
    """The other's, which connected its number."""

    def attempts(world: World) -> Iterator[Attempt]:
        (theirs, *_) = world.other.business.owner.get("/v1/whatsapp/onboardings")["items"]
        yield Attempt({"onboarding_id": theirs["id"]}, body)

    return attempts


def _on_accounts(world: World) -> Iterator[Attempt]:
    yield Attempt({"waba_id": world.other.business.waba_id})


def _on_numbers(body: object = None) -> Attempts:
    def attempts(world: World) -> Iterator[Attempt]:
        yield Attempt({"phone_number_id": world.other.business.phone_number_id}, body)

    return attempts


def _imports_made(world: World) -> Iterator[Attempt]:
    rows = f"phone,size\n{world.other.phone},XL\n".encode()
    query = {"columns": f"size:{world.other.field}", "tags": world.other.word, "filename": "mine.csv"}
    yield Attempt(more={"content": rows, "params": query, "headers": {"content-type": "text/csv"}}, statuses=OK)


def _imports_announced(world: World) -> Iterator[Attempt]:
    wish = {"columns": {"size": world.other.field}, "tags": [world.other.word], "filename": "mine.csv", "size": 9}
    yield Attempt(body=wish, statuses=OK)


def _fields_made(world: World) -> Iterator[Attempt]:
    """A key of one's own with the same name; it is taken away again by the case that removes fields."""
    yield Attempt(body={"key": world.other.field}, statuses=frozenset({201}))


def _fields_removed(world: World) -> Iterator[Attempt]:
    world.mine.owner.call("POST", "/v1/fields", {"key": world.other.field})
    yield Attempt({"key": world.other.field}, statuses=frozenset({204}))
    yield Attempt({"key": world.other.field})


def _message_media(world: World) -> Iterator[Attempt]:
    other = world.other
    yield Attempt({"conversation_id": other.conversation_id, "message_id": other.message_id})


def _signups(world: World) -> Iterator[Attempt]:
    body = APPLICANT | {
        "business_name": "mine",
        "email": world.other.business.email,
        "password": PASSWORD,
        "country": "ES",
    }
    yield Attempt(body=body, statuses=frozenset({201}))
    yield Attempt(body=body | {"password": "Another-Horse-1-Battery"}, statuses=frozenset({201}))


def _logins(world: World) -> Iterator[Attempt]:
    body = {"email": world.other.business.email, "password": "Another-Horse-1-Battery"}
    yield Attempt(body=body, statuses=frozenset({401}))


def _endpoints_made(world: World) -> Iterator[Attempt]:
    """The same URL as the other's: whose it is, only the tenant says."""
    wish = {"url": f"http://127.0.0.1:9/{world.other.word}", "events": ["endpoint.disabled"]}
    yield Attempt(body=wish, statuses=frozenset({201}))


def _events(world: World) -> Iterator[Attempt]:
    """The feed from now on, and from where the other's was."""
    yield Attempt(statuses=OK)
    yield Attempt(more={"params": {"after": world.other.events_cursor}}, statuses=OK)


def _on_deliveries(world: World) -> Iterator[Attempt]:
    """The other's delivery at the other's endpoint, and at one's own."""
    yield Attempt({"endpoint_id": world.other.endpoint_id, "delivery_id": world.other.delivery_id})
    yield Attempt({"endpoint_id": world.mine_endpoint_id, "delivery_id": world.other.delivery_id})


def _conversations_opened(world: World) -> Iterator[Attempt]:
    """With the other's person, with the other's number, and with what is one's own."""
    mine, other = world.mine, world.other
    for contact_id, number, statuses in (
        (other.contact["id"], mine.phone_number_id, GONE),
        (world.contact_id, other.business.phone_number_id, GONE),
        (world.contact_id, mine.phone_number_id, OK),
    ):
        yield Attempt(body={"contact_id": contact_id, "phone_number_id": number}, statuses=statuses)


def _conversations_listed(world: World) -> Iterator[Attempt]:
    """Also by the other's member, label and number."""
    yield from _listing("/v1/conversations")(world)
    other = world.other
    for name, value in (
        ("assignee", other.member_id),
        ("label", other.label_id),
        ("number", other.business.phone_number_id),
    ):
        yield Attempt(more={"params": {name: value}}, statuses=OK)


def _searches(world: World) -> Iterator[Attempt]:
    """For all that the other's people are called and say."""
    other = world.other
    for wanted in (other.word, other.phone, other.phone[-4:], f"{other.word} person", "secret"):
        yield Attempt(more={"params": {"q": wanted}}, statuses=OK)
    yield Attempt(more={"params": {"q": "mine", "label": other.label_id}}, statuses=OK)


def _labels_made(world: World) -> Iterator[Attempt]:
    """Called like the other's."""
    yield Attempt(body={"name": world.other.word}, statuses=frozenset({201}))


_CONVERSATION = "/v1/conversations/{conversation_id}"


def _account_attempts() -> dict[tuple[str, str], Attempts]:
    """Against another's account with a password that is not theirs, and with one's own where that changes nothing."""
    browser = {"headers": {"sec-fetch-site": "same-origin"}}
    wrong: Json = {"password": "Another-Horse-1-Battery"}
    refused = frozenset({401})

    def of_other(more: Json, statuses: frozenset[int], **sent: Any) -> Attempts:
        def attempts(world: World) -> Iterator[Attempt]:
            yield Attempt(body={"email": world.other.business.email} | more, statuses=statuses, more=sent)

        return attempts

    def invited(world: World) -> Iterator[Attempt]:
        token = f"{world.other.business.tenant_id}.{world.other.invitation_id}.guessed"
        yield Attempt(body=wrong | {"token": token, "name": "Mine"}, statuses=frozenset({409}))

    def logo(world: World) -> Iterator[Attempt]:
        yield Attempt(body={"revision": 0, "logo_file_id": world.other.media_id}, statuses=frozenset({422}))

    def heir(world: World) -> Iterator[Attempt]:
        yield Attempt(body={"member_id": world.other.member_id, "password": PASSWORD})

    reset = {"code": "000000"} | wrong
    passwords = {"current_password": wrong["password"], "new_password": "Another-Horse-2-Battery"}
    invitation = "/v1/invitations/{invitation_id}"
    return {
        ("POST", "/v1/signup/resend-code"): of_other({}, frozenset({204})),
        ("POST", "/v1/login/refresh"): _harmless(refused, {"refresh_token": "guessed"}),
        ("POST", "/v1/session"): of_other(wrong, refused, **browser),
        ("POST", "/v1/session/refresh"): lambda _: iter([Attempt(statuses=refused, more=browser)]),
        ("POST", "/v1/session/end"): lambda _: iter([Attempt(body={}, statuses=frozenset({204}), more=browser)]),
        ("POST", "/v1/password/forgot"): of_other({}, frozenset({204})),
        ("POST", "/v1/password/reset"): of_other(reset, frozenset({422})),
        ("POST", "/v1/invitations/accept"): invited,
        ("GET", "/v1/invitations"): _harmless(),
        ("POST", "/v1/invitations"): of_other({"role": "viewer"}, frozenset({201, 409})),
        ("POST", f"{invitation}/resend"): _on("invitation_id", "invitation_id"),
        ("DELETE", invitation): _on("invitation_id", "invitation_id"),
        ("PATCH", "/v1/members/{member_id}"): _on("member_id", "member_id", body={"role": "viewer", "revision": 0}),
        ("DELETE", "/v1/members/{member_id}"): _on("member_id", "member_id"),
        ("POST", "/v1/members/transfer-ownership"): heir,
        ("POST", "/v1/me/leave"): _harmless(refused, wrong),
        ("PATCH", "/v1/me"): _harmless(body={"revision": 0, "name": "Ana Example"}),
        ("GET", "/v1/tenant"): _harmless(),
        ("PATCH", "/v1/tenant"): logo,
        ("POST", "/v1/api-keys/{key_id}/rotate"): _on("key_id", "key_id", body={}),
        ("POST", "/v1/me/password"): _harmless(frozenset({422}), passwords),
        # It names nobody, and would end the sessions that the other attempts are made with.
        ("POST", "/v1/me/sessions/end"): lambda _: iter(()),
        ("POST", "/v1/me/email"): of_other(wrong, refused),
        ("POST", "/v1/me/email/confirm"): _harmless(frozenset({422}), {"code": "000000"}),
        ("POST", "/v1/me/second-factor"): _harmless(refused, wrong),
        ("POST", "/v1/me/second-factor/confirm"): _harmless(frozenset({422}), {"code": "000000"}),
        ("POST", "/v1/me/second-factor/recovery-codes"): _harmless(frozenset({409}), wrong),
        ("POST", "/v1/me/second-factor/remove"): _harmless(refused, wrong),
    }


def _operator_attempts() -> dict[tuple[str, str], Attempts]:
    """What only operators of the platform may, on the other tenant."""

    def refused(body: object = None) -> Attempts:
        def attempts(world: World) -> Iterator[Attempt]:
            yield Attempt({"tenant_id": world.other.business.tenant_id}, body, statuses=frozenset({403}))

        return attempts

    def ended(world: World) -> Iterator[Attempt]:
        yield Attempt({"access_id": world.other.invitation_id})

    operator, tenant = "/v1/operator", "/v1/operator/tenants/{tenant_id}"
    return {
        ("GET", operator): refused(),
        ("POST", f"{operator}/second-factor"): refused({"password": PASSWORD}),
        ("POST", f"{operator}/second-factor/confirm"): refused({"code": "000000"}),
        ("POST", f"{operator}/sessions/end"): refused(),
        ("GET", f"{operator}/tenants"): refused(),
        ("GET", tenant): refused(),
        ("GET", f"{tenant}/usage"): refused(),
        ("POST", f"{tenant}/suspend"): refused({"reason": "mine"}),
        ("POST", f"{tenant}/resume"): refused({"reason": "mine", "suspension_id": "01JG7Q4W8ZC3N5X6Y7V8B9A0SP"}),
        ("POST", f"{tenant}/support-access"): refused({"reason": "mine", "password": PASSWORD}),
        ("POST", f"{operator}/support-access/end"): refused(),
        ("GET", "/v1/support-access"): _listing("/v1/support-access"),
        ("POST", "/v1/support-access/{access_id}/end"): ended,
    }


_ENDPOINT = "/v1/webhook-endpoints/{endpoint_id}"
_REPLY = {"type": "text", "text": {"body": "mine"}}
_THANKS = {"type": "BODY", "text": "Thank you."}
CASES: dict[tuple[str, str], Attempts] = {
    # First: it shows what one has asked for oneself, others' accounts among it.
    ("GET", "/v1/whatsapp/onboardings"): _listing("/v1/whatsapp/onboardings"),
    ("POST", "/v1/signup"): _signups,
    ("POST", "/v1/login"): _logins,
    **_account_attempts(),
    **_operator_attempts(),
    ("GET", "/v1/openapi.json"): _harmless(),
    ("GET", "/v1/errors"): _harmless(),
    ("GET", "/v1/me"): _harmless(),
    ("GET", "/v1/api-keys"): _harmless(),
    ("POST", "/v1/api-keys"): _harmless(body={"name": "mine", "scopes": ["read"]}),
    ("DELETE", "/v1/api-keys/{key_id}"): _on("key_id", "key_id"),
    ("POST", "/v1/whatsapp/connect"): _connections,
    ("GET", "/v1/whatsapp/configuration"): _harmless(),
    ("POST", "/v1/whatsapp/onboardings"): _onboardings_started,
    ("GET", "/v1/whatsapp/onboardings/{onboarding_id}"): _on_onboardings(),
    ("POST", "/v1/whatsapp/onboardings/{onboarding_id}/continue"): _on_onboardings(body={}),
    ("GET", "/v1/whatsapp/accounts"): _harmless(),
    ("GET", "/v1/whatsapp/accounts/{waba_id}"): _on_accounts,
    ("POST", "/v1/whatsapp/accounts/{waba_id}/refresh"): _on_accounts,
    ("POST", "/v1/whatsapp/accounts/{waba_id}/disconnect"): _on_accounts,
    ("GET", "/v1/numbers"): _harmless(),
    ("GET", "/v1/numbers/{phone_number_id}"): _on_numbers(),
    ("POST", "/v1/numbers/{phone_number_id}/refresh"): _on_numbers(),
    ("POST", "/v1/numbers/{phone_number_id}/disconnect"): _on_numbers(),
    ("GET", "/v1/numbers/{phone_number_id}/profile"): _on_numbers(),
    ("PATCH", "/v1/numbers/{phone_number_id}/profile"): _on_numbers(body={"about": "mine"}),
    ("GET", "/v1/notices"): _listing("/v1/notices"),
    # The key of this tenant has not its scope.
    ("GET", "/v1/audit"): _harmless(frozenset({200, 403})),
    ("GET", "/v1/audit.csv"): _harmless(frozenset({200, 403})),
    ("GET", "/v1/fields"): _harmless(),
    ("POST", "/v1/fields"): _fields_made,
    ("DELETE", "/v1/fields/{key}"): _fields_removed,
    ("GET", "/v1/contacts"): _listing("/v1/contacts"),
    ("POST", "/v1/contacts"): _contacts_made,
    ("GET", "/v1/contacts/{contact_id}"): _on("contact_id", "contact"),
    ("PATCH", "/v1/contacts/{contact_id}"): _on("contact_id", "contact", body={"name": "mine", "add_tags": ["mine"]}),
    ("DELETE", "/v1/contacts/{contact_id}"): _on("contact_id", "contact"),
    ("POST", "/v1/contacts/{contact_id}/opt-out"): _on("contact_id", "contact", body={"source": "mine"}),
    ("POST", "/v1/contacts/{contact_id}/opt-in"): _on("contact_id", "contact", body={"source": "mine"}),
    ("GET", "/v1/contacts/imports"): _listing("/v1/contacts/imports"),
    ("POST", "/v1/contacts/imports"): _imports_announced,
    ("POST", "/v1/contacts/imports.csv"): _imports_made,
    ("GET", "/v1/contacts/imports/{import_id}"): _on("import_id", "import_id", "waiting_import_id"),
    ("GET", "/v1/contacts/imports/{import_id}/rejected"): _on("import_id", "import_id"),
    ("POST", "/v1/contacts/imports/{import_id}/start"): _on("import_id", "import_id", "waiting_import_id"),
    ("GET", "/v1/segments"): _harmless(),
    ("POST", "/v1/segments"): _conditions(statuses=frozenset({422}), name="mine"),
    ("POST", "/v1/segments/check"): _conditions(statuses=OK),
    ("POST", "/v1/segments/count"): _counts,
    ("POST", "/v1/segments/why"): _reasons,
    ("GET", "/v1/segments/{segment_id}"): _on("segment_id", "segment_id"),
    ("PATCH", "/v1/segments/{segment_id}"): _on("segment_id", "segment_id", body={"revision": 1, "name": "mine"}),
    ("DELETE", "/v1/segments/{segment_id}"): _on("segment_id", "segment_id"),
    ("GET", "/v1/templates"): _harmless(),
    ("POST", "/v1/templates"): _templates_made,
    ("POST", "/v1/templates/sync"): _harmless(),
    ("POST", "/v1/templates/check"): _harmless(body={"name": "mine"}),
    ("GET", "/v1/templates/{template_id}"): _on("template_id", "template_id"),
    ("PATCH", "/v1/templates/{template_id}"): _on("template_id", "template_id", body={"components": [_THANKS]}),
    ("DELETE", "/v1/templates/{template_id}"): _on("template_id", "template_id"),
    ("POST", "/v1/templates/{template_id}/resume"): _on("template_id", "template_id"),
    ("POST", "/v1/templates/{template_id}/duplicate"): _on("template_id", "template_id", body={"language": "es"}),
    ("POST", "/v1/templates/{template_id}/preview"): _previews,
    ("GET", "/v1/templates/{template_id}/versions"): _on("template_id", "template_id"),
    ("GET", "/v1/templates/{template_id}/campaigns"): _on("template_id", "template_id"),
    ("GET", "/v1/template-library"): _harmless(),
    ("GET", "/v1/template-drafts"): _listing("/v1/template-drafts"),
    ("POST", "/v1/template-drafts"): _harmless(body={"name": "mine"}),
    ("GET", "/v1/template-drafts/{draft_id}"): _on("draft_id", "template_draft_id"),
    ("PUT", "/v1/template-drafts/{draft_id}"): _on("draft_id", "template_draft_id", body={"name": "mine"}),
    ("DELETE", "/v1/template-drafts/{draft_id}"): _on("draft_id", "template_draft_id"),
    ("POST", "/v1/template-drafts/{draft_id}/submit"): _on("draft_id", "template_draft_id"),
    ("POST", "/v1/template-samples"): _samples,
    ("POST", "/v1/template-tests"): _template_tests,
    ("GET", "/v1/campaigns"): _listing("/v1/campaigns"),
    ("POST", "/v1/campaigns"): _campaigns_made,
    ("GET", "/v1/campaigns/{campaign_id}"): _on_campaigns(),
    ("GET", "/v1/campaigns/{campaign_id}/dry-run"): _on_campaigns(),
    ("POST", "/v1/campaigns/{campaign_id}/dry-run"): _on_campaigns(),
    ("POST", "/v1/campaigns/{campaign_id}/launch"): _on_campaigns(body={}),
    ("POST", "/v1/campaigns/{campaign_id}/pause"): _on_campaigns(),
    ("POST", "/v1/campaigns/{campaign_id}/resume"): _on_campaigns(),
    ("POST", "/v1/campaigns/{campaign_id}/cancel"): _on_campaigns(),
    ("POST", "/v1/campaigns/{campaign_id}/retry"): _on_campaigns(body={}),
    ("POST", "/v1/campaigns/{campaign_id}/resend-unknown"): _on_campaigns(),
    ("GET", "/v1/campaigns/{campaign_id}/recipients.csv"): _on_campaigns(),
    ("GET", "/v1/campaigns/{campaign_id}/report"): _on_campaigns(),
    ("GET", "/v1/campaigns/{campaign_id}/recipients"): _on_campaigns(),
    ("GET", "/v1/conversations"): _conversations_listed,
    ("POST", "/v1/conversations"): _conversations_opened,
    ("GET", "/v1/conversations/{conversation_id}"): _on("conversation_id", "conversation_id"),
    ("GET", "/v1/conversations/{conversation_id}/messages"): _on("conversation_id", "conversation_id"),
    ("POST", "/v1/conversations/{conversation_id}/messages"): _on("conversation_id", "conversation_id", body=_REPLY),
    ("POST", "/v1/conversations/{conversation_id}/read"): _on("conversation_id", "conversation_id"),
    ("POST", f"{_CONVERSATION}/assign"): _on("conversation_id", "conversation_id", body={"to": None}),
    ("POST", f"{_CONVERSATION}/labels"): _on("conversation_id", "conversation_id", body={}),
    ("POST", f"{_CONVERSATION}/close"): _on("conversation_id", "conversation_id", body={}),
    ("POST", f"{_CONVERSATION}/snooze"): _on(
        "conversation_id", "conversation_id", body={"until": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    ),
    ("POST", f"{_CONVERSATION}/reopen"): _on("conversation_id", "conversation_id", body={}),
    ("POST", f"{_CONVERSATION}/notes"): _on("conversation_id", "conversation_id", body={"text": "mine"}),
    ("POST", f"{_CONVERSATION}/typing"): _on("conversation_id", "conversation_id"),
    ("GET", f"{_CONVERSATION}/presence"): _on("conversation_id", "conversation_id"),
    ("PUT", f"{_CONVERSATION}/presence"): _on("conversation_id", "conversation_id", body={"status": "typing"}),
    ("GET", f"{_CONVERSATION}/timeline"): _on("conversation_id", "conversation_id"),
    ("GET", "/v1/contacts/{contact_id}/timeline"): _on("contact_id", "contact"),
    ("GET", "/v1/search"): _searches,
    ("GET", "/v1/mentions"): _listing("/v1/mentions"),
    ("GET", "/v1/members"): _harmless(),
    ("PUT", "/v1/members/{member_id}/availability"): _on("member_id", "member_id", body={"available": True}),
    ("GET", "/v1/labels"): _harmless(),
    ("POST", "/v1/labels"): _labels_made,
    ("PATCH", "/v1/labels/{label_id}"): _on("label_id", "label_id", body={"name": "mine"}),
    ("DELETE", "/v1/labels/{label_id}"): _on("label_id", "label_id"),
    ("GET", "/v1/canned-replies"): _harmless(),
    ("POST", "/v1/canned-replies"): _harmless(frozenset({201}), {"shortcut": "hi", "text": "mine"}),
    ("GET", "/v1/canned-replies/{reply_id}"): _on("reply_id", "reply_id"),
    ("PUT", "/v1/canned-replies/{reply_id}"): _on("reply_id", "reply_id", body={"shortcut": "x", "text": "mine"}),
    ("DELETE", "/v1/canned-replies/{reply_id}"): _on("reply_id", "reply_id"),
    ("GET", "/v1/canned-replies/{reply_id}/preview"): _on("reply_id", "reply_id"),
    ("GET", "/v1/events"): _events,
    ("GET", "/v1/webhook-endpoints"): _harmless(),
    ("POST", "/v1/webhook-endpoints"): _endpoints_made,
    ("GET", _ENDPOINT): _on("endpoint_id", "endpoint_id"),
    ("PATCH", _ENDPOINT): _on("endpoint_id", "endpoint_id", body={"description": "mine", "enabled": False}),
    ("DELETE", _ENDPOINT): _on("endpoint_id", "endpoint_id"),
    ("POST", f"{_ENDPOINT}/rotate-secret"): _on("endpoint_id", "endpoint_id"),
    ("POST", f"{_ENDPOINT}/test"): _on("endpoint_id", "endpoint_id"),
    ("POST", f"{_ENDPOINT}/verify"): _on("endpoint_id", "endpoint_id"),
    ("GET", f"{_ENDPOINT}/deliveries"): _on("endpoint_id", "endpoint_id"),
    ("GET", f"{_ENDPOINT}/deliveries/{{delivery_id}}"): _on_deliveries,
    ("POST", f"{_ENDPOINT}/deliveries/{{delivery_id}}/replay"): _on_deliveries,
    ("POST", f"{_ENDPOINT}/replay"): _on("endpoint_id", "endpoint_id", body={"since": "2026-01-01T00:00:00Z"}),
    ("GET", "/v1/conversations/{conversation_id}/messages/{message_id}/media"): _message_media,
    ("GET", "/v1/media"): _listing("/v1/media"),
    ("POST", "/v1/media"): _harmless(body={"filename": "a.jpg", "mime_type": "image/jpeg", "size": 1}),
    ("GET", "/v1/media/{media_id}"): _on("media_id", "media_id"),
    ("DELETE", "/v1/media/{media_id}"): _on("media_id", "media_id"),
    ("POST", "/v1/media/{media_id}/complete"): _on("media_id", "media_id"),
    ("GET", "/v1/bots"): _harmless(),
    ("POST", "/v1/bots"): _bots_made,
    ("GET", "/v1/bots/{bot_id}"): _on("bot_id", "bot_id"),
    ("PUT", "/v1/bots/{bot_id}"): _bots_replaced,
    ("DELETE", "/v1/bots/{bot_id}"): _on("bot_id", "bot_id"),
    ("GET", "/v1/rate-card"): _harmless(),
    ("PUT", "/v1/rate-card"): _harmless(body={"currency": "EUR", "rates": []}),
    ("GET", "/v1/billing/subscription"): _harmless(),
}


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> World:
    mine, other = signed_up(cloud), owning(cloud)
    template = approved_template(mine.owner, "mine_offer")
    contact = mine.owner.post("/v1/contacts", {"phone": "+34611223344", "name": "Mine"})
    wish = {"url": "http://127.0.0.1:9/", "events": ["endpoint.disabled"]}
    endpoint = mine.owner.post("/v1/webhook-endpoints", wish)
    return World(mine, template["id"], contact["id"], endpoint["id"], other, cloud)


@pytest.fixture(scope="module")
def routes(cloud: LocalCloud) -> dict[tuple[str, str], Json]:
    """(method, path) -> operation, as the API describes itself."""
    document = Api(cloud.api_url).get("/v1/openapi.json")
    return {
        (method.upper(), path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def test_every_route_has_a_case(routes: dict[tuple[str, str], Json]) -> None:
    assert routes.keys() == CASES.keys()


def test_nothing_of_another_tenant_is_read_or_changed(world: World, routes: dict[tuple[str, str], Json]) -> None:
    before = snapshot(world.other)
    names = identifying(world.other, before)
    for (method, path), attempts in CASES.items():
        for attempt in attempts(world):
            _try(world.mine.owner, method, path, attempt, names)
            if routes[method, path].get("x-api-keys", True):
                _try(world.mine.key, method, path, attempt, names)
    assert snapshot(world.other) == before


def _try(caller: Api, method: str, path: str, attempt: Attempt, names: frozenset[str]) -> None:
    filled = path.format(**attempt.path)
    answer = caller.call(method, filled, attempt.body, **attempt.more)
    said = f"{method} {filled} {attempt.body}: {answer.status_code} {answer.text}"
    # Making the same thing a second time, with the other credential, may be refused or find it made.
    assert answer.status_code in attempt.statuses | ({404, 409} if attempt.statuses & {201, 204} else set()), said
    sent = json.dumps([filled, attempt.body, str(attempt.more)], ensure_ascii=False)
    leaked = {name for name in names if name in answer.text and name not in sent}
    assert not leaked, said
    if attempt.statuses == GONE and attempt.path:
        _looks_like_a_missing_one(caller, method, path, attempt, answer)


def _looks_like_a_missing_one(caller: Api, method: str, path: str, attempt: Attempt, answer: httpx.Response) -> None:
    missing = path.format(**{name: _nobodys(value) for name, value in attempt.path.items()})
    assert _problem(caller.call(method, missing, attempt.body, **attempt.more)) == _problem(answer)


def _nobodys(value: str) -> str:
    """An id of the same form that belongs to nothing; ids that are counted up have not come that far."""
    if value.isdecimal():
        return value[:-2] + ("97" if value[-2:] != "97" else "98")
    return value[:-1] + ("1" if value[-1] != "1" else "2")


def _problem(answer: httpx.Response) -> tuple[int, Json]:
    problem: Json = answer.json()
    problem.pop("instance")
    return answer.status_code, problem


def test_same_person_is_another_contact_for_each_tenant(world: World) -> None:
    made = world.mine.owner.post("/v1/contacts", {"phone": world.other.phone})
    assert made["id"] != world.other.contact["id"]
    assert world.other.word not in json.dumps(made)


def test_an_audience_holds_only_the_tenants_own_people(world: World) -> None:
    variables: Json = {"body.1": {"source": "constant", "value": "you"}}
    body = _campaign(world.mine.phone_number_id, world.template_id, "nobody-has-this", variables)
    everybody = body | {"audience": {"everyone": True}}
    api = world.mine.owner
    campaign_id = api.post("/v1/campaigns", everybody)["id"]
    api.post(f"/v1/campaigns/{campaign_id}/dry-run")
    tried = wait_for(
        lambda: api.get(f"/v1/campaigns/{campaign_id}/dry-run"), lambda found: found["status"] == "complete"
    )
    assert tried["planned"] == len(list(api.pages("/v1/contacts")))


@pytest.mark.parametrize("scope", ["read", "contacts"])
def test_a_key_opens_only_its_scope(world: World, routes: dict[tuple[str, str], Json], scope: str) -> None:
    secret = world.mine.owner.post("/v1/api-keys", {"name": scope, "scopes": [scope]})["key"]
    key = Api(world.cloud.api_url, secret)
    guarded = {route: op["x-required-scope"] for route, op in routes.items() if "x-required-scope" in op}
    assert set(guarded.values()) == {str(scope) for scope in Scope}
    for (method, path), needed in guarded.items():
        for attempt in CASES[method, path](world):
            answer = key.call(method, path.format(**attempt.path), attempt.body, **attempt.more)
            assert (answer.status_code == 403) == (needed != scope), f"{method} {path}: {answer.text}"
            if needed != scope:
                assert answer.json()["code"] == "missing_scope"


def test_a_key_grants_no_more_than_it_has(world: World) -> None:
    secret = world.mine.owner.post("/v1/api-keys", {"name": "s", "scopes": ["settings"]})["key"]
    answer = Api(world.cloud.api_url, secret).call("POST", "/v1/api-keys", {"name": "more", "scopes": ["contacts"]})
    assert (answer.status_code, answer.json()["field"]) == (403, "scopes")


@pytest.fixture
def short_memory(cloud: LocalCloud) -> Iterator[int]:
    """API Gateway remembers what the authorizer said for a second only; gives the seconds that the template states."""
    with remembering(cloud, seconds=1) as stated:
        yield stated


def test_a_revoked_key_stops_working(world: World, short_memory: int) -> None:
    assert 0 < short_memory <= 60
    api, cloud = world.mine.owner, world.cloud
    used, unused = (api.post("/v1/api-keys", {"name": name, "scopes": ["read"]}) for name in ("used", "unused"))
    in_use = Api(cloud.api_url, used["key"])
    assert in_use.call("GET", "/v1/me").status_code == 200
    for key in (used, unused):
        assert api.call("DELETE", f"/v1/api-keys/{key['id']}").status_code == 204
        assert key["id"] not in api.call("GET", "/v1/api-keys").text
    assert _refusal(Api(cloud.api_url, unused["key"])) == (401, "token_invalid")
    wait_for(lambda: in_use.call("GET", "/v1/me").status_code, lambda status: status == 401, seconds=20)


def _refusal(nobody: Api) -> tuple[int, str]:
    """(status, code) of a call that is not let in; the answer has what every answer has."""
    answer = nobody.call("GET", "/v1/me", headers={"origin": "https://console.example.com"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["instance"]
    return answer.status_code, answer.json()["code"]


def _altered(token: str, **claims: object) -> str:
    """A token with other claims under the old signature."""
    head, body, signature = token.split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "==")) | claims
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip('=')}.{signature}"


def _forged(token: str, algorithm: str) -> str:
    """The same claims and key id, signed by somebody else, or by nobody."""
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = {"kid": jwt.get_unverified_header(token)["kid"]}
    key: Any = {"RS256": rsa.generate_private_key(65537, 2048), "HS256": "k" * 32, "none": None}[algorithm]
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def test_tokens_that_open_nothing(world: World) -> None:
    token = world.mine.access_token
    now = int(time.time())
    tokens = {
        "garbage": "garbage",
        "empty parts": "..",
        "an unknown key": "wpb_" + secrets.token_urlsafe(32),
        "the id token": world.mine.id_token,
        "another member's subject": _altered(token, sub="00000000-0000-4000-8000-000000000000"),
        "a longer life": _altered(token, exp=now + 10**6),
        **{f"forged with {algorithm}": _forged(token, algorithm) for algorithm in ("RS256", "HS256", "none")},
        "cut off": token[:-8],
    }
    for what, value in tokens.items():
        assert _refusal(Api(world.cloud.api_url, value)) == (401, "token_invalid"), what
    assert Api(world.cloud.api_url).call("GET", "/v1/me").status_code == 401
    basic = HTTP.get(f"{world.cloud.api_url}/v1/me", headers={"authorization": f"Basic {world.mine.api_key}"})
    assert (basic.status_code, basic.json()["code"]) == (401, "token_missing")


def test_tokens_of_another_pool_or_client_and_old_ones_open_nothing(world: World) -> None:
    cloud, users = world.cloud, world.cloud.client("cognito-idp")
    pool_id = cloud.outputs["UserPoolId"]
    other_pool = users.create_user_pool(PoolName="other", UsernameAttributes=["email"])["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]

    def client_of(pool: str, **settings: Any) -> str:
        made = users.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows, **settings)
        return str(made["UserPoolClient"]["ClientId"])

    def token_of(pool: str, client: str) -> str:
        who = {"USERNAME": world.mine.email, "PASSWORD": PASSWORD}
        which = {"UserPoolId": pool, "ClientId": client}
        answer = users.admin_initiate_auth(**which, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=who)
        return str(answer["AuthenticationResult"]["AccessToken"])

    foreign = client_of(other_pool)
    users.sign_up(ClientId=foreign, Username=world.mine.email, Password=PASSWORD)
    users.admin_confirm_sign_up(UserPoolId=other_pool, Username=world.mine.email)
    for pool, client in ((other_pool, foreign), (pool_id, client_of(pool_id))):
        assert _refusal(Api(cloud.api_url, token_of(pool, client))) == (401, "token_invalid")

    own = cloud.outputs["UserPoolClientId"]
    described = users.describe_user_pool_client(UserPoolId=pool_id, ClientId=own)["UserPoolClient"]
    kept = {k: v for k, v in described.items() if k in ("UserPoolId", "ClientId", "ExplicitAuthFlows")}
    lives = {"AccessTokenValidity": 2, "TokenValidityUnits": {"AccessToken": "seconds"}}
    users.update_user_pool_client(**kept, **lives)
    try:
        token = token_of(pool_id, own)
    finally:
        users.update_user_pool_client(
            **kept,
            AccessTokenValidity=described["AccessTokenValidity"],
            TokenValidityUnits=described["TokenValidityUnits"],
        )
    assert jwt.decode(token, options={"verify_signature": False})["exp"] <= time.time() + 2
    wait_for(time.time, lambda now: now > jwt.decode(token, options={"verify_signature": False})["exp"] + 1)
    assert _refusal(Api(cloud.api_url, token)) == (401, "token_expired")
    assert Api(cloud.api_url, token_of(pool_id, own)).call("GET", "/v1/me").status_code == 200
