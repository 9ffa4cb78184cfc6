"""DynamoDB's answers as our parser reads them: what botocore's own makes of them, bytes and all."""

import json
from base64 import b64encode
from typing import Any

import botocore.session
import pytest
from botocore.parsers import JSONParser
from hypothesis import given
from hypothesis import strategies as st

from shared.store.engine.answers import AnswerParser
from shared.store.engine.database import open_database
from tests.support.model_client import model_client_put_back

_MODEL = botocore.session.get_session().get_service_model("dynamodb")
_BYTES = st.binary(max_size=9).map(lambda raw: b64encode(raw).decode())
_LEAVES = st.one_of(
    st.text(max_size=9).map(lambda value: {"S": value}),
    st.integers().map(lambda value: {"N": str(value)}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.just({"NULL": True}),
    _BYTES.map(lambda value: {"B": value}),
    st.lists(_BYTES, min_size=1, max_size=3).map(lambda values: {"BS": values}),
    st.lists(st.text(max_size=5), min_size=1, max_size=3).map(lambda values: {"SS": values}),
    st.lists(st.integers().map(str), min_size=1, max_size=3).map(lambda values: {"NS": values}),
)
# Names that are also names of types, or of members of the answers themselves.
_NAMES = st.sampled_from(["S", "B", "M", "L", "Item", "Items", "pk"]) | st.text(min_size=1, max_size=5)
_VALUES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda values: {"L": values})
        | st.dictionaries(_NAMES, inner, max_size=3).map(lambda values: {"M": values})
    ),
    max_leaves=8,
)
_ITEMS = st.dictionaries(_NAMES, _VALUES, max_size=4)


def _both(operation: str, answer: object, status: int = 200) -> tuple[Any, Any]:
    response = {"body": json.dumps(answer).encode(), "headers": {"x-amzn-requestid": "r"}, "status_code": status}
    shape = _MODEL.operation_model(operation).output_shape
    assert shape is not None
    return AnswerParser().parse(response, shape), JSONParser().parse(response, shape)


@given(st.lists(_ITEMS, max_size=3), _ITEMS)
def test_answers_read_as_by_botocore(items: list[dict[str, Any]], key: dict[str, Any]) -> None:
    for operation, answer in (
        (
            "Query",
            {"Items": items, "Count": len(items), "LastEvaluatedKey": key, "ConsumedCapacity": {"TableName": "t"}},
        ),
        ("GetItem", {"Item": key}),
        ("PutItem", {"Attributes": key, "ItemCollectionMetrics": {"ItemCollectionKey": key}}),
        (
            "BatchGetItem",
            {"Responses": {"t": items}, "UnprocessedKeys": {"t": {"Keys": items, "ConsistentRead": True}}},
        ),
        ("TransactGetItems", {"Responses": [{"Item": item} for item in items]}),
    ):
        ours, botocores = _both(operation, answer)
        assert ours == botocores


@given(_ITEMS)
def test_what_stood_against_a_condition_reads_as_by_botocore(item: dict[str, Any]) -> None:
    model: Any = _MODEL  # the stubs take codes for numbers
    shape = model.shape_for_error_code("ConditionalCheckFailedException")
    body = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no", "Item": item}
    response = {"body": json.dumps(body).encode(), "headers": {}, "status_code": 400}
    assert shape is not None
    assert AnswerParser().parse(response, shape) == JSONParser().parse(response, shape)


@pytest.mark.parametrize("answer", [{}, {"Items": [], "Count": 0}, {"Items": [{"a": {"B": "AAECAw=="}}]}])
def test_few_and_no_items(answer: dict[str, Any]) -> None:
    ours, botocores = _both("Query", answer)
    assert ours == botocores


def test_only_dynamodbs_client_reads_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with model_client_put_back():
        database = open_database({})
    of_sqs = database.session.create_client("sqs")
    for client, parser in ((database.client, AnswerParser), (of_sqs, JSONParser)):
        endpoint: Any = vars(client)["_endpoint"]
        assert type(endpoint._response_parser_factory.create_parser("json")) is parser
