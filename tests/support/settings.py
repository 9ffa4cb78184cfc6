"""What functions really read of their environment when their handlers' bootstraps build everything.

Run as a program it answers for several at once: a bootstrap leaves its tables and clients behind in the process.
"""

import functools
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from unittest.mock import patch

import botocore.loaders
import botocore.session

from shared.errors import ConfigError

_AWS = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}


@dataclass(frozen=True, slots=True)
class Settings:
    """`read`: names of the given settings that were asked for. `error` names one that was not given."""

    read: list[str]
    error: str = ""


def settings_read(environments: Mapping[str, Mapping[str, str]]) -> dict[str, Settings]:
    """For each handler's module, what its bootstrap reads of the environment given for it."""
    program = [sys.executable, "-m", "tests.support.settings"]
    answer = subprocess.run(program, input=json.dumps(environments), capture_output=True, text=True, check=True)
    return {handler: Settings(**found) for handler, found in json.loads(answer.stdout).items()}


class _Recorded(dict[str, str]):
    """An environment that remembers whose value was asked for by name; copying it whole asks for nothing."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)


def _builders(handler: str) -> list[Any]:
    """The cached functions that a handler's module takes from a bootstrap; each builds what a Lambda works with."""
    members = vars(importlib.import_module(handler)).values()
    return [
        member
        for member in members
        if hasattr(member, "cache_clear") and member.__module__.rpartition(".")[2].endswith("bootstrap")
    ]


def _read_by(handler: str, given: Mapping[str, str]) -> Settings:
    environment = _Recorded({**_AWS, **given})
    builders = _builders(handler)
    with patch.object(os, "environ", environment):
        for build in builders:
            build.cache_clear()  # handlers share bootstraps
            try:
                build()
            except ConfigError as error:
                return Settings([], str(error))
    return Settings(sorted(environment.read & given.keys()), "" if builders else "it takes nothing from a bootstrap")


if __name__ == "__main__":
    # What describes a service is read once, and not for each function's clients.
    botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
    asked = json.load(sys.stdin)
    print(json.dumps({handler: asdict(_read_by(handler, given)) for handler, given in asked.items()}))
