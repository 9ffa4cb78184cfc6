"""Search of the inbox."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.contacts.models import ContactOut
from functions.api.http.fields import ULID
from functions.api.http.request import caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from functions.api.inbox.desk_models import LabelOut
from functions.api.inbox.lookup_parts import SearchParts
from functions.api.inbox.models import ConversationOut, MessageOut
from functions.api.inbox.search import Search, check
from functions.api.inbox.search_models import MessageHitOut, SearchOut
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, SearchParts)


@router.get("/v1/search", **secured(Scope.READ, "search", "search_inbox", summary="Find people and what was said"))
def get_search(
    q: Annotated[str, Query(max_length=200, description="a name, words, or the last digits of a number")] = "",
    label: Annotated[
        str | None, Query(pattern=ULID, description="only conversations with the label of this id")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="how many of each kind at most")] = 20,
) -> SearchOut:
    """By name (the beginning of each part), by phone number in any notation or by its last three digits or more, and by
    the words of a message: all of them, the last one also by its beginning; and by how a phone number in it ends, such
    as a card's. Case and accents do not matter, nor how a keyboard writes a letter (Łukasz, lukasz).

    Of a message its first 25 words of three letters or more are found; what bots said is not. At most 100 messages and
    100 people are looked at, the newest first: `complete` says whether that was all.
    """
    now = epoch_ms()
    tenant_id = caller(router).tenant_id
    found = Search(deps(), tenant_id, check(q), label or "", limit).run()
    known = deps().fields.all(tenant_id) if found.contacts else ()
    return SearchOut(
        conversations=[ConversationOut.of(conversation, now) for conversation in found.conversations],
        messages=[
            MessageHitOut(message=MessageOut.of(hit.message), conversation=ConversationOut.of(hit.conversation, now))
            for hit in found.messages
        ],
        contacts=[ContactOut.of(contact, known) for contact in found.contacts],
        labels=[LabelOut.of(label) for label in found.labels],
        complete=found.complete,
    )
