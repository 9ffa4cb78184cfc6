"""Canned replies: texts to answer with, with places for what is known of the contact."""

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.contacts.actions import need_contact
from functions.api.http.fields import HEX_ID, ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.revisions import revised
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.inbox.desk_models import (
    CannedRepliesOut,
    CannedReplyIn,
    CannedReplyOut,
    CannedReplyUpdate,
    PreviewOut,
)
from functions.api.inbox.lookup_parts import CannedReplyParts
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.contacts.contact import Contact
from shared.domain.conversations.inbox_settings import CannedReply, fill, unknown_places
from shared.errors import InvalidInput
from shared.ids import ContactId, TenantId

router = new_router()
deps = parts_for(router, CannedReplyParts)
ReplyId = Annotated[str, Path(pattern=ULID, description="id of the canned reply")]


def _check_places(tenant_id: TenantId, body: CannedReplyIn) -> None:
    """Raises InvalidInput for a place that nothing could fill."""
    unknown = unknown_places(body.text, [field.key for field in deps().fields.all(tenant_id)])
    if unknown:
        raise InvalidInput(f"nothing is called {{{unknown[0]}}}; correct the name or remove it", field="text")


@router.get(
    "/v1/canned-replies", **secured(Scope.READ, "canned replies", "list_canned_replies", summary="Canned replies")
)
def list_canned_replies(limit: Limit = 50, cursor: CursorText = None) -> CannedRepliesOut:
    """As they are written, with their places; see …/preview for what a contact gets."""
    page = deps().inbox.canned_replies_page(caller(router).tenant_id, limit, cursor)
    return CannedRepliesOut(items=[CannedReplyOut.of(reply) for reply in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/canned-replies",
    **effect(Scope.CONVERSATIONS, "canned replies", "create_canned_reply", summary="Make a canned reply", status=201),
)
def post_canned_reply(body: CannedReplyIn) -> CannedReplyOut:
    """`shortcut` is what agents type to find it; each is there once."""
    tenant_id, request = caller(router).tenant_id, operation(router)
    _check_places(tenant_id, body)
    reply = CannedReply(request.operation_id, body.shortcut, body.text, request.at, request.at)
    deps().inbox.put_canned_reply(tenant_id, reply)
    return CannedReplyOut.of(reply)


@router.get(
    "/v1/canned-replies/<reply_id>",
    **secured(Scope.READ, "canned replies", "get_canned_reply", summary="A canned reply"),
)
def get_canned_reply(reply_id: ReplyId) -> CannedReplyOut:
    """As it is written, with its places."""
    return CannedReplyOut.of(deps().inbox.canned_reply(caller(router).tenant_id, reply_id))


@router.put(
    "/v1/canned-replies/<reply_id>",
    **secured(Scope.CONVERSATIONS, "canned replies", "replace_canned_reply", summary="Replace a canned reply"),
)
def put_canned_reply(reply_id: ReplyId, body: CannedReplyUpdate) -> CannedReplyOut:
    """Shortcut and text are as in the body afterwards."""
    tenant_id, now = caller(router).tenant_id, epoch_ms()
    deps().inbox.canned_reply(tenant_id, reply_id)
    _check_places(tenant_id, body)

    def changed(reply: CannedReply) -> CannedReply:
        after = replace(reply, shortcut=body.shortcut, text=body.text)
        return revised(reply, after, body.revision, stamps={"updated_at": now})

    return CannedReplyOut.of(deps().inbox.change_canned_reply(tenant_id, reply_id, changed))


@router.delete(
    "/v1/canned-replies/<reply_id>",
    **secured(
        Scope.CONVERSATIONS, "canned replies", "delete_canned_reply", summary="Remove a canned reply", status=204
    ),
)
def delete_canned_reply(reply_id: ReplyId) -> None:
    """What was sent with it stays."""
    deps().inbox.delete_canned_reply(caller(router).tenant_id, reply_id)


@router.get(
    "/v1/canned-replies/<reply_id>/preview",
    **secured(Scope.READ, "canned replies", "preview_canned_reply", summary="A reply as one contact gets it"),
)
def get_preview(
    reply_id: ReplyId,
    contact_id: Annotated[
        ContactId | None, Query(pattern=HEX_ID, description="id of the contact who would get it")
    ] = None,
) -> PreviewOut:
    """Without a contact, as somebody gets it of whom nothing is known."""
    parts, tenant_id = deps(), caller(router).tenant_id
    reply = parts.inbox.canned_reply(tenant_id, reply_id)
    contact = need_contact(parts.contacts, tenant_id, contact_id) if contact_id else Contact(ContactId(""))
    text, missing = fill(reply.text, contact)
    return PreviewOut(text=text, missing=missing)
