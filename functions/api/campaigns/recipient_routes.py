"""A campaign's people: who, and what became of each."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.campaigns.audience_models import OutcomeName
from functions.api.campaigns.parts import CampaignParts
from functions.api.campaigns.recipients import BOOKS_MS, Recipients, as_csv
from functions.api.campaigns.report_models import RecipientOut, RecipientsOut
from functions.api.http.fields import CampaignPath
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import deadline_passed, epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.fate import Fate
from shared.domain.contacts.contact import Contact
from shared.ids import CampaignId, ContactId
from shared.store.campaigns.standing import read_standing
from shared.store.engine.cursor import Page

router = new_router()
deps = parts_for(router, CampaignParts)
_CSV_ROWS = 20_000
_Outcome = Annotated[OutcomeName | None, Query(description="only people with this outcome")]


def _campaign(campaign_id: CampaignId) -> Campaign:
    return deps().campaigns.get(caller(router).tenant_id, campaign_id)


def _page(campaign: Campaign, outcome: str | None, limit: int, cursor: str | None) -> Page[Fate]:
    parts = deps()
    read = partial(read_standing, parts.campaigns, parts.lanes)
    shown = Recipients.as_shown(parts.sends, read, epoch_ms(), deadline_passed(BOOKS_MS))
    return shown.page(caller(router).tenant_id, campaign, outcome, limit, cursor)


def _contacts(people: Sequence[Fate]) -> Mapping[ContactId, Contact]:
    return deps().contacts.get_many(caller(router).tenant_id, [fate.contact_id for fate in people])


@router.get(
    "/v1/campaigns/<campaign_id>/recipients",
    **secured(Scope.READ, "campaigns", "list_recipients", summary="Who, and what became of each"),
)
def get_recipients(
    campaign_id: CampaignPath,
    outcome: _Outcome = None,
    expand: Annotated[
        Literal["contact"] | None, Query(description="`contact`: also the name and the number of each, as they are now")
    ] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> RecipientsOut:
    """`outcome` chooses: read, delivered, sent, failed, skipped, unknown, waiting or cancelled."""
    campaign = _campaign(campaign_id)
    page = _page(campaign, outcome, limit, cursor)
    known = _contacts(page.items) if expand else {}
    return RecipientsOut(
        items=[RecipientOut.of(fate, known.get(fate.contact_id)) for fate in page.items],
        next_cursor=page.cursor,
        total=campaign.planned if campaign.sizes and outcome is None else None,
    )


@router.get(
    "/v1/campaigns/<campaign_id>/recipients.csv",
    **secured(Scope.READ, "campaigns", "export_recipients", summary="The same as a CSV file"),
)
def get_recipients_csv(campaign_id: CampaignPath, outcome: _Outcome = None, cursor: CursorText = None) -> Response[str]:
    """At most 20,000 people a file, with a header row: contact_id, to, outcome, code. The Link header
    leads to its next part."""
    page = _page(_campaign(campaign_id), outcome, _CSV_ROWS, cursor)
    headers: dict[str, str | list[str]] = {"Content-Disposition": f'attachment; filename="{campaign_id}.csv"'}
    if page.cursor is not None:
        query = urlencode({"outcome": outcome, "cursor": page.cursor} if outcome else {"cursor": page.cursor})
        headers["Link"] = f'</v1/campaigns/{campaign_id}/recipients.csv?{query}>; rel="next"'
    return Response(200, "text/csv; charset=utf-8", as_csv(page.items), headers)
