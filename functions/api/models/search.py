"""What a search found."""

from pydantic import Field

from functions.api.models.base import Output
from functions.api.models.contacts import ContactOut
from functions.api.models.conversations import ConversationOut, MessageOut
from functions.api.models.inbox import LabelOut


class MessageHitOut(Output):
    message: MessageOut
    conversation: ConversationOut


class SearchOut(Output):
    conversations: list[ConversationOut] = Field(description="people found by name or number")
    messages: list[MessageHitOut] = Field(description="messages with all the words, newest first")
    contacts: list[ContactOut] = Field(description="the contact with exactly this number")
    labels: list[LabelOut] = Field(description="labels with such a name; list their conversations by id")
    complete: bool = Field(description="false when there may be more than is shown or was looked at: be more precise")
