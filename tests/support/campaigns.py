"""Campaigns as tests need them: what a test is not about stands for nothing."""

from dataclasses import replace
from typing import Any

from shared.domain.campaigns.campaign import Audience, Campaign
from shared.ids import CampaignId, PhoneNumberId, WabaId, new_ulid

Json = dict[str, Any]


def a_campaign(campaign_id: str = "", **fields: Any) -> Campaign:
    """A draft of marketing for nobody, under an id of its own unless one is named."""
    named = CampaignId(campaign_id or new_ulid())
    plain = Campaign(named, "c", PhoneNumberId("1"), WabaId("1"), "1", "MARKETING", Audience(), {})
    return replace(plain, **fields)


def campaign_body(number: str, template_id: str, audience: Json, name: str = "Campaign", **more: object) -> Json:
    """What is posted to make one of a template with one variable, the person's name unless `variables` says otherwise.
    `number` is a phone number id."""
    return {
        "name": name,
        "phone_number_id": number,
        "template_id": template_id,
        "audience": audience,
        "variables": {"body.1": {"source": "contact", "value": "name", "fallback": "you"}},
        **more,
    }
