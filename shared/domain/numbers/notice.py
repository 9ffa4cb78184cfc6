"""Something that Meta told a tenant's account, and that a person of the tenant should know."""

from dataclasses import dataclass
from typing import Literal

from shared.clock import EpochMs
from shared.ids import WabaId

Severity = Literal["info", "warning", "critical"]


@dataclass(frozen=True, slots=True)
class Notice:
    """`notice_id` begins with its time and follows from the event, so that repeats are one. `kind` names what it is
    about and never changes meaning; `text` is for reading. `at` is epoch ms. Blank ids are of nothing in particular."""

    notice_id: str
    kind: str
    severity: Severity
    text: str
    at: EpochMs
    waba_id: WabaId = WabaId("")
    phone_number: str = ""
    template_id: str = ""
