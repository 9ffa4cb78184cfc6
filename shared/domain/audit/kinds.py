"""What entries of the audit log are about, and which fields of it they show.

A field's value is shown where whoever may read the log may see it for as long as the log is kept. What is personal data
of a contact, a text of a message, or a secret, is not: those fields are named at most. What the platform notes for
itself is left out.
"""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    TENANT = "tenant"
    MEMBER = "member"
    INVITATION = "invitation"
    API_KEY = "api_key"
    ACCOUNT = "account"
    NUMBER = "number"
    ONBOARDING = "onboarding"
    TEMPLATE = "template"
    TEMPLATE_DRAFT = "template_draft"
    FIELD = "field"
    CONTACT = "contact"
    IMPORT = "import"
    SEGMENT = "segment"
    CAMPAIGN = "campaign"
    RATE_CARD = "rate_card"
    BOT = "bot"
    LABEL = "label"
    CANNED_REPLY = "canned_reply"
    MEDIA = "media"
    WEBHOOK_ENDPOINT = "webhook_endpoint"
    SUPPORT_ACCESS = "support_access"


class Show(StrEnum):
    VALUE = "value"
    NAME = "name"
    """That it changed, without what it was and is."""
    NOTHING = "nothing"


def _fields(value: str, *, name: str = "", nothing: str = "") -> Mapping[str, Show]:
    rows = ((Show.VALUE, value), (Show.NAME, name), (Show.NOTHING, nothing))
    return {field: show for show, names in rows for field in names.split()}


FIELDS: Mapping[Kind, Mapping[str, Show]] = {
    Kind.TENANT: _fields(
        "name country plan subscription_status language time_zone logo_file_id suspension",
        name="customer_id",
        nothing="tenant_id created_at number_plans respelled revision",
    ),
    Kind.MEMBER: _fields(
        "role available name language time_zone policy_version removed_at",
        name="email phone",
        nothing="member_id subject created_at policy_at revision",
    ),
    Kind.INVITATION: _fields(
        "role expires_at mail accepted_by revoked",
        name="email",
        nothing="invitation_id invited_by secret_hash created_at mail_error mailed_at accepted_at",
    ),
    Kind.API_KEY: _fields(
        "name scopes hint expires_at former_until",
        nothing="key_id key_hash former_hash created_at created_by",
    ),
    Kind.ACCOUNT: _fields(
        "name currency status reason messaging_limit review token_expires_at",
        name="token",
        nothing="waba_id connected_at limit_at reviewed_at asked_at",
    ),
    Kind.NUMBER: _fields(
        "waba_id display verified_name throughput quality status reason restricted_until answers_restricted "
        "username name_status can_send",
        nothing="phone_number_id connected_at history_declined history_percent stopped_at restored_at quality_at "
        "name_at username_at throughput_at name_status_at reasons health_at asked_at",
    ),
    Kind.ONBOARDING: _fields(
        "account_name coexistence",
        name="waba_id phone_number_id numbers token",
        nothing="onboarding_id created_at member_id updated_at currency synced token_expires_at steps run run_until",
    ),
    Kind.TEMPLATE: _fields(
        "waba_id name language category status parameter_format rejected_reason quality next_category version "
        "ttl_seconds",
        name="components",
        nothing="template_id updated_at category_at quality_at text_at next_category_at version_at edits draft_id "
        "revision changing changing_at",
    ),
    Kind.TEMPLATE_DRAFT: _fields(
        "waba_id copied_from",
        name="content",
        nothing="draft_id created_at created_by updated_at submitting_at submitting_by revision",
    ),
    Kind.FIELD: _fields("key label kind"),
    Kind.CONTACT: _fields(
        "",
        name="phone bsuid name region fields tags opted_out_at opt_out_source profile_name username given_name "
        "last_name language time_zone email",
        nothing="contact_id last_inbound_at created_at updated_at merged moved_at deleted_at revision",
    ),
    Kind.IMPORT: _fields(
        "status total_rows created_fields error_code",
        name="filename options",
        nothing="import_id created_at created_by etag counts ignored_columns rejections rejected_by_code error "
        "started_at finished_at owner leased_until attempts",
    ),
    # A condition may name a person.
    Kind.SEGMENT: _fields("name revision", name="text", nothing="segment_id tree created_at updated_at created_by"),
    Kind.CAMPAIGN: _fields(
        "name phone_number_id waba_id template_id category audience state reason start_at frequency_cap weight "
        "unknown_policy",
        name="variables",
        nothing="campaign_id sharp begins_at created_at created_by frozen_at load_order started_at finished_at "
        "resumed_at resumed_from held_until stands_since rests_until sizes lanes cursors plan skipped segments",
    ),
    Kind.RATE_CARD: _fields("currency rates", nothing="updated_at revision"),
    Kind.BOT: _fields("name phone_number_id enabled", name="rules", nothing="bot_id created_at folded_by revision"),
    Kind.LABEL: _fields("name colour", nothing="label_id created_at revision"),
    Kind.CANNED_REPLY: _fields("shortcut", name="text", nothing="reply_id created_at updated_at revision"),
    Kind.MEDIA: _fields(
        "mime_type kind size status reason voice",
        name="filename",
        nothing="file_id sha256 created_at created_by meta",
    ),
    Kind.WEBHOOK_ENDPOINT: _fields(
        "events description enabled disabled_reason",
        name="url secrets challenge",
        nothing="endpoint_id failing_since failures paused_until created_at disabled_at untold revision",
    ),
    Kind.SUPPORT_ACCESS: _fields(
        "operator_email reason expires_at ended_at",
        nothing="access_id operator_id opened_at token_hash subject session issued_at ended_by",
    ),
}
"""Every field of every kind, as it is stored."""

SHOWN_AS: Mapping[str, str] = {"state": "status", "display": "phone_number"}
"""Fields that the API calls otherwise than they are stored."""
