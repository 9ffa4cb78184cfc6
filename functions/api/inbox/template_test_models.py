"""A template sent to one person, to see it on a phone."""

from typing import Annotated

from pydantic import Field, StringConstraints

from functions.api.http.fields import Input, MetaId, NumberRef
from functions.api.inbox.sending.models import SlotKey, TemplateContent, TemplateMessage, TemplateValue


class TemplateTestIn(Input):
    template_id: MetaId
    phone_number_id: NumberRef = Field(description="the number that sends")
    phone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] = Field(
        description="a number of your own; without a country code it is taken to be of the tenant's country"
    )
    variables: Annotated[dict[SlotKey, TemplateValue], Field(max_length=250)] = Field(
        default_factory=dict, description="slot of the template -> its value, or where to take it from as in a campaign"
    )

    def message(self) -> TemplateMessage:
        content = TemplateContent(template_id=self.template_id, variables=self.variables)
        return TemplateMessage(type="template", template=content, reply_to="", if_last_message_id="")
