"""Deploys infra/template.yaml, as it is, through the CloudFormation API."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.ports import past_proxies

REGION = "us-east-1"
_ENDED = ("COMPLETE", "FAILED")


class DeployError(Exception):
    """The stack was not created; the message names the resources that failed and why."""


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of the local cloud, with the local cloud's credentials whatever the machine's own are."""
    past_proxies()
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    config = Config(connect_timeout=60, read_timeout=300, retries={"max_attempts": 3, "mode": "standard"})
    factory: Any = session.client  # the stubs know a service only by a literal name
    return factory(service, endpoint_url=endpoint, config=config)


def upload(endpoint: str, bucket: str, files: Mapping[str, Path]) -> None:
    """Creates `bucket` and puts each file under its key."""
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket=bucket)
    for key, path in files.items():
        s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())


def create_stack(
    endpoint: str, name: str, template_url: str, parameters: Mapping[str, str], *, alive: Callable[[], None]
) -> dict[str, str]:
    """Creates the stack, waits until it is complete and returns its outputs.

    `alive` is called while waiting and may raise. Raises DeployError when the stack fails.
    """
    cloudformation = client("cloudformation", endpoint)
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=template_url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    while True:
        alive()
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"].endswith(_ENDED):
            break
        time.sleep(0.05)
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise DeployError(
            f"{stack['StackStatus']}: {stack.get('StackStatusReason', '')}\n{_failures(cloudformation, name)}"
        )
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _failures(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("FAILED")]
    return "\n".join(
        f"  {event.get('LogicalResourceId')}: {event.get('ResourceStatusReason', '')}" for event in reversed(failed)
    )
