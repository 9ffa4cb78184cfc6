"""What a search found."""

from pydantic import Field

from functions.api.contacts.models import ContactOut
from functions.api.http.fields import Output
from functions.api.inbox.desk_models import LabelOut
from functions.api.inbox.models import ConversationOut, MessageOut


class MessageHitOut(Output):
    message: MessageOut
    conversation: ConversationOut


class SearchOut(Output):
    conversations: list[ConversationOut] = Field(description="people found by name or number")
    messages: list[MessageHitOut] = Field(description="messages with all the words, newest first")
    contacts: list[ContactOut] = Field(description="the contact with exactly this number")
    labels: list[LabelOut] = Field(description="labels with such a name; list their conversations by id")
    complete: bool = Field(description="false when there may be more than is shown or was looked at: be more precise")
