"""Has ministack count in CloudWatch which invocations failed: it does so for the Invoke API only, and AWS for all, such
as those by a queue."""

from collections.abc import Mapping
from typing import Any

from ministack.services import cloudwatch, lambda_svc


def count_errors() -> None:
    """From now on; what is throttled is counted as before."""
    run, emit = lambda_svc._execute_function_dispatch, lambda_svc._emit_lambda_metrics

    def counted(func: Any, config: Mapping[str, Any], *more: Any) -> Any:
        result = run(func, config, *more)
        if isinstance(result, dict) and result.get("error"):
            of = {"FunctionName": str(config["FunctionName"])}
            cloudwatch.record_metric("AWS/Lambda", "Errors", 1, "Count", of)
        return result

    def throttles(name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle:
            emit(name, duration_ms=duration_ms, error=error, throttle=throttle)

    lambda_svc._execute_function_dispatch, lambda_svc._emit_lambda_metrics = counted, throttles
