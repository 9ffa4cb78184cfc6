"""Two tenants beside each other: one who has some of everything, and one who would like to have it."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infra.local.cloud import LocalCloud
from infra.local.services import script
from tests.support.api import (
    Business,
    Json,
    approved_template,
    envelope,
    import_csv,
    post_webhook,
    says,
    settle,
    signed_up,
    wait_for,
)
from tests.support.campaigns import campaign_body
from tests.support.json_texts import texts_in

REPEATED_KEY = "the-same-idempotency-key"
_ID_NAMES = re.compile(r"(^|_)id$|^wamid$|^phone$|^email$|^display$")


@dataclass(frozen=True, slots=True)
class Owned:
    """What a tenant has; `word` is in every name, text, tag and field of it."""

    business: Business
    word: str
    field: str
    phone: str
    contact: Json
    new_contact: Json
    import_id: str
    waiting_import_id: str
    template_id: str
    template_draft_id: str
    bot_id: str
    draft_id: str
    scheduled_id: str
    paused_id: str
    conversation_id: str
    wamid: str
    message_id: str
    media_id: str
    key_id: str
    endpoint_id: str
    delivery_id: str
    events_cursor: str
    member_id: str
    label_id: str
    reply_id: str
    segment_id: str
    invitation_id: str


def owning(cloud: LocalCloud) -> Owned:
    """A tenant with contacts, imports, a template, a bot, campaigns in three states and a conversation."""
    word = f"zeta{secrets.token_hex(5)}"
    business = signed_up(cloud, f"{word} SL")
    api = business.owner
    field, phone = f"{word}_size", f"+346{secrets.randbelow(10**8):08d}"
    api.post("/v1/fields", {"key": field, "label": word})
    new_contact = {"phone": phone, "name": f"{word} person", "fields": {field: word}, "tags": [word]}
    contact = api.post("/v1/contacts", new_contact, headers={"idempotency-key": REPEATED_KEY})
    rows = f"phone,name\n+346{secrets.randbelow(10**8):08d},{word} second\n12,{word} third\n"
    job = import_csv(api, rows.encode(), tags=word, filename=f"{word}.csv")
    waiting = api.post("/v1/contacts/imports", {"filename": f"{word}-2.csv", "size": 1})
    template_id = approved_template(api, f"{word}_offer", f"{word} for {{{{1}}}}, really.")["id"]
    rules = [{"match": "contains", "keywords": [word], "reply": f"{word} reply"}]
    bot = api.post("/v1/bots", {"name": f"{word} bot", "rules": rules})
    segment = api.post("/v1/segments", {"name": f"{word} people", "text": f'"{word}" in contact.tags'})
    draft_id, scheduled_id, paused_id = _campaigns(business, word, template_id)
    wamid = f"wamid.{secrets.token_hex(12)}"
    change = says(business.phone_number_id, phone, f"{word} is what I ask for", wamid)
    assert post_webhook(cloud, envelope((business.waba_id, "messages", change))).status_code == 200
    conversation = wait_for(lambda: api.get("/v1/conversations")["items"], lambda found: found)[0]
    _alerted(cloud, business, word)
    settle(cloud)
    message_id = _picture(cloud, business, phone, conversation["id"])
    announced = {"filename": f"{word}.jpg", "mime_type": "image/jpeg", "size": 3}
    media_id = api.post("/v1/media", announced)["id"]
    key_id = next(iter(api.get("/v1/api-keys")["items"]))["id"]
    endpoint_id, delivery_id = _webhook(business, word)
    member_id, label_id, reply_id = _inbox(business, word, conversation["id"])
    return Owned(
        business=business,
        word=word,
        field=field,
        phone=phone,
        contact=contact,
        new_contact=new_contact,
        import_id=job["id"],
        waiting_import_id=waiting["id"],
        template_id=template_id,
        template_draft_id=api.post("/v1/template-drafts", {"name": f"{word}_draft"})["id"],
        bot_id=bot["id"],
        draft_id=draft_id,
        scheduled_id=scheduled_id,
        paused_id=paused_id,
        conversation_id=conversation["id"],
        wamid=wamid,
        message_id=message_id,
        media_id=media_id,
        key_id=key_id,
        endpoint_id=endpoint_id,
        delivery_id=delivery_id,
        events_cursor=api.get("/v1/events")["next_cursor"],
        member_id=member_id,
        label_id=label_id,
        reply_id=reply_id,
        segment_id=segment["id"],
        invitation_id=api.post("/v1/invitations", {"email": f"{word}@example.com", "role": "viewer"})["id"],
    )


def _inbox(business: Business, word: str, conversation_id: str) -> tuple[str, str, str]:
    """(member, label, canned reply): the conversation lies on the owner's desk, labelled, with a note."""
    api, path = business.owner, f"/v1/conversations/{conversation_id}"
    member_id = api.get("/v1/me")["principal"]["member_id"]
    label_id = api.post("/v1/labels", {"name": word})["id"]
    reply_id = api.post("/v1/canned-replies", {"shortcut": "hi", "text": f"{word} {{contact.name}}"})["id"]
    api.post(f"{path}/assign", {"to": "me"})
    api.post(f"{path}/labels", {"add": [label_id]})
    api.post(f"{path}/notes", {"text": f"{word} is a secret", "mentions": [member_id]})
    return member_id, label_id, reply_id


def _alerted(cloud: LocalCloud, business: Business, word: str) -> None:
    """Meta has told the business two things."""
    for severity in ("INFO", "WARNING"):
        info = {"alert_severity": severity, "alert_type": "OBA_APPROVED", "alert_description": f"{word} is well known"}
        event = envelope((business.waba_id, "account_alerts", {"entity_type": "WABA", "alert_info": info}))
        assert post_webhook(cloud, event).status_code == 200
    wait_for(lambda: business.owner.get("/v1/notices")["items"], lambda found: len(found) == 2)


def _webhook(business: Business, word: str) -> tuple[str, str]:
    """An endpoint that nothing listens at, and its one delivery, which asks for its challenge."""
    api = business.owner
    wish = {"url": f"http://127.0.0.1:9/{word}", "events": ["endpoint.disabled"], "description": word}
    path = f"/v1/webhook-endpoints/{api.post('/v1/webhook-endpoints', wish)['id']}"
    found = wait_for(
        lambda: api.get(f"{path}/deliveries")["items"], lambda found: found and found[0]["status"] == "failed"
    )
    return path.rpartition("/")[2], found[0]["id"]


def _picture(cloud: LocalCloud, business: Business, phone: str, conversation_id: str) -> str:
    """The id of a message with a picture, once that is copied."""
    sent = {"phone_number_id": business.phone_number_id, "from": phone, "message": {"type": "image"}}
    script(cloud.simulator_url, {"inbound": sent})
    path = f"/v1/conversations/{conversation_id}/messages"
    listed = wait_for(
        lambda: business.owner.get(path)["items"],
        lambda found: found[0]["media"] and found[0]["media"]["status"] == "stored",
    )
    settle(cloud)
    return str(listed[0]["id"])


def _campaigns(business: Business, word: str, template_id: str) -> tuple[str, str, str]:
    """(a draft, one that is scheduled and was tried, one that is paused after it was sent)."""
    api = business.owner
    draft, scheduled, paused = (_campaign(business, word, template_id) for _ in range(3))
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    api.post(f"/v1/campaigns/{scheduled}/launch", {"start_at": later})
    api.post(f"/v1/campaigns/{scheduled}/dry-run")
    api.post(f"/v1/campaigns/{paused}/launch")
    wait_for(lambda: api.get(f"/v1/campaigns/{paused}"), lambda c: c["status"] == "sending")
    wait_for(lambda: api.get(f"/v1/campaigns/{paused}/report"), lambda r: r["sent"] == r["planned"])
    api.post(f"/v1/campaigns/{paused}/pause")
    return draft, scheduled, paused


def _campaign(business: Business, word: str, template_id: str) -> str:
    body = campaign_body(business.phone_number_id, template_id, {"tags": [word]}, f"{word} campaign")
    return str(business.owner.post("/v1/campaigns", body)["id"])


def snapshot(owned: Owned) -> Json:
    """All that the API shows a tenant of itself. Links that are made anew for each answer are left out, and
    as of when a report's books are."""
    api = owned.business.owner
    lists = ["me", "api-keys", "numbers", "fields", "templates", "bots", "billing/subscription", "webhook-endpoints"]
    lists += ["members", "labels", "canned-replies", "segments"]
    found: Json = {path: api.get(f"/v1/{path}") for path in lists}
    for path in ("contacts", "contacts/imports", "campaigns", "media", "conversations", "notices", "mentions"):
        found[path] = list(api.pages(f"/v1/{path}"))
    for contact in found["contacts"]:
        shown = list(api.pages(f"/v1/contacts/{contact['id']}/timeline"))
        found[contact["id"]] = [api.get(f"/v1/contacts/{contact['id']}"), shown]
    for job in found["contacts/imports"]:
        rejected = api.get(f"/v1/contacts/imports/{job['id']}/rejected")
        found[job["id"]] = [api.get(f"/v1/contacts/imports/{job['id']}"), rejected["items"]]
    for campaign in found["campaigns"]:
        path = f"/v1/campaigns/{campaign['id']}"
        tried = api.call("GET", f"{path}/dry-run")
        recipients = list(api.pages(f"{path}/recipients"))
        report = {name: value for name, value in api.get(f"{path}/report").items() if name != "as_of"}
        found[campaign["id"]] = [tried.is_success and tried.json(), report, recipients]
    for endpoint in found["webhook-endpoints"]["items"]:
        found[endpoint["id"]] = list(api.pages(f"/v1/webhook-endpoints/{endpoint['id']}/deliveries"))
    for conversation in found["conversations"]:
        found[conversation["id"]] = list(api.pages(f"/v1/conversations/{conversation['id']}/messages"))
    return found


def identifying(owned: Owned, shown: Json) -> frozenset[str]:
    """Strings that name something of this tenant and of nobody else."""
    mine = {owned.word, owned.business.api_key, owned.business.access_token, owned.business.tenant_id}
    return frozenset(mine | {text for name, text in texts_in(shown) if _ID_NAMES.search(name) and len(text) >= 9})
