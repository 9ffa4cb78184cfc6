"""The app's secret was changed wrongly: Meta refuses what is sent, and its webhooks are refused, until the right one is
stored; then all come, and nobody of a campaign was failed."""

import json
from secrets import token_hex

from infra.local.drills.business import ends_well, make_business
from infra.local.drills.stage import Drill, Stage
from infra.local.workers import Workers
from infra.ops.rotation import PREVIOUS

NAME = "meta_app_secret"
_PEOPLE = 12
"""Each writes once: more webhooks than the alarm lets pass."""


def play(stage: Stage) -> None:
    business = make_business(stage, people=_PEOPLE)
    _store(stage, token_hex(16))
    stage.screen.step("the app's secret was reset at Meta", "what is stored is the one before")
    try:
        stage.act("secret", "begin", NAME, typed=token_hex(16))
        read_secrets_anew(stage)
        stage.screen.step("the new one was mistyped", f"number {business.tenant.phone_number_id}")
        campaign_id = business.launch("While Meta refuses our secret")
        stage.until("the campaign is paused", lambda: business.status(campaign_id) == "paused")
        report = business.report(campaign_id)
        stage.holds("nobody was failed by it", report["waiting"] == _PEOPLE, str(report["reason"]))
        for phone in business.phones:
            person = {"phone_number_id": business.tenant.phone_number_id, "from": phone.removeprefix("+")}
            stage.meta.script(inbound={**person, "text": "Are you open?"})
        stage.alarm("WebhookRejectedAlarm")
        found = stage.ops("secret", "check", NAME, status=1)
        known = found["current_is_gone_by"] and not found["meta_knows_it"]
        stage.holds("it says that Meta signs with another secret", known, found["note"])
        stage.act("secret", "begin", NAME, typed=stage.cloud.app_secret)
    except BaseException:
        _store(stage, stage.cloud.app_secret)
        raise
    finally:
        read_secrets_anew(stage)
    checked = stage.ops("secret", "check", NAME)
    stage.holds("the public door goes by Meta's secret", checked["meta_knows_it"] and not checked["failed"])
    stage.act("secret", "finish", NAME)
    stage.screen.step("Meta delivers again what was refused, and the campaign's owner resumes it")
    business.api.post(f"/v1/campaigns/{campaign_id}/resume")
    ends_well(stage, business, campaign_id)


def _store(stage: Stage, secret: str) -> None:
    """By hand, and no previous one: what was stored when Meta's was reset, and what must be in the end."""
    manager, arn = stage.cloud.client("secretsmanager"), _arn(stage)
    values = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
    manager.put_secret_value(SecretId=arn, SecretString=json.dumps({**values, NAME: secret, PREVIOUS: ""}))


def _arn(stage: Stage) -> str:
    described = stage.cloud.client("cloudformation").describe_stacks()["Stacks"][0]["Parameters"]
    return next(str(one["ParameterValue"]) for one in described if one["ParameterKey"] == "MetaSecretArn")


def read_secrets_anew(stage: Stage) -> None:
    """A function does after five minutes; a new worker of it at once."""
    workers = Workers(stage.cloud.run_directory)
    for worker in workers.all():
        if worker.function in ("WebhookReceive", "CampaignLane"):
            workers.kill(worker)


DRILL = Drill(
    "signature-mismatch",
    "Meta's webhooks are refused after a secret was changed",
    "WebhookRejected",
    play,
    ("WebhookRejectedAlarm",),
)
