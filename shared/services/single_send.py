"""One message to one person: an agent's, a bot's or the API's. The same gate and the same outcomes as a campaign.

The message is stored before it is sent, under a key that its author determines, and only whoever stores it sends it:
a redelivery or a repeated request finds it there and sends nothing. So everything that sending needs is at hand before
it is stored, and Meta's answer is awaited for less time than the sender has: what was stored and not sent is lost.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from shared.clients.graph import GraphAccess, GraphClient, wait_for
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.callback import SingleSend, encode_single
from shared.domain.campaigns.endpoint import MARKETING_ENDPOINT, USUAL_ENDPOINT, Route
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.domain.campaigns.sending_stop import require_sending
from shared.domain.contacts.consent import Purpose, SkipReason, refusal
from shared.domain.contacts.contact import Contact
from shared.domain.conversations.conversation import Conversation, author_of, claim_answer, window_open
from shared.domain.conversations.message import Author, Message
from shared.domain.conversations.message_changes import change_by_sending
from shared.domain.conversations.message_ids import message_key, time_of
from shared.domain.conversations.outgoing_message import own_and_meta_ids, wire_body, with_meta_ids
from shared.domain.media.library import STALE_CODES
from shared.domain.media.message_media import MessageMedia
from shared.errors import AppError, Conflict, NotFound, RetryableError, SendRefused
from shared.ids import ConversationId, PhoneNumberId, TenantId
from shared.services.media import MediaService
from shared.services.meta_access import MetaAccess
from shared.services.same_number import with_no_of_others
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations, Head

WINDOW_CLOSED = "window_closed"
_ATTEMPTS = 3
_DEAD_MS = 60_000
"""By now whoever began it has been ended: functions that send run for less than a minute. It is counted from the time
in the message's id, which may lie before that; then no two are at work (idempotency lease, FIFO queue of the bots)."""
_ANSWER_MS = 20_000
"""So long after it began to work, a sender waits for Meta's last answer: the API's function is ended after 29 s."""
_SHORTEST_SECONDS = 5.0
"""For an answer in any case, however late it is: giving up sooner makes unknown what Meta is about to answer."""
REMEDIES = {
    SkipReason.OPTED_OUT: "this person opted out; they can be written to again once they write or opt in",
    SkipReason.NO_DESTINATION: "this contact has neither a phone number nor a WhatsApp id",
    SkipReason.US_MARKETING: "Meta does not deliver marketing templates to US numbers",
}
_NOT_SENT = frozenset({Kind.REFUSED, Kind.THROTTLED})
_STATUS = {
    Kind.ACCEPTED: "sent",
    Kind.HELD: "sent",
    Kind.REFUSED: "failed",
    Kind.THROTTLED: "failed",
    Kind.UNSENT: "failed",
    Kind.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What to send. `kind` and `content` are a message type and its object (see domain.conversations.outgoing_message);
    `text` is how a person reads it.

    `key` and `at` (epoch ms) make the message's id: the same pair is sent once. `seen_id` is the last message its
    author has seen: it is sent only if nobody else has answered since; "" sends it in any case.
    """

    key: str
    at: EpochMs
    author: Author
    author_id: str
    kind: str
    text: str
    content: Mapping[str, object]
    purpose: Purpose = "conversation"
    reply_to: str = ""
    seen_id: str = ""
    media: MessageMedia | None = None


class SingleSender:
    def __init__(
        self,
        accounts: Accounts,
        contacts: Contacts,
        conversations: Conversations,
        meta: MetaAccess,
        graph: GraphClient,
        stops: SendingStops,
        media: MediaService | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], EpochMs] = epoch_ms,
    ) -> None:
        self._accounts = accounts
        self._contacts = contacts
        self._conversations = conversations
        self._meta = meta
        self._graph = graph
        self._stops = stops
        self._media = media
        self._sleep = sleep
        self._clock = clock

    def send(self, tenant_id: TenantId, conversation_id: ConversationId, draft: Draft, now: EpochMs) -> Message:
        """The stored message with its outcome: sent, failed (with Meta's code) or unknown. `now` is when the caller
        began to work, epoch ms.

        Raises NotFound, SendRefused when the gate, the closed 24-hour window or a stop forbids it (the error says what
        to do instead), Conflict `answered_meanwhile`, and RetryableError while an earlier attempt may be sending it.
        """
        conversation = self._conversations.get(tenant_id, conversation_id)
        # Who was deleted has no number any more, or a no: the gate says which.
        contact = self._contacts.get(tenant_id, conversation.contact_id, deleted=True) if conversation else None
        if conversation is None or contact is None:
            raise NotFound("there is no such conversation")
        # Another conversation than asked for, if that has moved.
        message = _message(conversation.conversation_id, draft)
        number_id, phone = conversation.phone_number_id, contact.phone or ""
        head = Head(message.conversation_id, number_id, contact.contact_id, contact.shown_name, phone)
        messages = self._conversations.messages
        # Before the gate: what was begun is told as it stands, also when the gate has closed since.
        if messages.get(tenant_id, message.conversation_id, message.message_id) is not None:
            return self._earlier(tenant_id, head, message, draft.seen_id, now)
        require_sending(self._stops.of(tenant_id))
        self._check(with_no_of_others(self._accounts, self._contacts, tenant_id, contact), conversation, draft, now)
        number = self._accounts.number(tenant_id, conversation.phone_number_id)
        if draft.purpose == "conversation":
            number.require_answers(now)
        else:
            number.require_active(now)
        access = self._meta.of_account(tenant_id, self._accounts.waba(tenant_id, number.waba_id), now)
        if draft.seen_id:
            self._claim(tenant_id, message, draft.seen_id, now)
        if not self._conversations.append(tenant_id, head, message):
            return self._earlier(tenant_id, head, message, draft.seen_id, now)
        outcome = self._deliver(tenant_id, conversation, contact, message, access, draft.purpose, now)
        if outcome.kind in _NOT_SENT and outcome.code in STALE_CODES:
            renewed = self._with_new_files(tenant_id, conversation.phone_number_id, message, now)
            if renewed is not None:
                outcome = self._deliver(tenant_id, conversation, contact, renewed, access, draft.purpose, now)
        settled = self._settle(tenant_id, contact, message, outcome, now)
        self._conversations.note_answer(tenant_id, settled, draft.seen_id)
        return settled

    def _settle(
        self, tenant_id: TenantId, contact: Contact, message: Message, outcome: Outcome, now: EpochMs
    ) -> Message:
        """Store what came of it: a no to marketing first, because if its sender dies nothing else tells us of it."""
        if outcome.action is Action.SUPPRESS_MARKETING:
            self._contacts.consent.record(
                tenant_id,
                contact.contact_id,
                opted_out=True,
                source=f"meta_{outcome.code}",
                at=now,
                event_id=f"{message.message_id}-{outcome.code}",
                now=now,
            )
        settled = replace(message, status=_STATUS[outcome.kind], wamid=outcome.message_id, error_code=outcome.code)
        self._conversations.messages.record_status(
            tenant_id,
            message.conversation_id,
            message.message_id,
            settled.status,
            wamid=settled.wamid,
            error_code=settled.error_code,
        )
        return settled

    def _claim(self, tenant_id: TenantId, message: Message, seen_id: str, now: EpochMs) -> None:
        """Of several who answer at once one goes on; the others get Conflict."""

        def claim(void: str) -> None:
            self._conversations.change(
                tenant_id,
                message.conversation_id,
                lambda found: claim_answer(found, seen_id, message.message_id, author=author_of(message), void=void),
            )

        try:
            claim("")
        except Conflict:
            head = self._conversations.get(tenant_id, message.conversation_id)
            answer_id = head.trail.answer_id if head is not None else ""
            began = time_of(answer_id) if answer_id else now
            written = self._conversations.messages.get(tenant_id, message.conversation_id, answer_id)
            if written is not None or began > now - _DEAD_MS:
                raise
            claim(answer_id)

    def _earlier(self, tenant_id: TenantId, head: Head, message: Message, seen_id: str, now: EpochMs) -> Message:
        """The message as an earlier attempt left it. Whether one that died while sending has sent it, nobody knows.

        Raises RetryableError while that attempt may still be at work: queued is an answer to nobody.
        """
        messages = self._conversations.messages
        # It may have died before the conversation's head said that there is a message.
        self._conversations.append(tenant_id, head, message)
        stored = messages.get(tenant_id, message.conversation_id, message.message_id)
        if stored is not None and stored.status == "queued" and stored.at < now - _DEAD_MS:
            messages.record_status(tenant_id, message.conversation_id, message.message_id, "unknown")
            stored = messages.get(tenant_id, message.conversation_id, message.message_id)
        if stored is None or stored.status == "queued":
            raise RetryableError("an earlier attempt may still be sending this message; ask again in a minute")
        self._conversations.note_answer(tenant_id, stored, seen_id)
        return stored

    def _with_new_files(
        self, tenant_id: TenantId, phone_number_id: PhoneNumberId, message: Message, now: EpochMs
    ) -> Message | None:
        """The message with its files uploaded to Meta anew; None when that is not what it was refused for."""
        named = dict(own_and_meta_ids(message.content))
        if self._media is None or not named:
            return None
        try:
            renewed = self._media.renewed(tenant_id, phone_number_id, named.items(), now)
        except AppError:
            return None
        return replace(message, content=with_meta_ids(message.content, {**named, **renewed})) if renewed else None

    def _check(self, contact: Contact, conversation: Conversation, draft: Draft, now: EpochMs) -> None:
        last_inbound = conversation.last_inbound_at
        # Meta tells when they said no in whole seconds; the message that says it must not count as a later one.
        heard = (contact.last_inbound_at, EpochMs(last_inbound // 1000 * 1000) if last_inbound is not None else None)
        latest = max((t for t in heard if t is not None), default=None)
        reason = refusal(replace(contact, last_inbound_at=latest), draft.purpose)
        if reason is not None:
            raise SendRefused(REMEDIES.get(reason, str(reason)), code=str(reason))
        if draft.purpose == "conversation" and not window_open(last_inbound, now):
            raise SendRefused(
                "the 24-hour window is closed: this person has not written for a day; send a template instead",
                code=WINDOW_CLOSED,
            )

    def _deliver(
        self,
        tenant_id: TenantId,
        conversation: Conversation,
        contact: Contact,
        message: Message,
        access: GraphAccess,
        purpose: Purpose,
        began: EpochMs,
    ) -> Outcome:
        body: dict[str, object] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **wire_body(message.kind, message.content),
            "biz_opaque_callback_data": encode_single(
                SingleSend(tenant_id, conversation.conversation_id, message.message_id)
            ),
        }
        body["to" if contact.phone else "recipient"] = contact.phone or contact.bsuid
        if message.reply_to:
            body["context"] = {"message_id": message.reply_to}
        route = Route(MARKETING_ENDPOINT if purpose == "marketing" else USUAL_ENDPOINT)
        while True:
            outcome = self._offer(conversation.phone_number_id, access, body, route, EpochMs(began + _ANSWER_MS))
            if outcome.action is not Action.OTHER_ENDPOINT:
                return outcome

    def _offer(
        self, phone_number_id: PhoneNumberId, access: GraphAccess, body: dict[str, object], route: Route, until: EpochMs
    ) -> Outcome:
        """What an endpoint says to a message; `until` (epoch ms) it is tried again if it was provably not sent."""
        endpoint = route.endpoint
        for attempt in range(_ATTEMPTS):
            seconds = max((until - self._clock()) / 1000, _SHORTEST_SECONDS)
            answer = wait_for(self._graph.send(phone_number_id, access, body, endpoint, seconds=seconds))
            outcome = route.turn(answer, endpoint)
            # Only what was provably not sent is tried again, and nothing where it does not belong.
            sent_on = Action.OTHER_ENDPOINT in (answer.action, outcome.action)
            may_retry = outcome.kind in (Kind.THROTTLED, Kind.UNSENT) and not sent_on
            if not may_retry or attempt == _ATTEMPTS - 1 or self._clock() >= until:
                return outcome
            self._sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")


def _message(conversation_id: ConversationId, draft: Draft) -> Message:
    return Message(
        message_id=message_key(draft.at, draft.key),
        conversation_id=conversation_id,
        direction="out",
        author=draft.author,
        author_id=draft.author_id,
        kind=draft.kind,
        text=draft.text,
        at=draft.at,
        content=draft.content,
        status="queued",
        reply_to=draft.reply_to,
        change=change_by_sending(draft.kind, draft.content),
        media=draft.media,
    )
