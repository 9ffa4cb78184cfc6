"""Meta refuses an account's token: its campaign is paused, its owner connects the number again and resumes it."""

from infra.local.drills.business import ends_well, make_business
from infra.local.drills.stage import Drill, Stage


def play(stage: Stage) -> None:
    business = make_business(stage, people=6)
    waba_id = business.tenant.waba_id
    stage.meta.script(waba={"id": waba_id, "expire_token": True})
    stage.screen.step("the account's token is over at Meta", f"account {waba_id}; no webhook tells of it")
    campaign_id = business.launch("With a token that is over")
    stage.until("the campaign is paused", lambda: business.status(campaign_id) == "paused")
    stage.alarm("TokenRefusedAlarm")

    status = stage.ops("campaign", "status", waba_id, campaign_id)
    why = status["why_not_sending"][0]
    stage.holds("it says why", status["reason"] == "meta_190", f"{why['what']}; {why['remedy']}")
    refused = stage.ops("waba", "status", waba_id, status=1)
    stage.holds("Meta itself refuses the token", "Meta refused" in refused["error"], refused["error"])

    code = stage.meta.script(create_code={"waba_id": waba_id})["create_code"]["code"]
    wish = {"code": code, "waba_id": waba_id, "phone_number_id": business.tenant.phone_number_id}
    business.api.post("/v1/whatsapp/connect", wish)
    stage.screen.step("its owner connects the number again, and resumes the campaign")
    token = stage.ops("waba", "status", waba_id)["token"]
    stage.holds("the token works", token == "works")
    business.api.post(f"/v1/campaigns/{campaign_id}/resume")
    ends_well(stage, business, campaign_id)


DRILL = Drill(
    "token-revoked",
    "Meta refuses an account's token",
    "TokenRefused",
    play,
    ("TokenRefusedAlarm",),
)
