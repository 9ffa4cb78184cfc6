"""What the tenant pays Meta for messages."""

from dataclasses import replace

from functions.api.campaigns.costs.logic.rate_card import RateCard
from functions.api.campaigns.costs.models import RateCardIn, RateCardOut
from functions.api.campaigns.costs.rate_cards import change_rate_card, rate_card_of
from functions.api.http.request import caller, new_router
from functions.api.http.revisions import revised
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.store.engine.directory import Directory

router = new_router()
deps = parts_for(router, Directory)


@router.get(
    "/v1/rate-card",
    **secured(Scope.READ, "rate card", "get_rate_card", summary="Meta's prices as the tenant noted them"),
)
def get_rate_card() -> RateCardOut:
    """Without one, messages are counted and have no price: `currency` is null then."""
    return RateCardOut.of(rate_card_of(deps(), caller(router).tenant_id))


@router.put("/v1/rate-card", **secured(Scope.SETTINGS, "rate card", "set_rate_card", summary="Replace the rate card"))
def put_rate_card(body: RateCardIn) -> RateCardOut:
    """Dry runs and reports use it from now on, also for campaigns that are over."""
    card, now = body.to_card(), epoch_ms()

    def changed(found: RateCard) -> RateCard:
        after = replace(found, currency=card.currency, rates=card.rates)
        return revised(found, after, body.revision, stamps={"updated_at": now})

    return RateCardOut.of(change_rate_card(caller(router).tenant_id, changed))
