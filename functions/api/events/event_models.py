"""What events carry. Only the API's description reads these models: events are made without them."""

from typing import Annotated

from pydantic import Field

from functions.api.http.fields import Output, open_to
from functions.api.inbox.models import ConversationOut, MessageOut, MessageStatus
from shared.domain.campaigns.campaign import State
from shared.domain.webhooks.endpoint import FAILING, GONE
from shared.domain.webhooks.recipient_outcomes import MOST_PEOPLE, RecipientOutcome
from shared.domain.webhooks.tenant_event import MAX_REPRESENTATION
from shared.ids import CampaignId, ContactId, ConversationId, PhoneNumberId

_TOO_LARGE = f"null when it is larger than {MAX_REPRESENTATION // 1024} KB of JSON: then read it"


Changed = Annotated[
    list[str],
    Field(description="names of what is different, where something was there before; more may come"),
]


class MessageEventData(Output):
    conversation_id: ConversationId
    message_id: str
    status: MessageStatus | None = Field(description="of an outgoing message; null for an incoming one")
    error_code: str | None = Field(description="Meta's code, or ours, of what failed")
    message: MessageOut | None = Field(description=_TOO_LARGE)
    changed: Changed = Field(default_factory=list)


class ConversationEventData(Output):
    conversation_id: ConversationId
    contact_id: ContactId
    phone_number_id: PhoneNumberId
    conversation: ConversationOut | None = Field(description=_TOO_LARGE)
    changed: Changed = Field(default_factory=list)


class CampaignEventData(Output):
    campaign_id: CampaignId
    name: str
    phone_number_id: PhoneNumberId
    status: Annotated[str, open_to(*State)] = Field(description="which it has come to")
    reason: str | None = Field(description="a code: why it stands still or ended early; null when nothing is wrong")
    next_action: str | None = Field(description="what can be done about the reason, in words")
    changed: Changed = Field(default_factory=list)


class RecipientOutcomeData(Output):
    contact_id: ContactId
    outcome: Annotated[str, open_to(*RecipientOutcome)] = Field(
        description="how far the message to this person came, by what is told here; or, beside it, that they answered"
    )
    code: str | None = Field(
        None, description="of what failed: Meta's error code; of who was skipped: the reason; absent otherwise"
    )


class CampaignRecipientsData(Output):
    campaign_id: CampaignId
    recipients: list[RecipientOutcomeData] = Field(min_length=1, max_length=MOST_PEOPLE)


class EndpointDisabledData(Output):
    endpoint_id: str
    reason: Annotated[str, open_to(FAILING, GONE)] = Field(
        description="`failing`: nothing arrived for five days; `gone`: it answered 410"
    )


class EndpointBacklogFullData(Output):
    endpoint_id: str


class EndpointTestData(Output):
    endpoint_id: str


class EndpointVerificationData(Output):
    endpoint_id: str
    challenge: str = Field(description='to be given back in the answer: as its body, or as `{"challenge": "…"}`')
