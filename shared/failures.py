"""What may be said of an error in a log: its type, where it was raised in code of ours, and which call of AWS failed.

An error's own words are never said: libraries quote their input in them.
"""

import traceback
from collections.abc import Iterator, Mapping
from types import FrameType

_OURS = ("functions.", "shared.")
_AROUND = "shared.observability:"
"""It stands around every handler."""
_MOST_FRAMES = 8
_MOST_CAUSES = 5


class InvocationFailed(Exception):
    """Raised in place of what a handler did not catch: Lambda logs an error's words, and of this one they are ours."""


def failure(error: BaseException) -> dict[str, object]:
    """Fields for a line of the log. `where` has our own frames, the innermost last; `aws` the service and operation,
    `resource` the table, queue or bucket it was about, and `aws_code` AWS's answer, where there is one."""
    chain = list(_chain(error))
    found: dict[str, object] = {"error": " < ".join(type(one).__name__ for one in chain), "where": _where(error)}
    for one in chain:
        found |= _answer_of(one) | _call_of(one)
    return found


def _chain(error: BaseException) -> Iterator[BaseException]:
    """It, and what caused it."""
    one: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _frames(error: BaseException) -> list[tuple[FrameType, int]]:
    return list(traceback.walk_tb(error.__traceback__))


def where_at(frame: FrameType) -> dict[str, object]:
    """The same of a thread whose innermost frame this is: where it is."""
    return {"where": _places([*traceback.walk_stack(frame)][::-1])}


def _where(error: BaseException) -> str:
    return _places(_frames(error))


def _places(found: list[tuple[FrameType, int]]) -> str:
    frames = [f"{frame.f_globals.get('__name__', '')}:{line}" for frame, line in found]
    ours = [frame for frame in frames if frame.startswith(_OURS) and not frame.startswith(_AROUND)]
    return " > ".join((ours or frames)[-_MOST_FRAMES:])


def _answer_of(error: BaseException) -> dict[str, object]:
    answer = getattr(error, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, Mapping) else None
    return {"aws_code": str(code)} if code else {}


def _call_of(error: BaseException) -> dict[str, object]:
    """Read from the frame in which botocore makes a call: only there both the operation and its parameters are known,
    and nothing has to be noted of the many calls that succeed. Of the parameters, names only."""
    for frame, _ in _frames(error):
        if frame.f_code.co_name == "_make_api_call" and frame.f_globals.get("__name__") == "botocore.client":
            call = frame.f_locals
            service = getattr(getattr(call.get("self"), "meta", None), "service_model", None)
            operation = f"{getattr(service, 'service_id', 'AWS')}.{call.get('operation_name', '')}"
            parameters = call.get("api_params")
            resource = _resource(parameters) if isinstance(parameters, Mapping) else ""
            return {"aws": operation, **({"resource": resource} if resource else {})}
    return {}


def _resource(parameters: Mapping[str, object]) -> str:
    for name in ("TableName", "Bucket"):
        if name in parameters:
            return str(parameters[name])
    if "QueueUrl" in parameters:
        return str(parameters["QueueUrl"]).rpartition("/")[2]
    several = parameters.get("RequestItems")
    if isinstance(several, Mapping):
        return ",".join(sorted(map(str, several)))
    parts = parameters.get("TransactItems")
    if isinstance(parts, list):
        return ",".join(sorted({str(item["TableName"]) for part in parts for item in part.values()}))
    return ""
