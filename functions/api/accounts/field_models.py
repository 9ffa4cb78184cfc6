"""What the models of accounts have in common."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from functions.api.http.time_zones import LONGEST_ZONE, zone_named

_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, max_length=254, pattern=rf"^{_LOCAL}@{_LABEL}(\.{_LABEL})+$"
    ),
]
"""As browsers take them (WHATWG HTML, valid e-mail address), within a domain. Nothing else: what is sent to
`a<b@c.de>` is sent to b@c.de (RFC 5322, 3.4), and would be counted apart. Amazon SES takes 7-bit ASCII only."""
Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+[1-9][0-9]{6,14}$")]
"""E.164 with `+` (ITU-T E.164, 6)."""
Language = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
"""A language tag (BCP 47), such as `pt-BR`."""


def _known_zone(value: str) -> str:
    name = zone_named(value)
    if name is None:
        raise ValueError("is not a name of the IANA time zone database, such as Asia/Kuala_Lumpur")
    return name


TimeZone = Annotated[
    str,
    StringConstraints(max_length=LONGEST_ZONE, pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$"),
    AfterValidator(_known_zone),
]
