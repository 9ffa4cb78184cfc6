"""The deployment that is worked on: its tables, queues and settings, from what CloudFormation says of the stack.

`--local` is the one that `make up` keeps, `--stack` any other, in the account and Region of the AWS profile.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import botocore.session

from shared.clients.aws import AwsClients

HANDLE = Path(__file__).parents[2] / ".local" / "cloud.json"
LOCAL_STACK = "wasapbos"
_LOCAL = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUEUE, _DEAD = "QueueUrl", "DeadLetterQueueUrl"


class NoStack(Exception):
    """There is nothing to work on; the message says what to name."""


@dataclass(frozen=True, slots=True)
class Stack:
    """`outputs` and `parameters` are the stack's, by name. `env` holds them under the names by which functions know
    them."""

    name: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    @property
    def env(self) -> Mapping[str, str]:
        """Settings as the template gives them to functions: DIRECTORY_TABLE, LANE_QUEUE_URL, GRAPH_API_URL, …"""
        found = {_setting(name): value for name, value in self.parameters.items()}
        found |= {f"{_setting(name)}_URL": url for name, url in self.queues.items()}
        found |= {f"{_setting(name)}_TABLE": table for name, table in self.tables.items()}
        return found | {"DATA_BUCKET": self.outputs["DataBucketName"], "KMS_KEY_ID": self.outputs["TokenKeyArn"]}

    @property
    def tables(self) -> Mapping[str, str]:
        """The tables that are worked with by name: Directory, Sends, …; after a restore, those that were restored."""
        ends = "TableName"
        return {name.removesuffix(ends): value for name, value in self.outputs.items() if name.endswith(ends)}

    @property
    def queues(self) -> Mapping[str, str]:
        """URL by name: LaneQueue, LaneDeadLetterQueue, …"""
        return {name.removesuffix("Url"): url for name, url in self.outputs.items() if name.endswith(_QUEUE)}

    @property
    def dead_letters(self) -> Mapping[str, str]:
        """URL of the dead letters by the name of their queue: Lane, Inbound, …"""
        return {name.removesuffix(_DEAD): url for name, url in self.outputs.items() if name.endswith(_DEAD)}


def _setting(name: str) -> str:
    """LaneSliceSeconds → LANE_SLICE_SECONDS"""
    return _WORDS.sub("_", name).upper()


def choose(*, local: bool, stack: str, profile: str, region: str, endpoint: str) -> str:
    """Has all AWS clients of this process go to the deployment that is meant; returns the stack's name.

    Raises NoStack when none is named, or there is no local cloud.
    """
    if local:
        try:
            endpoint = str(json.loads(HANDLE.read_text())["aws_endpoint_url"])
        except (OSError, ValueError, KeyError) as error:
            raise NoStack(f"no local cloud is kept: {HANDLE} is not there; `make up` starts one") from error
    if not (endpoint or stack):
        raise NoStack("say which deployment: --local, or --stack NAME, with --profile and --region where needed")
    if endpoint:
        os.environ.update(_LOCAL, AWS_ENDPOINT_URL=endpoint)
        os.environ.pop("AWS_PROFILE", None)
    if profile:
        os.environ["AWS_PROFILE"] = profile
    if region:
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = region
    return stack or LOCAL_STACK


def describe(session: botocore.session.Session, name: str) -> Stack:
    """What CloudFormation says of the stack."""
    stack = AwsClients(session).named("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return Stack(
        name,
        {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])},
        {item["ParameterKey"]: item.get("ParameterValue", "") for item in stack.get("Parameters", [])},
    )
