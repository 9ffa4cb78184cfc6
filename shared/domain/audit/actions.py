"""What can be done, by the codes that entries of the audit log have. A code never changes its meaning."""

from enum import StrEnum


class Action(StrEnum):
    TENANT_CHANGED = "tenant.changed"
    TENANT_PLAN_CHANGED = "tenant.plan_changed"
    TENANT_SUSPENDED = "tenant.suspended"
    TENANT_REINSTATED = "tenant.reinstated"
    TENANT_SENDING_STOPPED = "tenant.sending_stopped"
    TENANT_SENDING_RESUMED = "tenant.sending_resumed"

    SUPPORT_ACCESS_STARTED = "support_access.started"
    SUPPORT_ACCESS_ENDED = "support_access.ended"

    MEMBER_JOINED = "member.joined"
    MEMBER_PROFILE_CHANGED = "member.profile_changed"
    MEMBER_AVAILABILITY_CHANGED = "member.availability_changed"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_OWNERSHIP_TRANSFERRED = "member.ownership_transferred"
    MEMBER_REMOVED = "member.removed"
    MEMBER_LEFT = "member.left"
    MEMBER_PASSWORD_CHANGED = "member.password_changed"  # noqa: S105 - a code
    MEMBER_PASSWORD_RESET = "member.password_reset"  # noqa: S105 - a code
    MEMBER_EMAIL_CHANGED = "member.email_changed"
    MEMBER_LOCKED = "member.locked"
    MEMBER_SESSIONS_ENDED = "member.sessions_ended"
    MEMBER_SECOND_FACTOR_ENABLED = "member.second_factor_enabled"
    MEMBER_SECOND_FACTOR_DISABLED = "member.second_factor_disabled"
    MEMBER_RECOVERY_CODES_REPLACED = "member.recovery_codes_replaced"

    INVITATION_CREATED = "invitation.created"
    INVITATION_RESENT = "invitation.resent"
    INVITATION_REVOKED = "invitation.revoked"

    API_KEY_CREATED = "api_key.created"
    API_KEY_ROTATED = "api_key.rotated"
    API_KEY_DELETED = "api_key.deleted"

    ONBOARDING_STARTED = "onboarding.started"
    ONBOARDING_CONTINUED = "onboarding.continued"
    ACCOUNT_CONNECTED = "account.connected"
    ACCOUNT_DISCONNECTED = "account.disconnected"
    ACCOUNT_STATUS_CHANGED = "account.status_changed"
    NUMBER_DISCONNECTED = "number.disconnected"
    NUMBER_STATUS_CHANGED = "number.status_changed"
    NUMBER_PROFILE_CHANGED = "number.profile_changed"

    FIELD_CREATED = "field.created"
    FIELD_DELETED = "field.deleted"
    CONTACT_CREATED = "contact.created"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_OPTED_OUT = "contact.opted_out"
    CONTACT_OPTED_IN = "contact.opted_in"
    CONTACT_DELETED = "contact.deleted"
    CONTACT_ERASED = "contact.erased"
    IMPORT_CREATED = "import.created"
    IMPORT_STARTED = "import.started"

    TEMPLATE_CREATED = "template.created"
    TEMPLATE_CHANGED = "template.changed"
    TEMPLATE_DELETED = "template.deleted"
    TEMPLATE_RESUMED = "template.resumed"
    TEMPLATE_STATUS_CHANGED = "template.status_changed"
    TEMPLATE_DRAFT_CREATED = "template_draft.created"
    TEMPLATE_DRAFT_CHANGED = "template_draft.changed"
    TEMPLATE_DRAFT_DELETED = "template_draft.deleted"
    TEMPLATE_DRAFT_SUBMITTED = "template_draft.submitted"

    SEGMENT_CREATED = "segment.created"
    SEGMENT_CHANGED = "segment.changed"
    SEGMENT_DELETED = "segment.deleted"

    CAMPAIGN_CREATED = "campaign.created"
    CAMPAIGN_LAUNCHED = "campaign.launched"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_RESUMED = "campaign.resumed"
    CAMPAIGN_CANCELLED = "campaign.cancelled"
    CAMPAIGN_RETRIED = "campaign.retried"
    CAMPAIGN_UNKNOWN_RESENT = "campaign.unknown_resent"
    RATE_CARD_SET = "rate_card.set"

    LABEL_CREATED = "label.created"
    LABEL_CHANGED = "label.changed"
    LABEL_DELETED = "label.deleted"
    CANNED_REPLY_CREATED = "canned_reply.created"
    CANNED_REPLY_CHANGED = "canned_reply.changed"
    CANNED_REPLY_DELETED = "canned_reply.deleted"

    MEDIA_CREATED = "media.created"
    MEDIA_COMPLETED = "media.completed"
    MEDIA_DELETED = "media.deleted"

    WEBHOOK_ENDPOINT_CREATED = "webhook_endpoint.created"
    WEBHOOK_ENDPOINT_CHANGED = "webhook_endpoint.changed"
    WEBHOOK_ENDPOINT_DELETED = "webhook_endpoint.deleted"
    WEBHOOK_ENDPOINT_SECRET_ROTATED = "webhook_endpoint.secret_rotated"  # noqa: S105 - a code
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint.disabled"

    BOT_CREATED = "bot.created"
    BOT_CHANGED = "bot.changed"
    BOT_DELETED = "bot.deleted"
