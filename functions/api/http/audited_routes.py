"""What the audit log says of each route that changes something: the one table, by operationId.

An entry costs 4 WRU beside a write that had 1, and is read by people. So what has a record of its own that names who
did it (a conversation's timeline, a delivery's log, a consent), what only copies what Meta has, and what programs do in
bulk has none here, each with its reason. `GET /v1/audit` says which actions there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.audit.actions import Action
from shared.domain.audit.kinds import Kind


@dataclass(frozen=True, slots=True)
class Audited:
    """`elsewhere`: the change is one of Cognito, Meta or S3, or of another table, so the entry is begun before it and
    ended after it; else it is written in the transaction of the change. `about` is the path parameter with the object's
    id, "caller" where it is the caller, "" where it is what the call makes. `keys`: also what API keys do."""

    action: Action
    kind: Kind
    about: str = ""
    elsewhere: bool = False
    keys: bool = True


@dataclass(frozen=True, slots=True)
class Unaudited:
    reason: str


_NOTHING = Unaudited("nothing is changed by it")
_TIMELINE = Unaudited("the conversation's timeline keeps it, and who did it, as long as its messages")
_OWN_SESSION = Unaudited("a session of one's own; nothing of the tenant changes")
_MAILS_A_CODE = Unaudited("mails a code; nothing changes before it comes back")
_COPIES_META = Unaudited("copies what Meta has; what comes of it is entered as the platform's")
_DELIVERIES = Unaudited("the log of deliveries keeps what was sent")
_OPERATORS_OWN = Unaudited("of an operator, who is of no tenant")
_JOINS = Audited(Action.MEMBER_JOINED, Kind.MEMBER)


def _own(action: Action) -> Audited:
    return Audited(action, Kind.MEMBER, about="caller", elsewhere=True)


ROUTES: Mapping[str, Audited | Unaudited] = {
    # Getting in. A tenant is made with its first owner, by whichever call proves the address.
    "sign_up": _JOINS,
    "log_in": _JOINS,
    "open_session": _JOINS,
    "open_invitation": _JOINS,
    "refresh_login": _OWN_SESSION,
    "refresh_session": _OWN_SESSION,
    "close_session": _OWN_SESSION,
    "resend_code": _MAILS_A_CODE,
    "send_reset_code": _MAILS_A_CODE,
    # Entered by the route itself, once the code has shown whose it is.
    "reset_password": Audited(Action.MEMBER_PASSWORD_RESET, Kind.MEMBER),
    # Oneself.
    "update_caller": Audited(Action.MEMBER_PROFILE_CHANGED, Kind.MEMBER, about="caller"),
    "set_password": _own(Action.MEMBER_PASSWORD_CHANGED),
    "close_all_sessions": _own(Action.MEMBER_SESSIONS_ENDED),
    "start_email_change": _MAILS_A_CODE,
    "complete_email_change": _own(Action.MEMBER_EMAIL_CHANGED),
    "start_second_factor": Unaudited("nobody is asked for its codes before it is confirmed"),
    "complete_second_factor": _own(Action.MEMBER_SECOND_FACTOR_ENABLED),
    "create_recovery_codes": _own(Action.MEMBER_RECOVERY_CODES_REPLACED),
    "delete_second_factor": _own(Action.MEMBER_SECOND_FACTOR_DISABLED),
    "close_membership": Audited(Action.MEMBER_LEFT, Kind.MEMBER, about="caller"),
    # The business and its team.
    "update_tenant": Audited(Action.TENANT_CHANGED, Kind.TENANT),
    "update_member": Audited(Action.MEMBER_ROLE_CHANGED, Kind.MEMBER, about="member_id"),
    "set_member_availability": Audited(Action.MEMBER_AVAILABILITY_CHANGED, Kind.MEMBER, about="member_id"),
    "delete_member": Audited(Action.MEMBER_REMOVED, Kind.MEMBER, about="member_id"),
    "assign_ownership": Audited(Action.MEMBER_OWNERSHIP_TRANSFERRED, Kind.MEMBER),
    "create_invitation": Audited(Action.INVITATION_CREATED, Kind.INVITATION),
    "resend_invitation": Audited(Action.INVITATION_RESENT, Kind.INVITATION, about="invitation_id"),
    "delete_invitation": Audited(Action.INVITATION_REVOKED, Kind.INVITATION, about="invitation_id"),
    "create_api_key": Audited(Action.API_KEY_CREATED, Kind.API_KEY),
    "rotate_api_key": Audited(Action.API_KEY_ROTATED, Kind.API_KEY, about="key_id"),
    "delete_api_key": Audited(Action.API_KEY_DELETED, Kind.API_KEY, about="key_id"),
    # Operators of the platform.
    "start_operator_enrolment": _OPERATORS_OWN,
    "complete_operator_enrolment": _OPERATORS_OWN,
    "close_operator_sessions": _OPERATORS_OWN,
    "suspend_tenant": Audited(Action.TENANT_SUSPENDED, Kind.TENANT, about="tenant_id"),
    "resume_tenant": Audited(Action.TENANT_REINSTATED, Kind.TENANT, about="tenant_id"),
    "open_support_access": Audited(Action.SUPPORT_ACCESS_STARTED, Kind.SUPPORT_ACCESS),
    "close_support_access": Audited(Action.SUPPORT_ACCESS_ENDED, Kind.SUPPORT_ACCESS),
    "reject_support_access": Audited(Action.SUPPORT_ACCESS_ENDED, Kind.SUPPORT_ACCESS, about="access_id"),
    # Numbers.
    "connect_account": Audited(Action.ACCOUNT_CONNECTED, Kind.ACCOUNT, elsewhere=True),
    "start_onboarding": Audited(Action.ONBOARDING_STARTED, Kind.ONBOARDING, elsewhere=True),
    "resume_onboarding": Audited(Action.ONBOARDING_CONTINUED, Kind.ONBOARDING, about="onboarding_id", elsewhere=True),
    "refresh_account": _COPIES_META,
    "refresh_number": _COPIES_META,
    "disconnect_account": Audited(Action.ACCOUNT_DISCONNECTED, Kind.ACCOUNT, about="waba_id", elsewhere=True),
    "disconnect_number": Audited(Action.NUMBER_DISCONNECTED, Kind.NUMBER, about="phone_number_id"),
    "update_profile": Audited(Action.NUMBER_PROFILE_CHANGED, Kind.NUMBER, about="phone_number_id", elsewhere=True),
    # Contacts. Programs that keep a copy write each contact as often as it changes with them.
    "create_field": Audited(Action.FIELD_CREATED, Kind.FIELD),
    "delete_field": Audited(Action.FIELD_DELETED, Kind.FIELD, about="key"),
    "create_contact": Audited(Action.CONTACT_CREATED, Kind.CONTACT, elsewhere=True, keys=False),
    "update_contact": Audited(Action.CONTACT_CHANGED, Kind.CONTACT, about="contact_id", elsewhere=True, keys=False),
    "delete_contact": Audited(Action.CONTACT_DELETED, Kind.CONTACT, about="contact_id", elsewhere=True),
    "opt_out_contact": Audited(Action.CONTACT_OPTED_OUT, Kind.CONTACT, about="contact_id", elsewhere=True),
    "opt_in_contact": Audited(Action.CONTACT_OPTED_IN, Kind.CONTACT, about="contact_id", elsewhere=True),
    "create_import": Audited(Action.IMPORT_CREATED, Kind.IMPORT),
    "import_file": Audited(Action.IMPORT_CREATED, Kind.IMPORT),
    "start_import": Audited(Action.IMPORT_STARTED, Kind.IMPORT, about="import_id"),
    "create_segment": Audited(Action.SEGMENT_CREATED, Kind.SEGMENT),
    "update_segment": Audited(Action.SEGMENT_CHANGED, Kind.SEGMENT, about="segment_id"),
    "delete_segment": Audited(Action.SEGMENT_DELETED, Kind.SEGMENT, about="segment_id"),
    "check_condition": _NOTHING,
    "preview_segment": _NOTHING,
    "show_membership": _NOTHING,
    # Templates.
    "create_template": Audited(Action.TEMPLATE_CREATED, Kind.TEMPLATE, elsewhere=True),
    "update_template": Audited(Action.TEMPLATE_CHANGED, Kind.TEMPLATE, about="template_id", elsewhere=True),
    "delete_template": Audited(Action.TEMPLATE_DELETED, Kind.TEMPLATE, about="template_id", elsewhere=True),
    "resume_template": Audited(Action.TEMPLATE_RESUMED, Kind.TEMPLATE, about="template_id", elsewhere=True),
    "sync_templates": _COPIES_META,
    "check_template": _NOTHING,
    "preview_template": _NOTHING,
    "duplicate_template": Audited(Action.TEMPLATE_DRAFT_CREATED, Kind.TEMPLATE_DRAFT),
    "create_template_draft": Audited(Action.TEMPLATE_DRAFT_CREATED, Kind.TEMPLATE_DRAFT),
    "replace_template_draft": Audited(Action.TEMPLATE_DRAFT_CHANGED, Kind.TEMPLATE_DRAFT, about="draft_id"),
    "delete_template_draft": Audited(Action.TEMPLATE_DRAFT_DELETED, Kind.TEMPLATE_DRAFT, about="draft_id"),
    "submit_template_draft": Audited(Action.TEMPLATE_DRAFT_SUBMITTED, Kind.TEMPLATE, elsewhere=True),
    "create_template_sample": Unaudited("a copy for Meta to look at; the template that names it is entered"),
    "test_template": Unaudited("one message to a number of one's own, which the conversation keeps"),
    # Campaigns.
    "create_campaign": Audited(Action.CAMPAIGN_CREATED, Kind.CAMPAIGN),
    "start_dry_run": _NOTHING,
    "launch_campaign": Audited(Action.CAMPAIGN_LAUNCHED, Kind.CAMPAIGN, about="campaign_id"),
    "pause_campaign": Audited(Action.CAMPAIGN_PAUSED, Kind.CAMPAIGN, about="campaign_id"),
    "resume_campaign": Audited(Action.CAMPAIGN_RESUMED, Kind.CAMPAIGN, about="campaign_id"),
    "cancel_campaign": Audited(Action.CAMPAIGN_CANCELLED, Kind.CAMPAIGN, about="campaign_id"),
    "retry_campaign": Audited(Action.CAMPAIGN_RETRIED, Kind.CAMPAIGN),
    "resend_unknown": Audited(Action.CAMPAIGN_UNKNOWN_RESENT, Kind.CAMPAIGN),
    "set_rate_card": Audited(Action.RATE_CARD_SET, Kind.RATE_CARD),
    # The inbox: what agents do all day.
    "open_conversation": Unaudited("an empty conversation, in which nothing is said yet"),
    "send_message": Unaudited("the message itself says who wrote it, as long as it is kept"),
    "read_conversation": Unaudited("a mark of having read, made with every look"),
    "assign_conversation": _TIMELINE,
    "label_conversation": _TIMELINE,
    "close_conversation": _TIMELINE,
    "snooze_conversation": _TIMELINE,
    "reopen_conversation": _TIMELINE,
    "create_note": _TIMELINE,
    "set_presence": Unaudited("who looks at what, forgotten within minutes"),
    "show_typing": Unaudited("a sign that lasts for seconds"),
    "create_label": Audited(Action.LABEL_CREATED, Kind.LABEL),
    "update_label": Audited(Action.LABEL_CHANGED, Kind.LABEL, about="label_id"),
    "delete_label": Audited(Action.LABEL_DELETED, Kind.LABEL, about="label_id"),
    "create_canned_reply": Audited(Action.CANNED_REPLY_CREATED, Kind.CANNED_REPLY),
    "replace_canned_reply": Audited(Action.CANNED_REPLY_CHANGED, Kind.CANNED_REPLY, about="reply_id"),
    "delete_canned_reply": Audited(Action.CANNED_REPLY_DELETED, Kind.CANNED_REPLY, about="reply_id"),
    "create_media": Audited(Action.MEDIA_CREATED, Kind.MEDIA),
    "complete_media": Audited(Action.MEDIA_COMPLETED, Kind.MEDIA, about="media_id"),
    "delete_media": Audited(Action.MEDIA_DELETED, Kind.MEDIA, about="media_id"),
    # Programs.
    "create_webhook_endpoint": Audited(Action.WEBHOOK_ENDPOINT_CREATED, Kind.WEBHOOK_ENDPOINT),
    "update_webhook_endpoint": Audited(Action.WEBHOOK_ENDPOINT_CHANGED, Kind.WEBHOOK_ENDPOINT, about="endpoint_id"),
    "delete_webhook_endpoint": Audited(Action.WEBHOOK_ENDPOINT_DELETED, Kind.WEBHOOK_ENDPOINT, about="endpoint_id"),
    "rotate_webhook_secret": Audited(
        Action.WEBHOOK_ENDPOINT_SECRET_ROTATED, Kind.WEBHOOK_ENDPOINT, about="endpoint_id"
    ),
    "test_webhook_endpoint": _DELIVERIES,
    "verify_webhook_endpoint": _DELIVERIES,
    "replay_delivery": _DELIVERIES,
    "replay_failed_deliveries": _DELIVERIES,
    "create_bot": Audited(Action.BOT_CREATED, Kind.BOT),
    "replace_bot": Audited(Action.BOT_CHANGED, Kind.BOT, about="bot_id"),
    "delete_bot": Audited(Action.BOT_DELETED, Kind.BOT, about="bot_id"),
}
"""A test holds it to the document: every operation that is no GET has a row, and no other has."""
