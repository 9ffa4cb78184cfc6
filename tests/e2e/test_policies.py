"""Each function's policy beside what the function did in all the tests before: enough, and nothing over.

The local cloud of these tests enforces the policies, so what a function may not do fails there as it would on AWS.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

import pytest

from infra.local.cloud import LocalCloud
from tests.support.rights import Right, allowed, calls


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rights that no test here shows to be used. Patterns of function, actions (without service) and resource."""

    function: str
    actions: tuple[str, ...]
    resource: str
    reason: str

    def excuses(self, right: Right) -> bool:
        resource = str(right).rpartition(" ")[2]
        return (
            fnmatchcase(right.function, self.function)
            and right.action.partition(":")[2] in self.actions
            and fnmatchcase(resource, self.resource)
        )


_POLLED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
_STREAM = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
_CONVERSATIONS, _CONTACTS, _DIRECTORY, _SENDS = (
    f"dynamodb:table/*-{name}Table" for name in ("Conversations", "Contacts", "Directory", "Sends")
)
_JOINED = "two contacts turn out to be one person"
_RESPELLED = "contacts of a tenant may stand under old forms of their numbers"
_SEVERAL = "there are several stacks of one Meta app"
_WOKEN = "something died between two steps"
_TOLD = "an endpoint asks by name what a campaign did to each person"
UNSEEN = [
    # What the local cloud does without asking.
    Unseen("*", _POLLED, "sqs:*Queue*", "Lambda polls with the function's role"),
    Unseen("ApiChange", _STREAM, "dynamodb:*/stream/*", "Lambda reads streams with the function's role"),
    Unseen(
        "ApiChange", ("SendMessage",), "sqs:*ChangeDeadLetterQueue", "Lambda gives a batch up with the function's role"
    ),
    Unseen("*", ("CreateLogStream", "PutLogEvents"), "logs:*", "Lambda writes logs with the function's role"),
    Unseen("*", ("PutTraceSegments", "PutTelemetryRecords"), "[*]", "nothing is traced"),
    Unseen("Api", ("PassRole",), "iam:*", "the Scheduler does not ask whose role it is given"),
    # What has to go wrong first, or at the very same moment, and is shown in this process by tests/integration.
    Unseen("*", ("PutObject",), "s3:*/parked/*", "something cannot be understood"),
    Unseen("Webhook*", ("PutObject", "GetObject"), "s3:*/webhooks/*", "a webhook is longer than any queue takes"),
    Unseen("*", ("DeleteItem",), _CONVERSATIONS, "a message meets the move of its conversation"),
    Unseen("BotReply", ("BatchWriteItem",), _CONVERSATIONS, "a conversation lives into another month"),
    Unseen("WebhookReceive", ("SendMessage",), "sqs:*SyncQueue", "a number brings its history along"),
    Unseen("WebhookReceive", ("SendMessage",), "sqs:*ForwardQueue", _SEVERAL),
    Unseen("WebhookAccount", ("SendMessage",), "sqs:*ForwardQueue", "an account leaves, or is another stack's"),
    Unseen("WebhookAccount", ("BatchGetItem",), _DIRECTORY, "an account is not known here"),
    Unseen("WebhookForward", ("SendMessage",), "sqs:*ForwardQueue", _SEVERAL),
    Unseen("WebhookForward", ("GetItem", "PutItem"), _DIRECTORY, _SEVERAL),
    Unseen("WebhookForward", ("GetSecretValue",), "secretsmanager:*", _SEVERAL),
    Unseen("Api", ("SendMessage",), "sqs:*ForwardQueue", _SEVERAL),
    Unseen("Webhook*", ("SendMessage",), "sqs:*SyncQueue", _JOINED),
    Unseen("Webhook*", ("GetItem", "ConditionCheckItem"), _CONTACTS, _JOINED),
    Unseen("Api", ("ConditionCheckItem",), _CONTACTS, _JOINED),
    Unseen("WebhookStatus", ("Query", "PutItem"), _CONVERSATIONS, _JOINED),
    Unseen("WebhookAccount", ("GetItem", "Query"), _CONVERSATIONS, _JOINED),
    Unseen("Webhook*", ("Query",), _DIRECTORY, _JOINED),
    Unseen("WebhookInbound", ("BatchGetItem",), _SENDS, "the release before this one still runs"),
    Unseen("WebhookStatus", ("GetItem", "Query"), _SENDS, "what Meta tells stops a campaign"),
    Unseen("WebhookAccount", ("Query", "UpdateItem"), _SENDS, "what Meta tells stops a campaign"),
    Unseen("WebhookSync", ("Query",), _CONTACTS, "stored contacts are brought to the canonical form of their number"),
    Unseen("WebhookSync", ("SendMessage",), "sqs:*MediaQueue", "a history has pictures of the last days"),
    Unseen("CampaignLoad", ("GetItem",), _CONTACTS, _JOINED),
    Unseen("CampaignLoad", ("BatchGetItem",), _CONTACTS, _RESPELLED),
    Unseen("BotReply", ("BatchGetItem",), _CONTACTS, _RESPELLED),
    Unseen("CampaignLoad", ("SendMessage",), "sqs:*LoadQueue", "a shard takes longer than an invocation"),
    Unseen("CampaignLoad", ("SendMessage",), "sqs:*DryRunQueue", "a shard takes longer than an invocation"),
    Unseen("CampaignLane", ("SendMessage",), "sqs:*LaneQueue", "a lane takes longer than a slice"),
    Unseen("CampaignLane", ("PutItem", "UpdateItem"), _CONTACTS, "Meta says of somebody that they opted out"),
    Unseen("CampaignLane", ("Query",), _DIRECTORY, "a refusal concerns every campaign of an account"),
    Unseen("CampaignLane", ("DeleteItem", "ConditionCheckItem"), _SENDS, "Meta says: too fast"),
    Unseen("CampaignDue", ("PutItem",), _SENDS, "a minute is too short for all campaigns"),
    Unseen("CampaignDue", ("DeleteItem",), _SENDS, "a queue does not take what it is sent"),
    Unseen("WebhookCompactDue", ("PutItem",), _SENDS, "a minute is too short for all journals"),
    Unseen("CampaignSweep", ("Query",), _DIRECTORY, "a campaign that counts others was not loaded to its end"),
    Unseen("CampaignSweep", ("GetItem",), _SENDS, _WOKEN),
    Unseen("CampaignSweep", ("SendMessage",), "sqs:*Queue", _WOKEN),
    Unseen("BotReply", ("PutItem", "UpdateItem"), _CONTACTS, "Meta says of somebody that they opted out"),
    Unseen(
        "ApiUpkeep", ("GetItem", "PutItem", "DeleteItem", "Query"), _DIRECTORY, "a sign-up was not confirmed for a day"
    ),
    Unseen("ApiUpkeep", ("GetItem", "PutItem"), _CONVERSATIONS, "a member was removed more than a minute ago"),
    Unseen("ApiUpkeep", ("Query",), f"{_CONVERSATIONS}/index/gsi2", "a member was removed more than a minute ago"),
    Unseen("ApiUpkeep", ("Query",), f"{_DIRECTORY}/index/gsi1", "nobody waits for the schedule"),
    Unseen("ApiUpkeep", ("GetItem",), _SENDS, "nobody waits for the schedule"),
    Unseen("ApiUpkeep", ("PutItem",), _SENDS, "a run is too short for all"),
    Unseen("ApiUpkeep", ("AdminGetUser", "AdminDeleteUser"), "cognito-idp:*", "a sign-up was not confirmed for a day"),
    Unseen("Api", ("AdminGetUser", "AdminDeleteUser"), "cognito-idp:*", "a sign-up was never confirmed"),
    Unseen("ApiImport", ("BatchGetItem", "PutItem"), _CONTACTS, "a contact is known under a second id"),
    Unseen("ApiImport", ("SendMessage",), "sqs:*ImportQueue", "a file takes longer than an invocation"),
    Unseen("Api", ("DeleteObject",), "s3:*/library/*", "a file is taken out of the library"),
    Unseen("WebhookCompact", ("GetItem",), _SENDS, _TOLD),
    Unseen("WebhookCompact", ("Query",), _DIRECTORY, _TOLD),
    Unseen("Webhook*", ("SendMessage",), "sqs:*WebhookQueue", _TOLD),
    Unseen("CampaignLoad", ("SendMessage",), "sqs:*WebhookQueue", _TOLD),
]


@pytest.fixture(scope="module")
def rights(cloud: LocalCloud) -> list[Right]:
    return list(allowed(cloud))


def test_functions_were_refused_nothing(cloud: LocalCloud) -> None:
    _, refused = calls(cloud)
    assert sorted(str(right) for right in refused) == []


def test_functions_may_do_nothing_that_they_do_not_do(
    cloud: LocalCloud, rights: list[Right], *, whole_run: bool
) -> None:
    if not whole_run:
        pytest.skip("only after all the tests that have the functions work")
    done, _ = calls(cloud)
    idle = [right for right in rights if not any(right.covers(call) for call in done)]
    assert sorted(str(right) for right in idle if not any(unseen.excuses(right) for unseen in UNSEEN)) == []


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda u: f"{u.function} {u.actions[0]} {u.resource}")
def test_what_is_excused_is_still_allowed(rights: list[Right], unseen: Unseen) -> None:
    assert any(unseen.excuses(right) for right in rights)
