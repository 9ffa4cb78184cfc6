"""Reading settings: one typed, frozen object per function, parsed once at cold start, failing loudly."""

from collections.abc import Mapping

from shared.errors import ConfigError

USER_AGENT = "wasapbos"
"""How AWS's clients name themselves. The name that botocore makes up instead is made anew, twice, for each call: 0.5 of
the 1.1 ms of CPU that a small one takes."""


def required(env: Mapping[str, str], name: str) -> str:
    """The setting's text. Raises ConfigError, which names it, when it is missing or blank."""
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"environment variable {name} is missing; it is set in infra/template.yaml")
    return value


def required_int(env: Mapping[str, str], name: str) -> int:
    """The setting as a whole number. Raises ConfigError when it is missing or not one."""
    text = required(env, name)
    try:
        return int(text)
    except ValueError as exc:
        raise ConfigError(f"environment variable {name} must be a whole number") from exc


def stated(env: Mapping[str, str], name: str) -> str:
    """The setting's text, "" where the template says so. Raises ConfigError when the setting is not there at all: under
    a misspelt name it would be taken for empty."""
    if name not in env:
        raise ConfigError(f"environment variable {name} is missing; it is set in infra/template.yaml")
    return env[name].strip()
