"""What CloudFormation in ministack 1.5.33 drops or garbles of the template, applied through the services' own APIs.

The values come from the stack that was created, so the template stays the only place that states them.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from infra.local.stack import client

Properties = dict[str, Any]


def close(endpoint: str, stack: str) -> None:
    """Applies what is missing to the stack `stack`."""
    deployed = _Deployed(endpoint, stack)
    _allow_recursion(deployed)
    _allow_origins(deployed)
    _expire_items(deployed)


class _Deployed:
    """A stack's resources as they were meant."""

    def __init__(self, endpoint: str, stack: str) -> None:
        self.client: Callable[[str], Any] = lambda service: client(service, endpoint)
        cloudformation = self.client("cloudformation")
        body = cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        self._resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        self._parameters = {item["ParameterKey"]: item["ParameterValue"] for item in described["Parameters"]}
        listed = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        self._ids = {
            item["LogicalResourceId"]: item["PhysicalResourceId"]
            for page in listed
            for item in page["StackResourceSummaries"]
        }

    def of_type(self, kind: str) -> Iterator[tuple[str, Properties]]:
        """(physical id, properties) of each resource of a type."""
        for logical_id, resource in self._resources.items():
            if resource["Type"] == kind:
                yield self._ids[logical_id], resource["Properties"]

    def value(self, stated: Any) -> Any:
        """`stated`, or the value of the parameter that it refers to."""
        return self._parameters[stated["Ref"]] if isinstance(stated, dict) else stated


def _allow_recursion(deployed: _Deployed) -> None:
    """RecursiveLoop is dropped, while the limit of 16 hops is enforced."""
    for name, properties in deployed.of_type("AWS::Lambda::Function"):
        if "RecursiveLoop" in properties:
            deployed.client("lambda").put_function_recursion_config(
                FunctionName=name, RecursiveLoop=properties["RecursiveLoop"]
            )


def _allow_origins(deployed: _Deployed) -> None:
    """CorsConfiguration is kept under names that its own data plane doesn't read."""
    for api, properties in deployed.of_type("AWS::ApiGatewayV2::Api"):
        cors = dict(properties["CorsConfiguration"])
        origins = deployed.value(cors["AllowOrigins"])
        cors["AllowOrigins"] = origins.split(",") if isinstance(origins, str) else origins
        deployed.client("apigatewayv2").update_api(ApiId=api, CorsConfiguration=cors)


def _expire_items(deployed: _Deployed) -> None:
    """TimeToLiveSpecification is dropped, so nothing would ever expire."""
    for table, properties in deployed.of_type("AWS::DynamoDB::Table"):
        deployed.client("dynamodb").update_time_to_live(
            TableName=table, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )
