"""What is worked with is what the stack's outputs name, which after a restore is not what the stack made."""

from pathlib import Path

from infra.ops import gauges
from infra.ops.gauges import metrics
from infra.ops.stack import Stack

STACK = Stack(
    "test",
    {
        "SendsTableName": "sends-restored",
        "DirectoryTableName": "directory",
        "DataBucketName": "data",
        "TokenKeyArn": "key",
        "LaneQueueUrl": "https://lane",
    },
    {"LaneSliceSeconds": "60"},
)


def test_tables_are_the_ones_in_use() -> None:
    assert STACK.tables == {"Sends": "sends-restored", "Directory": "directory"}
    assert STACK.env["SENDS_TABLE"] == "sends-restored"
    assert STACK.env["LANE_SLICE_SECONDS"] == "60"


def test_of_functions_and_of_the_tables_in_use_it_is_asked_what_failed_and_what_was_throttled() -> None:
    assert list(metrics(["lane"], STACK.tables.values())) == [
        ("AWS::Lambda::Function", "lane", "errors"),
        ("AWS::Lambda::Function", "lane", "throttles"),
        ("AWS::DynamoDB::Table", "sends-restored", "reads_throttled"),
        ("AWS::DynamoDB::Table", "sends-restored", "writes_throttled"),
        ("AWS::DynamoDB::Table", "directory", "reads_throttled"),
        ("AWS::DynamoDB::Table", "directory", "writes_throttled"),
    ]


def test_no_client_waits_longer_than_those_of_our_functions() -> None:
    """botocore's own wait for a minute, five times."""
    own = [path.name for path in Path(gauges.__file__).parent.glob("*.py") if "create_client" in path.read_text()]
    assert own == []
