"""Changes in Meta's shapes: every example of the webhooks reference, to vary in tests."""

from tests.support.webhook_payloads import (
    CONTACT,
    MESSAGES,
    METADATA,
    STATUS,
    TEXT,
    WABA,
    Json,
    change,
    messages,
    statuses,
)

DISPLAY = METADATA["display_phone_number"]
TEMPLATE: Json = {
    "message_template_id": 1689556908129832,
    "message_template_name": "order_confirmation",
    "message_template_language": "en-US",
}
_WABA_INFO = {"waba_id": WABA, "owner_business_id": "2329417887457253"}
_ECHO = {"from": DISPLAY, "to": "16505551234", "to_user_id": CONTACT["user_id"], "timestamp": "1739321024"}
_OLD = {"timestamp": "1739230955", "type": "text", "text": {"body": "hi"}, "history_context": {"status": "READ"}}
_NUMBER = {"display_phone_number": DISPLAY}


def _of_number(**value: object) -> Json:
    return {"messaging_product": "whatsapp", "metadata": METADATA, **value}


def _named(field: str, *values: Json) -> list[Json]:
    return [change(field, value) for value in values]


SYSTEM: list[Json] = [
    {"type": "user_changed_number", "wa_id": "12195555358", "user_id": "US.9", "body": "User changed"},
    {"type": "user_changed_user_id", "user_id": "US.9", "previous_user_id": CONTACT["user_id"]},
    {"type": "customer_identity_changed", "body": "User changed"},
]
ACCOUNT: list[Json] = [
    {"event": "ACCOUNT_DELETED"},
    {"event": "ACCOUNT_OFFBOARDED"},
    {"event": "ACCOUNT_RECONNECTED"},
    {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 4102444800},
            {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "expiration": 4102444800},
        ],
    },
    {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
    {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "April 17, 2025"}},
    {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE", "waba_ban_date": "April 17, 2025"}},
    {"event": "PARTNER_ADDED", "waba_info": {**_WABA_INFO, "solution_partner_business_ids": ["1"]}},
    {"event": "PARTNER_APP_INSTALLED", "waba_info": {**_WABA_INFO, "partner_app_id": "5731794616896507"}},
    {"event": "PARTNER_APP_UNINSTALLED", "waba_info": {**_WABA_INFO, "partner_app_id": "5731794616896507"}},
    {"event": "PARTNER_REMOVED", "waba_info": _WABA_INFO},
    {
        "event": "PARTNER_REMOVED",
        "waba_info": _WABA_INFO,
        "disconnection_info": {"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"},
    },
    {"event": "PARTNER_REMOVED", "phone_number": DISPLAY},
    {"event": "AD_ACCOUNT_LINKED", "waba_info": {**_WABA_INFO, "ad_account_linked": "1"}},
    {"event": "MM_LITE_TERMS_SIGNED", "waba_info": _WABA_INFO},
    {
        "event": "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
        "partner_client_certification_info": {"client_business_id": "1", "status": "APPROVED"},
    },
    {"event": "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", "country": "IN"},
    {
        "event": "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
        "auth_international_rate_eligibility": {"exception_countries": [{"country_code": "ID", "start_time": 1}]},
    },
    {"event": "VOLUME_BASED_PRICING_TIER_UPDATE", "volume_tier_info": {"tier_update_time": 1743451903}},
    {"event": "VERIFIED_ACCOUNT"},
]
CHANGES: list[Json] = [
    *(messages({**message, "id": f"wamid.{name}"}) for name, message in MESSAGES.items()),
    *(messages({**TEXT, "type": "system", "system": system}, contacts=[]) for system in SYSTEM),
    messages({**TEXT, "group_id": "g"}),
    messages({key: value for key, value in TEXT.items() if key != "from"}, contacts=[{"user_id": CONTACT["user_id"]}]),
    *(
        statuses({**STATUS, "status": status, "errors": [{"code": 131049, "title": "x"}]})
        for status in ("sent", "delivered", "read", "played", "failed", "deleted")
    ),
    statuses({**STATUS, "biz_opaque_callback_data": "m1|01TENANT|conv|0000000000001-x"}),
    change("messages", _of_number(errors=[{"code": 130429, "title": "Rate limit hit", "error_data": {}}])),
    change(
        "messages",
        _of_number(
            contacts=[CONTACT],
            user_actions=[
                {
                    "action_type": "marketing_messages_link_click",
                    "timestamp": "1739321024",
                    "marketing_messages_link_click_data": {"click_component": "cta", "click_id": "c"},
                }
            ],
        ),
    ),
    *_named(
        "message_template_status_update",
        {"event": "APPROVED", **TEMPLATE, "reason": "NONE", "message_template_category": "UTILITY"},
        {"event": "REJECTED", **TEMPLATE, "reason": "INVALID_FORMAT", "rejection_info": {"reason": "Side by side"}},
        {"event": "PAUSED", **TEMPLATE, "other_info": {"title": "FIRST_PAUSE", "description": "x"}},
        {"event": "FLAGGED", **TEMPLATE, "disable_info": {"disable_date": "tomorrow"}},
    ),
    *_named(
        "message_template_quality_update",
        {"previous_quality_score": "GREEN", "new_quality_score": "RED", **TEMPLATE},
    ),
    *_named(
        "message_template_components_update",
        {
            **TEMPLATE,
            "message_template_title": "Hi",
            "message_template_element": "Hello {{1}}",
            "message_template_footer": "Bye",
            "message_template_buttons": [
                {
                    "message_template_button_type": "PHONE_NUMBER",
                    "message_template_button_text": "Call",
                    "message_template_button_phone_number": "+15550783881",
                }
            ],
        },
    ),
    *_named(
        "template_category_update",
        {**TEMPLATE, "new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": 1},
        {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"},
    ),
    *_named("template_correct_category_detection", {**TEMPLATE, "suggested_category": "MARKETING"}),
    *_named(
        "phone_number_quality_update",
        {**_NUMBER, "event": "THROUGHPUT_UPGRADE", "max_daily_conversations_per_business": "TIER_UNLIMITED"},
        {**_NUMBER, "event": "FLAGGED", "current_limit": "TIER_1K"},
    ),
    *_named("phone_number_name_update", {**_NUMBER, "decision": "APPROVED", "requested_verified_name": "Lucky Shrub"}),
    *_named("business_capability_update", {"max_daily_conversations_per_business": 2000}),
    *_named("account_review_update", {"decision": "APPROVED"}),
    *_named(
        "account_alerts",
        {"entity_type": "BUSINESS", "alert_info": {"alert_severity": "WARNING", "alert_type": "OBA_REJECTED"}},
    ),
    *_named("security", {**_NUMBER, "event": "PIN_RESET_REQUEST", "requester": "61555822107539"}),
    *_named(
        "user_preferences",
        _of_number(
            contacts=[CONTACT],
            user_preferences=[
                {
                    "wa_id": "16505551234",
                    "user_id": CONTACT["user_id"],
                    "category": "marketing_messages",
                    "value": value,
                    "timestamp": 1731705721,
                }
                for value in ("resume", "stop", "signup")
            ],
        ),
    ),
    *_named("account_update", *ACCOUNT),
    *_named(
        "flows",
        {"event": "FLOW_STATUS_CHANGE", "message": "x", "flow_id": "1", "new_status": "PUBLISHED"},
        {"event": "ENDPOINT_LATENCY", "p90_latency": 1, "alert_state": "ACTIVATED"},
    ),
    *_named(
        "history",
        _of_number(
            history=[
                {
                    "metadata": {"phase": 0, "chunk_order": 1, "progress": 55},
                    "threads": [
                        {
                            "id": "16505551234",
                            "messages": [
                                {"from": DISPLAY, "id": "wamid.H1", **_OLD},
                                {"from": "16505551234", "id": "wamid.H2", **_OLD},
                                {"from": "16505551234", "id": "wamid.H3", **_OLD, "type": "media_placeholder"},
                            ],
                        }
                    ],
                }
            ]
        ),
        _of_number(history=[{"errors": [{"code": 2593109, "title": "declined"}]}]),
        _of_number(messages=[{"from": "16505551234", "id": "wamid.H3", **_OLD, "type": "image", "image": {"id": "7"}}]),
    ),
    *_named(
        "smb_message_echoes",
        _of_number(message_echoes=[{**_ECHO, "id": "wamid.E1", "type": "text", "text": {"body": "from the app"}}]),
        _of_number(
            message_echoes=[
                {**_ECHO, "id": "wamid.E2", "type": "revoke", "revoke": {"original_message_id": "wamid.E1"}}
            ]
        ),
    ),
    *_named(
        "smb_app_state_sync",
        _of_number(
            state_sync=[
                {
                    "type": "contact",
                    "contact": {"full_name": "Pablo Morales", "phone_number": "16505551234"},
                    "action": action,
                    "metadata": {"timestamp": "1739321024"},
                }
                for action in ("add", "remove")
            ]
        ),
    ),
    *_named("business_username_update", {**_NUMBER, "username": "lucky", "status": "approved"}),
    *_named("standby", _of_number(standby={"contacts": [CONTACT], "messages": [TEXT]})),
    *_named(
        "standby",
        _of_number(
            standby={
                "message_echoes": [
                    {
                        "id": "wamid.A1",
                        "timestamp": "1739321024",
                        "message": {
                            "to": "16505551234",
                            "recipient": "16505551234",
                            "recipient_type": "individual",
                            "type": "text",
                            "text": {"body": "9 to 5"},
                        },
                    }
                ]
            }
        ),
        _of_number(standby={"statuses": [{**STATUS, "biz_opaque_callback_data": ""}]}),
    ),
    *_named(
        "messaging_handovers",
        {
            "sender": {"phone_number": "16505551234"},
            "recipient": METADATA,
            "type": "control_passed",
            "timestamp": "1739321024",
            "control_passed": {"previous_owner_app_role": "meta_business_agent", "metadata": "customer_request"},
        },
    ),
    *_named("automatic_events", _of_number(automatic_events=[{"id": "wamid.1", "event_name": "Purchase"}])),
    *_named("tracking_events", {"events": [{"event_name": "x", "timestamp": 1, "tracking_data": {"click_id": "c"}}]}),
    *_named("partner_solutions", {"event": "SOLUTION_CREATED", "solution_id": "774485461512159"}),
    *_named("field_of_tomorrow", {"any": ["thing"]}),
]
