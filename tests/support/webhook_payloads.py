"""Webhook bodies in Meta's shapes (webhooks reference), to vary in tests."""

import copy
import json
from typing import Any

from shared.ids import PhoneNumberId, TenantId, WabaId

TENANT, WABA, PHONE_ID = TenantId("01TENANT"), WabaId("102290129340398"), PhoneNumberId("106540352242922")
DISPLAY = "+15550783881"
OTHER, OTHER_WABA, OTHER_PHONE_ID = TenantId("01OTHER"), WabaId("999"), PhoneNumberId("888")
Json = dict[str, Any]
METADATA: Json = {"display_phone_number": DISPLAY.lstrip("+"), "phone_number_id": PHONE_ID}
CONTACT: Json = {
    "profile": {"name": "Sheena Nelson", "username": "@realsheena"},
    "wa_id": "16505551234",
    "user_id": "US.13491208655302741918",
}
BASE: Json = {
    "from": "16505551234",
    "from_user_id": "US.13491208655302741918",
    "id": "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTdFNTI",
    "timestamp": "1749416383",
}
TEXT: Json = {**BASE, "type": "text", "text": {"body": "Does it come in another color?"}}
STATUS: Json = {
    "id": "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI",
    "status": "sent",
    "timestamp": "1750030073",
    "recipient_id": "16505551234",
    "recipient_user_id": "US.13491208655302741918",
    "biz_opaque_callback_data": "v1|01TENANT|01CAMPAIGN|0|3|1",
    "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
}


def envelope(*changes: Json, waba_id: str = WABA, **entry: Any) -> Json:
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, **entry, "changes": list(changes)}]}


def messages(*listed: Json, contacts: list[Json] | None = None, metadata: Json | None = None) -> Json:
    value = {
        "messaging_product": "whatsapp",
        "metadata": metadata or METADATA,
        "contacts": [CONTACT] if contacts is None else contacts,
        "messages": list(listed),
    }
    return {"field": "messages", "value": value}


def statuses(*listed: Json, metadata: Json | None = None) -> Json:
    value = {"messaging_product": "whatsapp", "metadata": metadata or METADATA, "statuses": list(listed)}
    return {"field": "messages", "value": value}


def change(field: str, value: Json) -> Json:
    return {"field": field, "value": value}


def wire(document: object) -> bytes:
    """As Meta writes it: unicode and slashes escaped."""
    return json.dumps(document, separators=(",", ":")).replace("/", "\\/").encode()


def of_kind(kind: str, body: object, **more: Any) -> Json:
    return {**copy.deepcopy(BASE), "type": kind, kind: body, **more}


MESSAGES: dict[str, Json] = {
    "text": TEXT,
    "image": of_kind("image", {"caption": "This?", "mime_type": "image/jpeg", "sha256": "x", "id": "1003383421387256"}),
    "document": of_kind("document", {"filename": "offer.pdf", "mime_type": "application/pdf", "id": "1"}),
    "voice note": of_kind("audio", {"mime_type": "audio/ogg; codecs=opus", "id": "2", "voice": True}),
    "sticker": of_kind("sticker", {"mime_type": "image/webp", "id": "3", "animated": False}),
    "location": of_kind("location", {"latitude": 37.44, "longitude": -122.16}),
    "place": of_kind("location", {"latitude": 37.44, "longitude": -122.16, "name": "HQ", "address": "1 Road"}),
    "contacts": of_kind("contacts", [{"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+1 555"}]}]),
    "button reply": of_kind(
        "interactive", {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Not now"}}
    ),
    "list reply": of_kind(
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "priority", "title": "Priority Mail", "description": "Next day"}},
    ),
    "form": of_kind(
        "interactive",
        {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"age":"32"}'}},
    ),
    "call permission": of_kind(
        "interactive", {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}
    ),
    "interactive with error": {
        **BASE,
        "type": "interactive",
        "errors": [{"code": 131000, "title": "Something went wrong"}],
    },
    "quick reply": of_kind(
        "button", {"payload": "more", "text": "Tell me more"}, context={"from": "15550783881", "id": "wamid.X"}
    ),
    "order": of_kind(
        "order",
        {
            "catalog_id": "194836987003835",
            "text": "Love these!",
            "product_items": [{"product_retailer_id": "a", "quantity": 2, "item_price": 30, "currency": "USD"}],
        },
    ),
    "reaction": of_kind("reaction", {"message_id": "wamid.Y", "emoji": "👍"}),
    "reaction removed": of_kind("reaction", {"message_id": "wamid.Y"}),
    "unsupported": {
        **BASE,
        "type": "unsupported",
        "unsupported": {"type": "poll_creation"},
        "errors": [{"code": 131051, "title": "Message type unknown"}],
    },
    "edit": of_kind(
        "edit", {"original_message_id": "wamid.Z", "message": {"type": "text", "text": {"body": "Blue, please"}}}
    ),
    "revoke": of_kind("revoke", {"original_message_id": "wamid.Z"}),
    "type of tomorrow": of_kind("hologram", {"id": "7"}),
    "video": of_kind("video", {"mime_type": "video/mp4", "sha256": "x", "id": "4", "url": "https://lookaside.example"}),
    "old voice message": of_kind("voice", {"mime_type": "audio/ogg", "id": "5"}),
    "cards": of_kind(
        "contacts",
        [
            {
                "name": {"formatted_name": "Ana Souza", "first_name": "Ana"},
                "phones": [{"phone": "+1 555", "wa_id": "1555", "type": "CELL"}, {"wa_id": "1556"}],
                "emails": [{"email": "ana@example.com", "type": "WORK"}],
                "addresses": [{"city": "Lima"}],
                "org": {"company": "Shop"},
                "birthday": "2000-01-01",
                "urls": [{"url": "https://example.com"}],
                "origin": "contact_request",
                "vcard": "BEGIN:VCARD",
            },
            {"name": {"first_name": "Bo"}},
        ],
    ),
    "form that is a list": of_kind(
        "interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "[1,2]"}}
    ),
    "form with a token": of_kind(
        "interactive",
        {
            "type": "nfm_reply",
            "nfm_reply": {"body": "Sent", "response_json": '{"flow_token":"t","size":{"eu":42},"name":"Ana"}'},
        },
    ),
    "call permission with an end": of_kind(
        "interactive",
        {
            "type": "call_permission_reply",
            "call_permission_reply": {"response": "accept", "expiration_timestamp": 1750000000},
        },
    ),
    "interaction of tomorrow": of_kind("interactive", {"type": "voice_reply", "voice_reply": {"id": "1"}}),
    "button without context": of_kind("button", {"payload": "DID_NOT_REQUEST_CODE", "text": "I didn't ask"}),
    "order of two": of_kind(
        "order",
        {
            "catalog_id": "1",
            "product_items": [
                {"product_retailer_id": "a", "quantity": 2, "item_price": 30.5, "currency": "USD"},
                {"product_retailer_id": "b", "quantity": "1", "item_price": "4", "currency": "USD"},
            ],
        },
    ),
    "order without prices": of_kind("order", {"product_items": [{"product_retailer_id": "a", "quantity": 1}]}),
    "reply": {**TEXT, "context": {"from": "15550783881", "id": "wamid.X"}},
    "forwarded": {**TEXT, "context": {"forwarded": True}},
    "forwarded often": {**TEXT, "context": {"frequently_forwarded": True}},
    "about a product": {
        **TEXT,
        "context": {
            "from": "15550783881",
            "id": "wamid.X",
            "referred_product": {"catalog_id": "1", "product_retailer_id": "sku-7"},
        },
    },
    "from an ad": {
        **TEXT,
        "referral": {
            "source_url": "https://fb.me/x",
            "source_id": "120",
            "source_type": "ad",
            "body": "Everything must go",
            "headline": "Summer sale",
            "media_type": "image",
            "image_url": "https://example.com/1.jpg",
            "ctwa_clid": "c",
            "welcome_message": {"text": "Hi"},
        },
    },
    "from a post": {**TEXT, "referral": {"source_id": "7", "source_type": "post"}},
    "file not delivered": {
        **BASE,
        "type": "unsupported",
        "errors": [{"code": 131052, "title": "Media download error", "error_data": {"details": "Failed"}}],
    },
    "only in the app": {**BASE, "type": "unsupported", "errors": [{"code": 131060, "title": "Unavailable"}]},
    "edited picture": of_kind(
        "edit",
        {
            "original_message_id": "wamid.Z",
            "message": {"context": {"id": "M0"}, "type": "image", "image": {"id": "9", "caption": "Now blue"}},
        },
    ),
    "with keys of tomorrow": {**TEXT, "from_logical_id": "x", "from_parent_user_id": "US.ENT.1"},
}
