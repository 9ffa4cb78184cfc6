"""Runs ministack, the local AWS, with Lambda workers that see what a Lambda sees.

ministack starts its Python workers with `sys.executable` and hands them this process's environment. Here that
interpreter is one without site packages: what a function imports must come from its package or its layer, or the import
fails as it would on AWS.
"""

import decimal
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import ministack.app
import yaml
from ministack.core import lambda_runtime
from ministack.services import cloudwatch, eventbridge, lambda_svc, scheduler
from ministack.services.cloudformation import engine

from infra.local import invocations, streams
from infra.local.enforcement import Enforcement
from infra.local.lambda_forks import LambdaForks
from infra.local.tally import Tally
from infra.local.throttling import Throttling
from infra.local.unpacked_once import UnpackedOnce

_NICE = 5


def _bare_interpreter() -> str:
    script = Path(tempfile.gettempdir()) / "lambda-python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S -X utf8 "$@"\n')
    script.chmod(0o755)
    return str(script)


def _also_in_seconds(parse: Callable[[str], int | None]) -> Callable[[str], int | None]:
    """AWS knows no rate below a minute, for which whoever looks at a campaign here would wait."""

    def seconds_of(expression: str) -> int | None:
        rate = re.fullmatch(r"rate\((\d+) seconds?\)", expression)
        return int(rate[1]) if rate else parse(expression)

    return seconds_of


def _limits_as_numbers(limit_of: Callable[..., int]) -> Callable[..., int]:
    """A MaximumConcurrency that comes from a parameter stays a string, which stops the poller of every queue."""

    def limit(mapping: dict[str, Any], *others: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        if isinstance(scaling.get("MaximumConcurrency"), str):
            mapping["ScalingConfig"] = {**scaling, "MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        return limit_of(mapping, *others)

    return limit


def _in_c(loader: type[yaml.SafeLoader]) -> type[yaml.CSafeLoader]:
    """The loader with the parser of libyaml."""
    return type(loader.__name__, (yaml.CSafeLoader,), {"yaml_constructors": loader.yaml_constructors})


def _with(module: ModuleType, **other: object) -> ModuleType:
    """The module, but for what is named."""
    changed = ModuleType(module.__name__)
    vars(changed).update(vars(module), **other)
    return changed


if __name__ == "__main__":
    for name in [name for name in os.environ if name.startswith(("PYTHON", "VIRTUAL_ENV"))]:
        del os.environ[name]
    # DynamoDB's numbers have 38 digits (Amazon DynamoDB, data types); ministack counts with as many as its threads do.
    decimal.DefaultContext.prec = decimal.getcontext().prec = 38
    # The simulators, which say when a message arrived, come first where the machine is busy.
    os.nice(_NICE)
    sys.executable = _bare_interpreter()
    sys.argv = ["ministack"]
    lambda_runtime.zipfile = _with(zipfile, ZipFile=UnpackedOnce)
    if hasattr(os, "pidfd_open"):
        lambda_runtime.subprocess = _with(subprocess, Popen=LambdaForks(sys.executable).start)
    streams.read_beside_queues()
    invocations.count_errors()
    # A template of this length takes seconds to read in Python.
    engine.CfnLoader = _in_c(engine.CfnLoader)
    # Ten seconds otherwise, for which whoever has just scheduled a campaign, or a test of it, would wait.
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    eventbridge._parse_rate_seconds = _also_in_seconds(eventbridge._parse_rate_seconds)
    lambda_svc._sqs_esm_concurrency = _limits_as_numbers(lambda_svc._sqs_esm_concurrency)
    # What is metered is rewritten on its way, and so no longer signed: one or the other.
    watched = (Enforcement if ministack.app.AUTH else Tally)(ministack.app.app)
    ministack.app.app = Throttling(watched, cloudwatch.record_metric)
    ministack.app.main()
