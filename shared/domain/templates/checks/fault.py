"""What Meta would refuse of a template, and with which of its numbers.

Source: Meta, error codes (the 2388xxx of templates) and template components. Meta answers all of them with code 100;
the number of the rule, where it has one, is the `error_subcode`. 2388043, of a missing example, is not on Meta's page:
integrators quote it from answers ("missing example", 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

META_CODE = 100
"""Of every refusal of a template's content (Meta, Graph API error codes: invalid parameter)."""


class FaultCode(StrEnum):
    """Stable: clients word them. More may come."""

    NAME = "template_name"
    LANGUAGE = "template_language"
    CATEGORY = "template_category"
    PARAMETER_FORMAT = "template_parameter_format"
    TTL = "template_ttl"
    COMPONENTS = "template_components"
    COMPONENT_TYPE = "component_type"
    COMPONENT_TWICE = "component_twice"
    BODY_MISSING = "body_missing"
    TEXT_MISSING = "text_missing"
    TEXT_TOO_LONG = "text_too_long"
    HEADER_VARIABLES = "header_variables"
    BODY_VARIABLES = "body_variables"
    FOOTER_VARIABLES = "footer_variables"
    VARIABLE_AT_EDGE = "variable_at_edge"
    TOO_MANY_VARIABLES = "too_many_variables"
    EXAMPLE_MISSING = "example_missing"
    SAMPLE_MISSING = "sample_missing"
    HEADER_FORMAT = "header_format"
    FIXED_TEXT = "fixed_text"
    CODE_EXPIRATION = "code_expiration"
    BUTTON_COUNT = "button_count"
    BUTTON_TYPE = "button_type"
    BUTTON_LABEL = "button_label"
    BUTTON_TOO_MANY = "button_too_many"
    BUTTON_ORDER = "button_order"
    BUTTON_URL = "button_url"
    BUTTON_PHONE = "button_phone"
    BUTTON_CODE = "button_code"
    BUTTON_FLOW = "button_flow"
    BUTTON_PRODUCT = "button_product"
    OTP_BUTTON = "otp_button"
    OTP_TYPE = "otp_type"
    OTP_APPS = "otp_apps"
    OTP_TERMS = "otp_terms"
    OFFER = "offer"
    OFFER_COMPONENTS = "offer_components"
    CARD_COUNT = "card_count"
    CARD_COMPONENTS = "card_components"
    CARDS_DIFFER = "cards_differ"


_SUBCODES: Mapping[FaultCode, int] = {
    FaultCode.TEXT_TOO_LONG: 2388040,
    FaultCode.HEADER_VARIABLES: 2388047,
    FaultCode.BODY_VARIABLES: 2388072,
    FaultCode.FOOTER_VARIABLES: 2388073,
    FaultCode.VARIABLE_AT_EDGE: 2388299,
    FaultCode.TOO_MANY_VARIABLES: 2388293,
    FaultCode.EXAMPLE_MISSING: 2388043,
    FaultCode.SAMPLE_MISSING: 2388043,
    FaultCode.FIXED_TEXT: 2388072,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """`pointer` is a JSON pointer (RFC 6901) to the place in the template, such as `/components/0/text`. `message` says
    what to do about it."""

    code: FaultCode
    pointer: str
    message: str

    @property
    def subcode(self) -> int:
        """Meta's number of the rule; 0 where Meta names none."""
        return _SUBCODES.get(self.code, 0)


class Faults(list[Fault]):
    """What was found so far."""

    def say(self, code: FaultCode, pointer: str, message: str) -> None:
        self.append(Fault(code, pointer, message))
