"""Members and invitations, for the OpenAPI document."""

from functions.api.accounts.sessions.described import PROOF, TRIED
from functions.api.http.description import Advice, Description

_MEMBER = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0MB",
    "email": "rui@aurora.example",
    "name": "Rui Lima",
    "role": "agent",
    "available": True,
    "agent": True,
    "revision": 1,
}
_INVITATION = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0NV",
    "email": "rui@aurora.example",
    "role": "agent",
    "invited_by": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
    "status": "open",
    "mail": "sent",
    "mail_error": None,
    "mailed_at": "2026-11-30T09:00:00Z",
    "created_at": "2026-11-30T09:00:00Z",
    "expires_at": "2026-12-07T09:00:00Z",
}
_PASSWORD = "Correct-horse-9-battery"  # noqa: S105 - an example

DESCRIPTION = Description(
    tags={
        "members": "The people who work for the tenant.",
        "invitations": "Those who are to join them.",
    },
    problems={
        "update_member": {403: ("wider_role",), 409: ("changed_meanwhile", "last_owner")},
        "delete_member": {403: ("wider_role",), 409: ("last_owner",)},
        "assign_ownership": {404: ("not_found",), **PROOF, 409: ("changed_meanwhile", "last_owner")},
        "close_membership": {404: ("not_found",), **PROOF, 409: ("last_owner",)},
        "create_invitation": {
            402: ("plan_limit",),
            403: ("wider_role",),
            409: ("already_invited", "already_member"),
            422: ("too_many_invitations",),
            **TRIED,
        },
        "resend_invitation": {
            403: ("wider_role",),
            409: ("invitation_accepted", "invitation_over"),
            **TRIED,
        },
        "delete_invitation": {403: ("wider_role",), 409: ("invitation_accepted",)},
        "open_invitation": {
            **PROOF,
            402: ("plan_limit",),
            403: (*PROOF[403], "tenant_suspended"),
            404: ("not_found",),
            409: ("account_exists", "already_member", "in_another_team", "invitation_over"),
            422: ("policy_not_current", "weak_password", "wrong_code"),
        },
    },
    errors={
        "account_exists": Advice(
            "The invited address got an account at this moment.",
            "Repeat the call with the password of that account.",
        ),
        "already_invited": Advice("The address is invited already.", "Resend that invitation, or revoke it first."),
        "already_member": Advice("The person is a member of this team.", "Nothing is left to do."),
        "in_another_team": Advice(
            "The account belongs to another business.",
            "Leave that one first, be invited under another address, or, as its only owner, give that account another "
            "address (`start_email_change`) and follow the link again.",
        ),
        "invitation_accepted": Advice("Somebody has accepted the invitation.", "Remove the member instead."),
        "invitation_over": Advice(
            "The invitation was accepted or revoked, has run out, never was, or its sender may not invite any more.",
            "Ask whoever invited you for another one.",
        ),
        "last_owner": Advice(
            "The team would have no owner.",
            "Make somebody else an owner, or transfer the ownership, first.",
        ),
        "too_many_invitations": Advice(
            "The tenant has as many invitations as there can be.",
            "Revoke those that nobody is going to accept.",
        ),
        "wider_role": Advice("The role may do more than the caller.", "Ask an owner."),
    },
    examples={
        "{invitation_id}": _INVITATION["id"],
        "TeamMemberOut": _MEMBER,
        "AvailabilityIn": {"available": True},
        "RoleIn": {"role": "marketer", "revision": 1},
        "TransferIn": {"member_id": _MEMBER["id"], "password": _PASSWORD},
        "InvitationIn": {"email": "rui@aurora.example", "role": "agent"},
        "InvitationOut": _INVITATION,
        "AcceptanceIn": {
            "token": "01JG7Q4W8ZC3N5X6Y7V8B9A0TA.01JG7Q4W8ZC3N5X6Y7V8B9A0NV.Wm3…",
            "password": _PASSWORD,
            "name": "Rui Lima",
            "policy_version": "2026-11",
        },
        "AcceptanceOut": {
            "tenant_id": "01JG7Q4W8ZC3N5X6Y7V8B9A0TA",
            "member_id": "01JG7Q4W8ZC3N5X6Y7V8B9A0NV",
            "role": "agent",
        },
    },
)
