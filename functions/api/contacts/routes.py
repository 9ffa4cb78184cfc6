"""Contacts, custom fields and consent."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.contacts.actions import edit_contact, list_contacts, need_contact, note_contact, put_contact
from functions.api.contacts.deletion import delete_contact
from functions.api.contacts.models import (
    ConsentIn,
    ContactIn,
    ContactOut,
    ContactPatch,
    ContactsOut,
    DeletionOut,
    FieldIn,
    FieldOut,
    FieldsOut,
)
from functions.api.contacts.parts import ContactParts
from functions.api.http.fields import ContactPath, Given, epoch_ms_of, moment
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.contacts.contact import Contact, ContactField
from shared.errors import NotFound
from shared.ids import ContactId
from shared.services.same_number import of_same_number

router = new_router()
deps = parts_for(router, ContactParts)


@router.get("/v1/fields", **secured(Scope.READ, "fields", "list_fields", summary="The custom fields of contacts"))
def list_fields(limit: Limit = 50, cursor: CursorText = None) -> FieldsOut:
    """Templates, segments and imports name them by `key`."""
    page = deps().fields.page(caller(router).tenant_id, limit, cursor)
    return FieldsOut(items=[FieldOut.of(field) for field in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/fields", **effect(Scope.CONTACTS, "fields", "create_field", summary="Make a custom field", status=201)
)
def post_field(body: FieldIn) -> FieldOut:
    """Its `kind` says what values it takes; it cannot be changed later."""
    tenant_id, fields = caller(router).tenant_id, deps().fields
    field = ContactField(body.key, body.label or body.key, body.kind)
    fields.create(tenant_id, field, is_retry=operation(router).is_retry)
    return FieldOut.of(field)


@router.delete(
    "/v1/fields/<key>", **secured(Scope.CONTACTS, "fields", "delete_field", summary="Remove a custom field", status=204)
)
def delete_field(
    key: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="key of the custom field")],
) -> None:
    """Values that contacts have of it stay stored, and show again when it is made again."""
    tenant_id, fields = caller(router).tenant_id, deps().fields
    if key not in {field.key for field in fields.all(tenant_id)}:
        raise NotFound("there is no such field")
    fields.delete(tenant_id, key)


def _shown(contact: Contact) -> ContactOut:
    return ContactOut.of(contact, deps().fields.all(caller(router).tenant_id))


@router.get("/v1/contacts", **secured(Scope.READ, "contacts", "list_contacts", summary="Contacts, in order of id"))
def get_contacts(
    tag: Annotated[str, Query(max_length=64, description="only contacts with this tag")] = "",
    updated_since: Annotated[Given | None, Query(description="only what changed then or later, RFC 3339")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> ContactsOut:
    """With `tag` or `updated_since`, a page looks at 2,000 contacts at most: it may hold fewer than `limit`, even none,
    and still have a next one. Changes are those of consent too, but not `last_inbound_at`, nor a name that WhatsApp
    tells. To keep a copy up to date, ask from a minute before the last time on: a change may show after its moment.
    """
    tenant_id = caller(router).tenant_id
    page = list_contacts(
        deps().contacts, tenant_id, tag, epoch_ms_of(updated_since) if updated_since else EpochMs(0), limit, cursor
    )
    known = deps().fields.all(tenant_id)
    return ContactsOut(items=[ContactOut.of(contact, known) for contact in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/contacts",
    **effect(Scope.CONTACTS, "contacts", "create_contact", summary="Make or complete a contact", status=201),
)
def post_contact(body: ContactIn) -> tuple[ContactOut, int]:
    """Found by phone or by `bsuid`: 201 when it was made, 200 when there was one, which is completed then. Blank values
    leave what is stored; consent is not touched.
    """
    contact, fresh = put_contact(deps(), caller(router).tenant_id, body, epoch_ms())
    return _shown(contact), 201 if fresh else 200


@router.get("/v1/contacts/<contact_id>", **secured(Scope.READ, "contacts", "get_contact", summary="A contact"))
def get_contact(contact_id: ContactPath) -> ContactOut:
    """With custom fields, tags and consent."""
    return _shown(need_contact(deps().contacts, caller(router).tenant_id, contact_id))


@router.patch(
    "/v1/contacts/<contact_id>", **secured(Scope.CONTACTS, "contacts", "update_contact", summary="Change a contact")
)
def patch_contact(contact_id: ContactPath, body: ContactPatch) -> ContactOut:
    """What is left out stays as it is; null removes a custom field, and "" what else may be removed. None of it is
    consent, which is changed by opting out and in alone."""
    return _shown(edit_contact(deps(), caller(router).tenant_id, contact_id, body, epoch_ms()))


@router.delete(
    "/v1/contacts/<contact_id>",
    **secured(Scope.CONTACTS, "contacts", "delete_contact", summary="Delete a contact", while_suspended=True),
)
def delete_one_contact(contact_id: ContactPath) -> DeletionOut:
    """Names, number, user id, attributes, fields and tags of the contact go at once. A no stays, under a hash of the
    number and user id. Campaigns under way write to them no more: who has not got it yet is skipped as
    `contact_deleted`, and who has stays in the books. Whoever imports them, makes them again or hears from them
    afterwards makes a new contact, with the no. What was written down elsewhere stays there: conversations, with the
    name and number they were shown with, the numbers and values that campaigns were frozen with, files that were
    imported, and for a day what an Idempotency-Key repeats. Repeated it does nothing more, and answers the same."""
    found = delete_contact(deps(), caller(router).tenant_id, contact_id, epoch_ms())
    return DeletionOut(
        id=found.contact.contact_id,
        deleted_at=moment(found.contact.deleted_at),
        opted_out=found.contact.opted_out_at is not None,
        conversations=list(found.conversations),
    )


@router.post(
    "/v1/contacts/<contact_id>/opt-out",
    **effect(
        Scope.CONTACTS,
        "contacts",
        "opt_out_contact",
        summary="Record that the person wants no more messages",
        while_suspended=True,
    ),
)
def post_opt_out(contact_id: ContactPath, body: ConsentIn) -> ContactOut:
    """No campaign writes to them from then on, under whatever spelling of their number. A tenant that is suspended can
    say so, too, and of somebody who was deleted, for whom the no is kept until they are there again."""
    return _consent(contact_id, body.source, opted_out=True)


@router.post(
    "/v1/contacts/<contact_id>/opt-in",
    **effect(Scope.CONTACTS, "contacts", "opt_in_contact", summary="Record that the person agreed to messages again"),
)
def post_opt_in(contact_id: ContactPath, body: ConsentIn) -> ContactOut:
    """Campaigns may write to them again."""
    return _consent(contact_id, body.source, opted_out=False)


def _consent(contact_id: ContactId, source: str, *, opted_out: bool) -> ContactOut:
    contacts, tenant_id, request = deps().contacts, caller(router).tenant_id, operation(router)
    contact = contacts.get(tenant_id, contact_id, deleted=opted_out)
    if contact is None:
        raise NotFound("there is no such contact")
    # The person said it, whatever spelling of their number another contact of them stands under.
    people = (contact, *of_same_number(contacts, tenant_id, contact, respelled=False))
    for one in dict.fromkeys(person.contact_id for person in people):
        contacts.consent.record(
            tenant_id,
            one,
            opted_out=opted_out,
            source=source,
            at=request.at,
            event_id=request.operation_id,
            now=epoch_ms(),
        )
    # Whoever is deleted meanwhile has said it all the same.
    after = contacts.get(tenant_id, contact.contact_id, deleted=True) or contact
    note_contact(tenant_id, contact, after)
    return _shown(after)
