"""What may be sent is what Meta takes: the models beside the Meta simulator's own checks, which share no code."""

import copy
import json
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.api.http import problems
from functions.api.inbox.sending.models import MessageIn
from infra.local.meta_simulator.errors import GraphError
from infra.local.meta_simulator.message_rules import check_content, check_envelope
from shared.domain.conversations.outgoing_message import read_text, wire_body
from tests.support.outgoing_samples import MEDIA_ID, RIGHT, WRONG, Json, at, named, right


def meta_takes(message: Json) -> bool:
    """Whether the simulator accepts the type's object, as it travels."""
    body = {"messaging_product": "whatsapp", "to": "+5511912345678", **json.loads(json.dumps(message))}
    try:
        check_content(check_envelope(body).type, body, {MEDIA_ID})
    except GraphError:
        return False
    return True


def sent(message: MessageIn) -> Json:
    return wire_body(message.root.type, message.content)


@pytest.mark.parametrize("message", RIGHT, ids=named)
def test_every_type_at_its_limits_is_taken_and_travels_as_it_was_written(message: Json) -> None:
    body = sent(MessageIn.model_validate(message))
    assert body == message
    assert meta_takes(body)


@pytest.mark.parametrize(
    ("kind", "place", "change", "field"), WRONG, ids=lambda value: value if isinstance(value, str) else value.__name__
)
def test_a_step_over_a_limit_is_refused_here_by_name_and_by_meta(
    kind: str, place: str, change: Any, field: str
) -> None:
    message = right(kind)
    change(*at(message, place))
    with pytest.raises(ValidationError) as refused:
        MessageIn.model_validate(message)
    problem = problems.of_validation(refused.value.errors())
    assert field in {error.field for error in problem.errors}, problem
    assert all(error.message for error in problem.errors)
    assert not meta_takes(message)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(node, dict):
        found += [place for key, value in node.items() for place in _places(value, (*path, key))]
    elif isinstance(node, list):
        found += [place for key, value in enumerate(node) for place in _places(value, (*path, key))]
    return found


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.integers(0, 5000).map(lambda length: "x" * length),
    st.sampled_from(["", " ", "\n", "https://", "https://a", "http://a.b/c d", "1", "\u200b", "é" * 20, "👍" * 20]),
)
_VALUES = st.one_of(_TEXTS, st.none(), st.booleans(), st.integers(-200, 200), st.floats(-200, 200), st.just([]))


@st.composite
def changed(draw: st.DrawFn) -> Json:
    """A right message with up to three things in it replaced, repeated or taken away."""
    message: Json = copy.deepcopy(draw(st.sampled_from(RIGHT)))
    for _ in range(draw(st.integers(1, 3))):
        places = _places(message[message["type"]])
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        holder: Any = message[message["type"]]
        for part in way:
            holder = holder[part]
        action = draw(st.sampled_from(["replace", "remove", "repeat", "longer"]))
        if action == "remove":
            del holder[last]
        elif action == "repeat" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
        elif action == "longer" and isinstance(holder[last], str):
            holder[last] += "x" * draw(st.integers(1, 3))
        else:
            holder[last] = draw(_VALUES)
    return message


@settings(max_examples=500, deadline=None)
@given(changed())
def test_whatever_is_accepted_here_meta_accepts(message: Json) -> None:
    try:
        accepted = MessageIn.model_validate(message)
    except ValidationError as error:
        event("refused")
        problem = problems.of_validation(error.errors())
        assert all(found.field and "type=" not in found.field for found in problem.errors)
        return
    event("accepted")
    body = sent(accepted)
    unknown = any(ref not in (None, MEDIA_ID) for ref in _ids(body))
    assert meta_takes(body) or unknown, body
    assert read_text(accepted.root.type, accepted.content)


def _ids(node: Any) -> list[Any]:
    """Media ids that a message names: only uploaded ones exist at Meta."""
    if isinstance(node, dict):
        own = [node["id"]] if "id" in node and "title" not in node else []
        return own + [ref for value in node.values() for ref in _ids(value)]
    return [ref for value in node for ref in _ids(value)] if isinstance(node, list) else []
