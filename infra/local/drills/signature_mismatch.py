"""The app's secret was changed wrongly: Meta's webhooks are refused until the right one is stored, then all come."""

import json
from secrets import token_hex

from infra.local.drills.business import ends_well, make_business
from infra.local.drills.stage import Drill, Stage
from infra.local.workers import Workers

NAME = "meta_app_secret"


def play(stage: Stage) -> None:
    business = make_business(stage, people=6)
    _store(stage, token_hex(16))
    try:
        _play(stage, business.tenant.phone_number_id)
        campaign_id = business.launch("While no webhook is let in")
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
    stage.screen.step("Meta delivers again what was refused")
    ends_well(stage, business, campaign_id)


def _play(stage: Stage, number: str) -> None:
    read_secrets_anew(stage)
    stage.screen.step("a new app secret is stored, and it is not Meta's", f"number {number}")


def _store(stage: Stage, secret: str) -> None:
    """By hand, past the operators' command."""
    manager, arn = stage.cloud.client("secretsmanager"), _arn(stage)
    values = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
    manager.put_secret_value(SecretId=arn, SecretString=json.dumps({**values, NAME: secret}))


def _arn(stage: Stage) -> str:
    described = stage.cloud.client("cloudformation").describe_stacks()["Stacks"][0]["Parameters"]
    return next(str(one["ParameterValue"]) for one in described if one["ParameterKey"] == "MetaSecretArn")


def read_secrets_anew(stage: Stage) -> None:
    """A function does after five minutes; a new worker of it at once."""
    workers = Workers(stage.cloud.run_directory)
    for worker in workers.all():
        if worker.function == "WebhookReceive":
            workers.kill(worker)


DRILL = Drill(
    "signature-mismatch",
    "Meta's webhooks are refused after a secret was changed",
    "WebhookRejected",
    play,
    ("WebhookRejectedAlarm",),
)
