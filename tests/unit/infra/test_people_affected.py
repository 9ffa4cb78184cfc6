"""What gets somebody out of bed, and undoes a deployment: what people notice, and nothing that others can ring."""

import re

import pytest

from tests.support.template import load_template, resources

TEMPLATE = load_template()
ALARMS = resources(TEMPLATE, "AWS::CloudWatch::Alarm")
COMPOSITES = resources(TEMPLATE, "AWS::CloudWatch::CompositeAlarm")
PEOPLE_AFFECTED: str = COMPOSITES["PeopleAffectedAlarm"]["AlarmRule"]["Fn::Sub"]


def test_what_gets_somebody_out_of_bed_names_alarms_that_exist() -> None:
    """CloudWatch takes a rule that names nothing, and it never fires. 10,240 characters, 100 alarms (its quotas)."""
    rule = PEOPLE_AFFECTED
    named = re.findall(r'ALARM\("\$\{(\w+)\}"\)', rule)
    assert set(named) <= ALARMS.keys()
    assert rule == " OR ".join(f'ALARM("${{{name}}}")' for name in named)
    assert len(named) <= 100


@pytest.mark.parametrize(
    "name",
    [
        *("CampaignStart", "CampaignLoad", "CampaignLane", "CampaignSweep", "CampaignDue"),
        *("WebhookReceive", "WebhookConsent", "WebhookInbound", "Api", "ApiAuthorizer"),
    ],
)
def test_what_sends_hears_answers_and_watches_gets_somebody_out_of_bed_when_it_fails(name: str) -> None:
    assert f'"${{{name}ErrorAlarm}}"' in PEOPLE_AFFECTED


@pytest.mark.parametrize("name", ["SweepFailed", "SweepAge", "SweepDeadLetter", "SweepSilent"])
def test_whoever_watches_the_campaigns_is_watched(name: str) -> None:
    assert f'"${{{name}Alarm}}"' in PEOPLE_AFFECTED


@pytest.mark.parametrize("name", ["WebhookRejected", "BillingRejected", "ApiSlow", "CallLimitUnchecked"])
def test_nothing_undoes_a_deployment_that_anybody_can_ring_or_a_long_report_does(name: str) -> None:
    assert f"{name}Alarm" not in PEOPLE_AFFECTED


def test_a_turn_that_counts_nothing_does_not_hide_what_lasts() -> None:
    for name in ("CampaignStuck", "UnknownShareHigh"):
        alarm = ALARMS[f"{name}Alarm"]
        assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (3, 6)
