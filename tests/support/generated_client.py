"""The Python client that openapi-python-client makes of the document in the repository, as an integrator would have
it."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.api_tools import DOCUMENT

_CONFIG = DOCUMENT.with_name("openapi-python-client.yaml")
NAME = "wasapbos_client"


class Unhandled(AssertionError):
    """An answer that the client could not make anything of, or none that was hoped for."""


@contextmanager
def generated(into: Path) -> Iterator[None]:
    """Makes the package below `into`; while this lasts it can be imported. Fails for any warning of the generator."""
    # Here, because every worker that collects the tests would wait for it.
    from openapi_python_client import generate
    from openapi_python_client.config import Config, ConfigFile, MetaType

    config = Config.from_sources(
        # It would be formatted, for people to read.
        ConfigFile.load_from_path(_CONFIG).model_copy(update={"post_hooks": []}),
        MetaType.NONE,
        document_source=DOCUMENT,
        file_encoding="utf-8",
        overwrite=True,
        output_path=into / NAME,
    )
    said = [f"{one.level}: {one.header} {one.detail}" for one in generate(config=config)]
    assert said == []
    sys.path.insert(0, str(into))
    try:
        yield
    finally:
        sys.path.remove(str(into))
        for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
            del sys.modules[name]


def model(name: str) -> Any:
    """A class of the client: a schema of the document, by its name."""
    return getattr(importlib.import_module(f"{NAME}.models"), name)


class GeneratedClient:
    """Calls operations by their tag and operationId."""

    def __init__(self, url: str, token: str | None = None) -> None:
        package = importlib.import_module(NAME)
        # A status that the document does not declare is an error of the client's own then.
        options: Mapping[str, Any] = {"base_url": url, "timeout": 300, "raise_on_unexpected_status": True}
        self._client = package.AuthenticatedClient(**options, token=token) if token else package.Client(**options)

    def answer(self, tag: str, operation: str, *ids: str, **more: Any) -> tuple[int, Any]:
        """The status, and what the client makes of the body."""
        module = importlib.import_module(f"{NAME}.api.{tag}.{operation}")
        found = module.sync_detailed(*ids, client=self._client, **more)
        return int(found.status_code), found.parsed

    def ok(self, tag: str, operation: str, *ids: str, **more: Any) -> Any:
        """What a successful call gives."""
        status, parsed = self.answer(tag, operation, *ids, **more)
        if not 200 <= status < 300 or parsed is None:
            raise Unhandled(f"{operation}: {status} {parsed}")
        return parsed

    def close(self) -> None:
        self._client.get_httpx_client().close()
