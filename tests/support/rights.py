"""What the functions of a local cloud that enforces policies may do, and what they did."""

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from infra.local.cloud import STACK, LocalCloud
from infra.local.enforcement import PATH

_ROLE = re.compile(rf"assumed-role/{STACK}-(\w+)Role-")
_UNREADABLE = re.compile(r"^arn:[^:]*:([^:]*):[^:]*:[^:]*:|-[0-9A-F]{13}(?![0-9A-Za-z])|-[0-9a-f]{6}$")


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """`resource` is an ARN; one that is allowed may hold `*`."""

    function: str
    action: str
    resource: str

    def covers(self, call: "Right") -> bool:
        return (self.function, self.action) == (call.function, call.action) and fnmatchcase(
            call.resource, self.resource
        )

    def __str__(self) -> str:
        """Without region, account and what makes names unique."""
        return f"{self.function} {self.action} {_UNREADABLE.sub(_service, self.resource)}"


def _service(found: re.Match[str]) -> str:
    return f"{found[1]}:" if found[1] else ""


def calls(cloud: LocalCloud) -> tuple[set[Right], set[Right]]:
    """What the functions did, and what they were refused."""
    with urllib.request.urlopen(f"{cloud.endpoint}{PATH}", timeout=30) as answer:
        decisions: list[list[str]] = json.load(answer)
    done: set[Right] = set()
    refused: set[Right] = set()
    for principal, action, resource, decision in decisions:
        if role := _ROLE.search(principal):
            (refused if decision == "denied" else done).add(Right(role[1], action, resource))
    return done, refused


def allowed(cloud: LocalCloud) -> Iterator[Right]:
    """What the deployed policies of the functions' roles allow: one for each pair of action and resource."""
    iam = cloud.client("iam")
    for role in iam.get_paginator("list_roles").paginate().search("Roles[]"):
        function = re.fullmatch(rf"{STACK}-(\w+)Role-\w+", role["RoleName"])
        if function is None or "lambda.amazonaws.com" not in json.dumps(role["AssumeRolePolicyDocument"]):
            continue
        for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=policy)["PolicyDocument"]
            for statement in (one for one in document["Statement"] if one["Effect"] == "Allow"):
                for action in _listed(statement["Action"]):
                    for resource in _listed(statement["Resource"]):
                        yield Right(function[1], action, resource)


def _listed(stated: Any) -> list[str]:
    return stated if isinstance(stated, list) else [stated]
