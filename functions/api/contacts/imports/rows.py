"""From the cells of one row to what is to be stored, or to the reason why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions.api.contacts.field_values import CHECKS, check_text, split_tags
from functions.api.contacts.imports.logic.consent_cells import denied, tag_says_no, value_says_no
from functions.api.contacts.imports.logic.csv_columns import FIRST_NAME, IGNORE, LAST_NAME, NAME, PHONE, TAGS, Layout
from functions.api.contacts.logic.attributes import ATTRIBUTES, checked_attribute
from functions.api.contacts.logic.identity import new_names, one_line
from shared.domain.contacts.contact import ContactField
from shared.domain.contacts.identity import phone_ids
from shared.domain.contacts.phone import BareDigits, ConsentRemark, normalise_phone
from shared.errors import InvalidInput
from shared.ids import ContactId, TenantId

_SCIENTIFIC = re.compile(r"\d[.,]\d+e\+?\d+\Z", re.IGNORECASE | re.ASCII)
_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A contact as its row describes it. Blank cells are left out, so that they overwrite nothing.

    `former_ids` are those under which the same number may have been stored before its national plan was changed.
    """

    contact_id: ContactId
    attributes: Mapping[str, str]
    fields: Mapping[str, str]
    tags: frozenset[str]
    former_ids: tuple[ContactId, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row is not imported. The reason names the column and never repeats its content; `code` is stable."""

    line: int
    reason: str
    code: str = InvalidInput.code


class RowReader:
    """`region` is the ISO country of numbers without a country code, `bare` what numbers without a plus are; `tags` go
    to every contact of the file."""

    def __init__(
        self,
        tenant_id: TenantId,
        layout: Layout,
        fields: Sequence[ContactField],
        region: str,
        tags: frozenset[str],
        bare: BareDigits = "either",
    ) -> None:
        kinds = {field.key: field.kind for field in (*fields, *layout.new_fields)}
        self._tenant_id = tenant_id
        self._width = len(layout.targets)
        self._region = region
        self._bare = bare
        self._tags = tags
        places = {target: i for i, target in enumerate(layout.targets) if target != IGNORE}
        self._phone = places[PHONE]
        self._unasked = layout.unasked
        self._standings, self._regions, self._permissions = layout.standings, layout.regions, layout.permissions
        self._name_columns = [(name, places[name]) for name in (NAME, FIRST_NAME, LAST_NAME) if name in places]
        self._attributes = [(places[name], name, one.stored) for name, one in ATTRIBUTES.items() if name in places]
        self._tag_column = places.get(TAGS)
        self._fields = [
            (i, key, CHECKS.get(kinds.get(key, "text"), check_text))
            for target, i in places.items()
            if (key := target.removeprefix("field:")) != target
        ]

    def read(self, cells: Sequence[str]) -> Row:
        """Raises InvalidInput with the reason."""
        if len(cells) != self._width:
            cells = self._fitted(cells)
        self._check_consent(cells)
        phone, region = normalise_phone(_phone_text(cells[self._phone]), self._region, self._bare)
        attributes = {"phone": phone, "region": region}
        if self._name_columns:
            attributes |= self._names(cells)
        for i, name, stored in self._attributes:
            if cells[i] and (value := checked_attribute(name, cells[i])):
                attributes[stored] = value
        fields: dict[str, str] = {}
        for i, key, check in self._fields:
            value = cells[i].strip()
            if value:
                try:
                    fields[key] = check(value)
                except InvalidInput as exc:
                    raise InvalidInput(f"{key} {exc.message}", field=key) from exc
        tags = self._tags
        if self._tag_column is not None and cells[self._tag_column]:
            tags = tags | split_tags(cells[self._tag_column])
        contact_id, *former_ids = phone_ids(self._tenant_id, phone)
        return Row(contact_id, attributes, fields, tags, tuple(former_ids))

    def _names(self, cells: Sequence[str]) -> dict[str, str]:
        """As they are stored, without blank ones. Raises InvalidInput for one that is too long."""
        given = {column: one_line(cells[i]) for column, i in self._name_columns}
        found = new_names(given.get(NAME, ""), first=given.get(FIRST_NAME, ""), last=given.get(LAST_NAME, ""))
        for column, name in (*given.items(), (NAME, found["name"])):
            if len(name) > _NAME_LIMIT:
                raise InvalidInput(f"{column} is longer than {_NAME_LIMIT} characters", field=column)
        return {key: name for key, name in found.items() if name}

    def _check_consent(self, cells: Sequence[str]) -> None:
        if self._says_no(cells):
            raise ConsentRemark(
                "a column says that this person does not want messages",
                "or map the column in `columns`",
                field="columns",
            )

    def _says_no(self, cells: Sequence[str]) -> bool:
        """Loops and not `any`: this is asked of every cell that nobody mapped."""
        if self._tag_column is not None and self._tag_column in self._unasked:
            for tag in split_tags(cells[self._tag_column]):
                if value_says_no(tag) or tag_says_no(tag):
                    return True
        for i in self._unasked:
            if cells[i] and value_says_no(cells[i]):
                return True
        for i in self._standings:
            if value_says_no(cells[i], standing=True, region=i in self._regions):
                return True
        return any(denied(cells[i]) for i in self._permissions) if self._permissions else False

    def _fitted(self, cells: Sequence[str]) -> Sequence[str]:
        if any(cell.strip() for cell in cells[self._width :]):
            raise InvalidInput(f"the row has {len(cells)} cells, the header {self._width}")
        return [*cells[: self._width], *[""] * (self._width - len(cells))]


def _phone_text(cell: str) -> str:
    """A spreadsheet's traces taken off: the apostrophe that marks text, the decimals of a number."""
    text = cell.strip().lstrip("'").removesuffix(".0")
    if _SCIENTIFIC.match(text):
        raise InvalidInput(
            "phone was turned into a rounded number by a spreadsheet; format the column as text", field="phone"
        )
    return text
