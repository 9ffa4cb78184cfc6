"""A template variable's mapping as the API takes and shows it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from functions.api.http.fields import Input
from shared.domain.templates.compiler import Variable
from shared.domain.templates.parameter_checks import JSON_LIMIT


class VariableModel(Input):
    source: Literal["contact", "field", "constant", "media"]
    value: Annotated[str, StringConstraints(min_length=1, max_length=JSON_LIMIT)] = Field(
        description="the contact's attribute, the custom field's key, the constant itself, or the id of a file under "
        "/v1/media; a constant medium is a link or Meta's id of uploaded media; `flow_data` and `sections` are JSON as "
        "Meta takes them"
    )
    fallback: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        None, description="for people without a value"
    )
    kind: Literal["text", "currency", "date_time"] = Field("text", description="body variables only")
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] | None = Field(
        None, description="ISO 4217 code, for kind currency"
    )
    format: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None,
        description="for kind date_time: YYYY, YY, MM, M, DD, D, HH and mm stand for the parts, [text] for itself; "
        "YYYY-MM-DD when left out",
    )

    def to_variable(self) -> Variable:
        fallback, currency, form = self.fallback or "", self.currency or "", self.format or ""
        return Variable(self.source, self.value, fallback, self.kind, currency, form)

    @classmethod
    def of(cls, variable: Variable) -> "VariableModel":
        return cls(
            source=variable.source,
            value=variable.value,
            fallback=variable.fallback or None,
            kind=variable.kind,
            currency=variable.currency or None,
            format=variable.format or None,
        )
