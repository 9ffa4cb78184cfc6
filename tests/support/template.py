"""infra/template.yaml as plain data: short forms spelled out (`Fn::GetAtt`), loops unrolled."""

import json
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml

TEMPLATE = Path(__file__).parents[2] / "infra" / "template.yaml"
Data = dict[str, Any]


def load_template() -> Data:
    """The template with every `Fn::ForEach` unrolled."""
    template: Data = _unrolled(json.loads(json.dumps(cfn_yaml.load(str(TEMPLATE)))))
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
