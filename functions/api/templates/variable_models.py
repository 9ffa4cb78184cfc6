"""A template variable's mapping as the API takes and shows it."""

from typing import Annotated, get_args

from pydantic import Field, StringConstraints

from functions.api.http.fields import Input, Output, open_to
from shared.domain.templates.compiler import Variable
from shared.domain.templates.parameter_checks import JSON_LIMIT
from shared.domain.templates.variables import Source, VariableKind

_VALUE = (
    "the contact's attribute, the custom field's key, the constant itself, or the id of a file under /v1/media; a "
    "constant medium is a link or Meta's id of uploaded media; `flow_data` and `sections` are JSON as Meta takes them"
)
_FALLBACK = "for people without a value"
_KIND = "body variables only"
_CURRENCY = "ISO 4217 code, for kind currency"
_FORMAT = (
    "for kind date_time: YYYY, YY, MM, M, DD, D, HH and mm stand for the parts, [text] for itself; YYYY-MM-DD where "
    "there is none"
)


class VariableIn(Input):
    source: Source
    value: Annotated[str, StringConstraints(min_length=1, max_length=JSON_LIMIT)] = Field(description=_VALUE)
    fallback: Annotated[str, StringConstraints(max_length=2000)] | None = Field(None, description=_FALLBACK)
    kind: VariableKind = Field("text", description=_KIND)
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] | None = Field(None, description=_CURRENCY)
    format: Annotated[str, StringConstraints(max_length=60)] | None = Field(None, description=_FORMAT)

    def to_variable(self) -> Variable:
        fallback, currency, form = self.fallback or "", self.currency or "", self.format or ""
        return Variable(self.source, self.value, fallback, self.kind, currency, form)


class VariableOut(Output):
    source: Annotated[str, open_to(*get_args(Source))]
    value: str = Field(description=_VALUE)
    fallback: str | None = Field(description=_FALLBACK)
    kind: Annotated[str, open_to(*get_args(VariableKind))] = Field(description=_KIND)
    currency: str | None = Field(description=_CURRENCY)
    format: str | None = Field(description=_FORMAT)

    @classmethod
    def of(cls, variable: Variable) -> "VariableOut":
        return cls(
            source=variable.source,
            value=variable.value,
            fallback=variable.fallback or None,
            kind=variable.kind,
            currency=variable.currency or None,
            format=variable.format or None,
        )
