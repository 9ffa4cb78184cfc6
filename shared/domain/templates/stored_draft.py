"""Templates that are being written: kept here until they are handed to Meta."""

from dataclasses import dataclass, replace

from shared.clock import EpochMs
from shared.domain.templates.draft import TemplateDraft
from shared.errors import Conflict, InvalidInput
from shared.ids import WabaId

MOST_DRAFTS = 100
MOST_BYTES = 30_000
"""Of one, as JSON: ten cards with every text at its limit have less."""
SUBMITTING_MS = 60_000
"""A call of the API is ended after half a minute: whoever began before that is not at it any more."""
BEING_SUBMITTED = "draft_being_submitted"
TOO_LARGE = "draft_too_large"


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """`waba_id` is "" while no account is chosen. `copied_from` is the id of the template it was made from. Since
    `submitting_at` (epoch ms, 0 for not) somebody hands it to Meta, by the operation `submitting_by`. `revision` counts
    the changes."""

    draft_id: str
    content: TemplateDraft
    waba_id: WabaId = WabaId("")
    copied_from: str = ""
    created_at: EpochMs = EpochMs(0)
    created_by: str = ""
    updated_at: EpochMs = EpochMs(0)
    submitting_at: EpochMs = EpochMs(0)
    submitting_by: str = ""
    revision: int = 0


def require_size(document: str) -> None:
    """Raises InvalidInput (`draft_too_large`)."""
    if len(document.encode()) > MOST_BYTES:
        words = f"a draft has at most {MOST_BYTES} bytes, which is more than Meta takes; shorten it"
        raise InvalidInput(words, code=TOO_LARGE, field="components")


def require_free(draft: StoredDraft, now: EpochMs, operation_id: str = "") -> None:
    """Raises Conflict (`draft_being_submitted`) while another operation hands it to Meta."""
    if draft.submitting_at > now - SUBMITTING_MS and (draft.submitting_by != operation_id or not operation_id):
        words = "somebody is handing this draft to Meta at this moment; look again in a minute"
        raise Conflict(words, code=BEING_SUBMITTED)


def claimed(draft: StoredDraft, operation_id: str, now: EpochMs) -> StoredDraft:
    """The draft, in the hands of whoever stores this. Another attempt at the same operation has it at once. Raises
    Conflict (`draft_being_submitted`)."""
    require_free(draft, now, operation_id)
    return replace(draft, submitting_at=now, submitting_by=operation_id)


def released(draft: StoredDraft, claimed_at: EpochMs) -> StoredDraft:
    """The draft as nobody hands it to Meta; unchanged when somebody else has it by now."""
    mine = draft.submitting_at == claimed_at
    return replace(draft, submitting_at=EpochMs(0), submitting_by="") if mine else draft
