"""A template on one's own phone: a single message like any other, with the same gate and the same outcomes."""

from collections.abc import Iterator
from contextlib import contextmanager

from functions.api.contacts.actions import put_contact
from functions.api.contacts.models import ContactIn
from functions.api.contacts.parts import ContactParts
from functions.api.http.request import caller, new_router
from functions.api.http.routing import effect, operation
from functions.api.http.wiring import parts_for
from functions.api.inbox.models import MessageOut
from functions.api.inbox.parts import ConversationParts
from functions.api.inbox.sending.draft import compiled_template, draft_of
from functions.api.inbox.sending.models import MessageIn
from functions.api.inbox.template_test_models import TemplateTestIn
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.contacts.identity import conversation_id_for
from shared.domain.templates.problem import CompileError, Problem
from shared.errors import AppError, NotFound
from shared.store.conversations.conversations import Head

router = new_router()
deps = parts_for(router, ConversationParts)
contact_deps = parts_for(router, ContactParts)


@router.post(
    "/v1/template-tests",
    **effect(
        Scope.CONVERSATIONS, "templates", "test_template", summary="Send a template to a number of your own", status=201
    ),
)
def post_test(body: TemplateTestIn) -> MessageOut:
    """The number is a contact from then on, and what is sent stands in its conversation. Somebody who said no gets
    nothing: 409 `opted_out`. Meta charges for it as for any other."""
    parts, principal, request, now = deps(), caller(router), operation(router), epoch_ms()
    tenant_id = principal.tenant_id
    try:
        number = parts.accounts.number(tenant_id, body.phone_number_id)
    except NotFound as exc:
        raise NotFound("there is no such number", field="phone_number_id") from exc
    message = body.message()
    # Before anybody is a contact: what is refused leaves nothing behind. What was begun before is told as it stands.
    if not request.is_retry:
        number.require_active(now)
    with _placed_in_body():
        compiled = compiled_template(parts.drafts, tenant_id, number.phone_number_id, message.template, now)
    contact, _ = put_contact(contact_deps(), tenant_id, ContactIn(phone=body.phone), now)
    conversation_id = conversation_id_for(tenant_id, number.phone_number_id, contact.contact_id)
    head = Head(conversation_id, number.phone_number_id, contact.contact_id, contact.shown_name, contact.phone or "")
    conversation, _ = parts.conversations.open(tenant_id, head, now)
    with _placed_in_body():
        draft = draft_of(parts.drafts, principal, conversation, MessageIn(root=message), request, now, compiled)
    return MessageOut.of(parts.sender.send(tenant_id, conversation.conversation_id, draft, now))


@contextmanager
def _placed_in_body() -> Iterator[None]:
    """Has what is wrong named where it stands in this body, which has no `template` around it."""
    try:
        yield
    except CompileError as error:
        raise CompileError([Problem(_here(found.field), found.message) for found in error.problems]) from error
    except AppError as error:
        error.field = _here(error.field or "") or None
        raise


def _here(field: str) -> str:
    return field.removeprefix("template.")
