"""infra/template.yaml as plain data: short forms spelled out (`Fn::GetAtt`), loops unrolled."""

import copy
import functools
import json
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "infra" / "template.yaml"
Data = dict[str, Any]


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]
    """YAML with CloudFormation's short forms. cfn-lint has one as well, and takes seconds to be imported."""


def _short_form(loader: _Loader, name: str, node: yaml.Node) -> Data:
    if isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_form)


def load_template() -> Data:
    """The template with every `Fn::ForEach` unrolled."""
    return copy.deepcopy(_loaded())


@functools.cache
def _loaded() -> Data:
    template: Data = _unrolled(yaml.load(TEMPLATE.read_text(), _Loader))  # noqa: S506 - it is our own file
    return template


def resources(template: Data, kind: str) -> dict[str, Data]:
    """Logical id -> properties of every resource of a type."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def table_definitions() -> dict[str, Data]:
    """Logical id -> what CreateTable needs, for each table of the template."""
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    tables = resources(load_template(), "AWS::DynamoDB::Table")
    return {name: {key: table[key] for key in wanted if key in table} for name, table in tables.items()}


def _unrolled(node: Any) -> Any:
    if isinstance(node, list):
        return [_unrolled(item) for item in node]
    if not isinstance(node, dict):
        return node
    flat: Data = {}
    for key, value in node.items():
        if key.startswith("Fn::ForEach::"):
            name, items, fragment = value
            for item in items:
                flat |= _unrolled(json.loads(json.dumps(fragment).replace(f"${{{name}}}", item)))
        else:
            flat[key] = _unrolled(value)
    return flat
