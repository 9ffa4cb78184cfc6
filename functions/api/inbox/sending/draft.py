"""From what a caller asks to send to what is sent: templates compiled, files and messages named as Meta knows them."""

import re
from collections.abc import Mapping
from typing import NamedTuple, cast

from functions.api.http.request import Operation
from functions.api.inbox.sending.files import at_meta, message_media, meta_ids
from functions.api.inbox.sending.models import MediaValue, MessageIn, ReactionMessage, TemplateContent, TemplateMessage
from functions.api.inbox.sending.parts import DraftParts
from functions.api.templates.variable_models import VariableIn
from shared.clock import DAY_MS, EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.contacts.consent import Purpose, purpose_of, refusal
from shared.domain.contacts.contact import Contact
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message_ids import time_of
from shared.domain.conversations.outgoing_message import (
    files_in,
    read_text,
    with_document_names,
    with_meta_ids,
    with_own_ids,
)
from shared.domain.media.library import AtMeta, FileUse
from shared.domain.media.media_types import MediaKind
from shared.domain.media.message_media import MessageMedia
from shared.domain.templates.compiler import (
    CompileError,
    Problem,
    SendPlan,
    Unsendable,
    compile_plan,
    message_body,
    render_text,
    resolve,
)
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import Template, UnsupportedComponent
from shared.domain.templates.variables import Variable, with_files
from shared.errors import InvalidInput, NotFound, SendRefused
from shared.ids import PhoneNumberId, TenantId
from shared.services.single_send import REMEDIES, Draft

REACTION_MS = 30 * DAY_MS
"""Only messages of the last 30 days can be reacted to (Meta, reaction messages)."""
MOST_OFFERED = 10
_OWN_ID = re.compile(r"[0-9]{13}-[0-9A-Za-z]{1,40}")


class Compiled(NamedTuple):
    """`files` are the library's that its variables name, as Meta knows them."""

    template: Template
    plan: SendPlan
    files: Mapping[str, AtMeta]


def draft_of(
    deps: DraftParts,
    principal: Principal,
    conversation: Conversation,
    message: MessageIn,
    request: Operation,
    now: EpochMs,
    compiled: Compiled | None = None,
) -> Draft:
    """What `message` comes to; `compiled` is its template, where that was compiled before. `now` in epoch ms.

    Raises InvalidInput, NotFound and CompileError, which name the field.
    """
    asked, tenant_id = message.root, principal.tenant_id
    kind = asked.type
    purpose: Purpose = "conversation"
    media: MessageMedia | None = None
    if isinstance(asked, TemplateMessage):
        known = compiled or compiled_template(deps, tenant_id, conversation.phone_number_id, asked.template, now)
        content, text, purpose = _template(deps, tenant_id, conversation, known)
    else:
        content = message.content
        if isinstance(asked, ReactionMessage):
            content["message_id"] = _reacted_to(deps, tenant_id, conversation, asked.reaction.message_id, now)
        uses = [(f"{kind}.media_id", use) for use in files_in(kind, content)]
        files = at_meta(deps.media, tenant_id, conversation.phone_number_id, uses, now)
        content = with_meta_ids(content, meta_ids(files))
        if isinstance(own := content.get("media_id"), str):
            media = message_media(tenant_id, files[own])
        content = with_document_names(kind, content, {own: found.file.filename for own, found in files.items()})
        text = read_text(kind, content)
    return Draft(
        key=request.operation_id,
        at=request.at,
        author="api" if principal.is_key else "agent",
        author_id=principal.member_id,
        kind=kind,
        text=text,
        content=content,
        purpose=purpose,
        media=media,
        reply_to=_wamid_of(deps, tenant_id, conversation, asked.reply_to, "reply_to"),
        seen_id=asked.if_last_message_id,
    )


def _wamid_of(deps: DraftParts, tenant_id: TenantId, conversation: Conversation, named: str, field: str) -> str:
    """Meta's id of a message that is named by our id or already by Meta's."""
    if not _OWN_ID.fullmatch(named):
        return named
    found = deps.conversations.messages.get(tenant_id, conversation.conversation_id, named)
    if found is None:
        raise InvalidInput("there is no such message in this conversation", field=field)
    if not found.wamid:
        raise InvalidInput("this message has no WhatsApp id: it was not sent", field=field)
    return found.wamid


def _reacted_to(deps: DraftParts, tenant_id: TenantId, conversation: Conversation, named: str, now: EpochMs) -> str:
    field = "reaction.message_id"
    if _OWN_ID.fullmatch(named) and time_of(named) < now - REACTION_MS:
        raise InvalidInput("this message is older than 30 days; Meta takes no reaction to it", field=field)
    return _wamid_of(deps, tenant_id, conversation, named, field)


def compiled_template(
    deps: DraftParts, tenant_id: TenantId, phone_number_id: PhoneNumberId, asked: TemplateContent, now: EpochMs
) -> Compiled:
    """What can be said of it before it is known to whom it goes. Raises as `draft_of`."""
    template = _own_template(deps, tenant_id, phone_number_id, asked.template_id)
    uses = [
        (f"template.variables.{slot}", FileUse(file_id, _kind_of(slot)))
        for slot, value in asked.variables.items()
        if (file_id := _file_of(value))
    ]
    files = at_meta(deps.media, tenant_id, phone_number_id, uses, now)
    variables = with_files({slot: _variable(value) for slot, value in asked.variables.items()}, files)
    fields = {field.key: field.kind for field in deps.fields.all(tenant_id)} if variables else {}
    try:
        return Compiled(template, compile_plan(template, variables, fields, now), files)
    except CompileError as error:
        raise CompileError([Problem(f"template.{p.field}", p.message) for p in error.problems]) from error


def _template(
    deps: DraftParts, tenant_id: TenantId, conversation: Conversation, compiled: Compiled
) -> tuple[dict[str, object], str, Purpose]:
    """Meta's `template` object, the text that the person reads, and the purpose that the gate goes by. Who was deleted
    has no value to give: that is refused for what the gate would say."""
    template, plan, files = compiled
    contact = deps.contacts.get(tenant_id, conversation.contact_id, deleted=True)
    if contact is None:
        raise NotFound("there is no such conversation")
    try:
        values = resolve(plan, contact)
    except Unsendable as error:
        reason = refusal(contact, purpose_of(template.category)) if contact.deleted_at else None
        if reason is not None:
            raise SendRefused(REMEDIES.get(reason, str(reason)), code=str(reason)) from error
        wording = f"{str(error.reason).replace('_', ' ')}: give a value that fits, or a fallback"
        raise InvalidInput(wording, field=f"template.variables.{error.slot}") from error
    content = with_own_ids(message_body(plan, values), meta_ids(files))
    return content, render_text(template, plan, values), purpose_of(template.category)


def _file_of(value: str | VariableIn | MediaValue) -> str:
    """The file of the library that a value names, or ""."""
    if isinstance(value, MediaValue):
        return value.media_id
    return value.value if isinstance(value, VariableIn) and value.source == "media" else ""


def _kind_of(slot: str) -> MediaKind:
    """As what a file fills a slot, whose name ends so: `header.image`, `card.0.header.video`."""
    kind = slot.rpartition(".")[2]
    if kind not in ("image", "video", "document"):
        raise InvalidInput("only a header's image, video or document takes a file", field=f"template.variables.{slot}")
    return cast("MediaKind", kind)


def _own_template(deps: DraftParts, tenant_id: TenantId, phone_number_id: PhoneNumberId, template_id: str) -> Template:
    try:
        template = deps.templates.get(tenant_id, template_id)
    except NotFound as error:
        raise NotFound("there is no such template", field="template.template_id") from error
    number = deps.accounts.number(tenant_id, phone_number_id)
    if template.waba_id != number.waba_id:
        raise InvalidInput("the template is of another account than the number", field="template.template_id")
    return template


def _variable(value: str | VariableIn | MediaValue) -> Variable:
    if isinstance(value, MediaValue):
        return Variable("media", value.media_id)
    return Variable("constant", value) if isinstance(value, str) else value.to_variable()


def offered_templates(deps: DraftParts, tenant_id: TenantId, conversation: Conversation) -> list[dict[str, object]]:
    """Up to ten approved templates that may be sent to this person now, those that need the fewest variables first.

    Reads the tenant's templates, 0.5 RRU per 4 KB.
    """
    contact = deps.contacts.get(tenant_id, conversation.contact_id, deleted=True)
    number = deps.accounts.number(tenant_id, conversation.phone_number_id)
    found = [
        (template, slots)
        for template in deps.templates.all(tenant_id)
        if template.status == "APPROVED" and template.waba_id == number.waba_id and _may_get(contact, template)
        if (slots := _slots(template)) is not None
    ]
    found.sort(key=lambda pair: (sum(not slot["optional"] for slot in pair[1]), pair[0].name, pair[0].language))
    return [
        {
            "id": template.template_id,
            "name": template.name,
            "language": template.language,
            "category": template.category,
            "variables": slots,
        }
        for template, slots in found[:MOST_OFFERED]
    ]


def _may_get(contact: Contact | None, template: Template) -> bool:
    return contact is not None and refusal(contact, purpose_of(template.category)) is None


def _slots(template: Template) -> list[dict[str, object]] | None:
    """What it takes; None when it cannot be sent from here."""
    try:
        return [{"key": slot.key, "kind": slot.kind, "optional": slot.optional} for slot in slots_of(template)]
    except UnsupportedComponent:
        return None
