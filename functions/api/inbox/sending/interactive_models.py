"""Interactive messages: buttons, lists, links, forms, products, carousels and requests.

Shapes and limits: Meta, "Interactive messages" of the Cloud API (counts, lengths, unique ids).
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, field_validator, model_validator

from functions.api.http.fields import BY_TYPE, Input, MetaId, of_type
from functions.api.inbox.sending.carousel_models import Carousel
from functions.api.inbox.sending.interactive_part_models import (
    Body,
    Footer,
    Header,
    HeaderText,
    Label,
    LongBody,
    ReplyButton,
    UrlAction,
    differ,
)
from functions.api.inbox.sending.media_models import text

RetailerId = Annotated[str, text(100)]


class ButtonsAction(Input):
    buttons: Annotated[list[ReplyButton], Field(min_length=1, max_length=3)]

    @field_validator("buttons")
    @classmethod
    def _apart(cls, buttons: list[ReplyButton]) -> list[ReplyButton]:
        differ([button.reply.id for button in buttons], "buttons' ids")
        differ([button.reply.title for button in buttons], "buttons' titles")
        return buttons


class Buttons(Input):
    type: Literal["button"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: ButtonsAction


class Row(Input):
    id: Annotated[str, text(200)]
    title: Annotated[str, text(24)]
    description: Annotated[str, text(72)] | None = None


class Section(Input):
    title: Annotated[str, text(24)] | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=10)]


class ListAction(Input):
    button: Label
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @field_validator("sections")
    @classmethod
    def _sections(cls, sections: list[Section]) -> list[Section]:
        rows = [row.id for section in sections for row in section.rows]
        if len(rows) > 10:
            raise ValueError("at most 10 rows in all sections together")
        if len(sections) > 1 and not all(section.title for section in sections):
            raise ValueError("with several sections each needs a title")
        differ(rows, "rows' ids")
        return sections


class ListMessage(Input):
    type: Literal["list"]
    header: HeaderText | None = None
    body: LongBody
    footer: Footer | None = None
    action: ListAction


class CtaUrl(Input):
    type: Literal["cta_url"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: UrlAction


class LocationAction(Input):
    name: Literal["send_location"] = "send_location"


class LocationRequest(Input):
    type: Literal["location_request_message"]
    body: Body
    action: LocationAction = LocationAction()


class FlowPayload(Input):
    screen: Annotated[str, text(200)]
    data: Annotated[dict[str, JsonValue], Field(max_length=100)] | None = None


class FlowParameters(Input):
    flow_message_version: Annotated[str, text(10)] = "3"
    flow_id: MetaId | None = None
    flow_name: Annotated[str, text(200)] | None = None
    flow_token: Annotated[str, text(1000)] | None = None
    flow_cta: Annotated[str, text(30)]
    flow_action: Literal["navigate", "data_exchange"] | None = None
    flow_action_payload: FlowPayload | None = None
    mode: Literal["draft", "published"] | None = None

    @model_validator(mode="after")
    def _one(self) -> "FlowParameters":
        if (self.flow_id is None) == (self.flow_name is None):
            raise ValueError("name the flow by exactly one of flow_id and flow_name")
        return self


class FlowAction(Input):
    name: Literal["flow"] = "flow"
    parameters: FlowParameters


class Flow(Input):
    type: Literal["flow"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: FlowAction


class ProductAction(Input):
    catalog_id: MetaId
    product_retailer_id: RetailerId


class Product(Input):
    type: Literal["product"]
    body: Body | None = None
    footer: Footer | None = None
    action: ProductAction


class ProductItem(Input):
    product_retailer_id: RetailerId


class ProductSection(Input):
    title: Annotated[str, text(24)] | None = None
    product_items: Annotated[list[ProductItem], Field(min_length=1, max_length=30)]


class ProductListAction(Input):
    catalog_id: MetaId
    sections: Annotated[list[ProductSection], Field(min_length=1, max_length=10)]

    @field_validator("sections")
    @classmethod
    def _sections(cls, sections: list[ProductSection]) -> list[ProductSection]:
        if sum(len(section.product_items) for section in sections) > 30:
            raise ValueError("at most 30 products in all sections together")
        if len(sections) > 1 and not all(section.title for section in sections):
            raise ValueError("with several sections each needs a title")
        return sections


class ProductList(Input):
    type: Literal["product_list"]
    header: HeaderText
    body: Body
    footer: Footer | None = None
    action: ProductListAction


class CatalogParameters(Input):
    thumbnail_product_retailer_id: RetailerId


class CatalogAction(Input):
    name: Literal["catalog_message"] = "catalog_message"
    parameters: CatalogParameters | None = None


class CatalogMessage(Input):
    type: Literal["catalog_message"]
    body: Body
    footer: Footer | None = None
    action: CatalogAction = CatalogAction()


class ContactInfoAction(Input):
    name: Literal["request_contact_info"] = "request_contact_info"


class ContactInfoRequest(Input):
    type: Literal["request_contact_info"]
    body: Body
    action: ContactInfoAction = ContactInfoAction()


Interactive = Annotated[
    Annotated[Buttons, of_type("button")]
    | Annotated[ListMessage, of_type("list")]
    | Annotated[CtaUrl, of_type("cta_url")]
    | Annotated[LocationRequest, of_type("location_request_message")]
    | Annotated[Flow, of_type("flow")]
    | Annotated[Product, of_type("product")]
    | Annotated[ProductList, of_type("product_list")]
    | Annotated[CatalogMessage, of_type("catalog_message")]
    | Annotated[Carousel, of_type("carousel")]
    | Annotated[ContactInfoRequest, of_type("request_contact_info")],
    BY_TYPE,
]
