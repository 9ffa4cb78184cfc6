"""The local cloud: AWS, Meta and Stripe on this machine, with infra/template.yaml deployed into them unchanged.

    with LocalCloud(parameters={"LaneSliceSeconds": "5"}) as cloud:
        httpx.get(f"{cloud.api_url}/v1/openapi.json")
        cloud.client("sqs").receive_message(QueueUrl=cloud.outputs["StatusDeadLetterQueueUrl"])

Nothing is left behind but the log: all state is in memory or below the run's own folder, which is removed.
"""

import json
import secrets
import shutil
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from infra.local import gaps, rundir, services, stack
from infra.local.child import Child
from infra.local.ports import past_proxies
from infra.local.tally import FUNCTION_URLS, HTTP_APIS
from infra.packaging.functions import build_functions
from infra.packaging.layer import build_layer
from infra.packaging.target import ROOT, local_target

TEMPLATE = ROOT / "infra" / "template.yaml"
STATE = ROOT / ".local"
STACK = "wasapbos"
_SENDER = "accounts@example.com"
_BUCKET = "artifacts"


class LocalCloud:
    """A context manager: what is deployed is there from `__enter__` to `__exit__`.

    `parameters` override the template's parameters, `meta` and `stripe` the simulators' settings; the Lambda workers
    see `worker_environment` beside what the template gives them. `enforcing` has every call of AWS checked against the
    policy of the caller's role (`infra/local/enforcement.py`), and signatures, sessions and codes as well; nothing is
    metered then. The functions are those of the checkout that holds
    this file. Entering raises what made the start fail, after stopping everything.
    """

    def __init__(
        self,
        *,
        parameters: Mapping[str, str] | None = None,
        meta: Mapping[str, object] | None = None,
        stripe: Mapping[str, object] | None = None,
        worker_environment: Mapping[str, str] | None = None,
        enforcing: bool = False,
    ) -> None:
        self.app_id = "100200300400500"
        self.app_secret = secrets.token_hex(16)
        self.verify_token = secrets.token_hex(16)
        self.stripe_api_key = f"sk_test_{secrets.token_hex(12)}"
        self.stripe_webhook_secret = f"whsec_{secrets.token_hex(16)}"
        self.endpoint = ""
        self.simulator_url = ""
        self.stripe_simulator_url = ""
        self.outputs: dict[str, str] = {}
        self.log = Path()
        self._parameters = dict(parameters or {})
        self._meta = dict(meta or {})
        self._stripe = dict(stripe or {})
        self._worker_environment = dict(worker_environment or {}) | ({"AUTH": "true"} if enforcing else {})
        self._children: list[Child] = []
        self.run_directory = Path()
        self._handler_before: Any = None

    @property
    def api_url(self) -> str:
        """Base URL of the HTTP API."""
        return f"{self.endpoint}{HTTP_APIS}/{self.outputs['ApiId']}"

    @property
    def meta_webhook_url(self) -> str:
        """Where Meta's webhooks go."""
        return self.outputs["MetaWebhookUrl"]

    @property
    def stripe_webhook_url(self) -> str:
        """Where Stripe's webhooks go."""
        return f"{self.api_url}/webhooks/stripe"

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS, for example `client("sqs")`."""
        return stack.client(service, self.endpoint)

    def __enter__(self) -> Self:
        past_proxies()
        self.run_directory = rundir.create(STATE)
        self.log = rundir.new_log(STATE, self.run_directory)
        self._catch_termination()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends every process and removes the run's folder. Safe to call twice."""
        while self._children:
            self._children.pop().stop()
        shutil.rmtree(self.run_directory, ignore_errors=True)
        if self._handler_before is not None:
            signal.signal(signal.SIGTERM, self._handler_before)
            self._handler_before = None

    def check(self) -> None:
        """Raises ChildError when one of the processes has ended by itself."""
        for child in self._children:
            child.check()

    def _start(self) -> None:
        aws, self.endpoint = services.start_aws(self.run_directory, self.log, self._worker_environment)
        self._children.append(aws)
        meta = self._simulator(
            "meta",
            {"app_id": self.app_id, "app_secret": self.app_secret, "verify_token": self.verify_token, **self._meta},
        )
        stripe = self._simulator(
            "stripe", {"api_key": self.stripe_api_key, "webhook_secret": self.stripe_webhook_secret, **self._stripe}
        )
        target = local_target()
        archives = {
            "LayerKey": build_layer(target, into=self.run_directory),
            **build_functions(target, into=self.run_directory),
        }
        services.wait_for_aws(aws, self.endpoint)
        self.simulator_url = services.simulator_url(meta)
        self.stripe_simulator_url = services.simulator_url(stripe)
        files = {path.name: path for path in archives.values()} | {TEMPLATE.name: TEMPLATE}
        stack.upload(self.endpoint, _BUCKET, files)
        self.client("sesv2").create_email_identity(EmailIdentity=_SENDER)
        parameters = {
            **{parameter: path.name for parameter, path in archives.items()},
            **self._local_parameters(),
            **self._parameters,
        }
        template_url = f"{self.endpoint}/{_BUCKET}/{TEMPLATE.name}"
        self.outputs = stack.create_stack(self.endpoint, STACK, template_url, parameters, alive=self.check)
        gaps.close(self.endpoint, STACK)
        services.wait_for(f"{self.api_url}/v1/errors", self.check, seconds=services.READY_SECONDS)
        services.script(self.simulator_url, {"webhook_url": self.meta_webhook_url})
        services.script(self.stripe_simulator_url, {"webhook_url": self.stripe_webhook_url})

    def _simulator(self, name: str, settings: Mapping[str, object]) -> Child:
        child = services.start_simulator(name, settings, self.run_directory, self.log)
        self._children.append(child)
        return child

    def _local_parameters(self) -> dict[str, str]:
        """What differs from a deployment to AWS."""
        return {
            "Stage": "local",
            "ArtifactBucket": _BUCKET,
            **self._create_secrets(),
            "MetaAppId": self.app_id,
            "MetaConfigurationId": "555000555000555",
            "GraphApiUrl": self.simulator_url,
            "StripeApiUrl": self.stripe_simulator_url,
            "UserPoolIssuerBase": self.endpoint,
            "FunctionUrlBase": f"{self.endpoint}{FUNCTION_URLS}",
            "ApiUrlBase": f"{self.endpoint}{HTTP_APIS}",
            "EmailVerification": "skip",
            "MailFrom": f"wasapbos <{_SENDER}>",
            "MailIdentity": _SENDER,
            "ThreatProtection": "OFF",
            "ConsumerVisibilitySeconds": "60",
            "AllowPrivateWebhooks": "true",
            # One tenant here may do what all of them do together elsewhere.
            "CallLimitFactor": "1000",
            # Each worker is a process here, and starting twenty at once keeps a small machine busy for 20 s.
            "LoadConcurrency": "4",
            "SweepConcurrency": "4",
            "DryRunConcurrency": "4",
            # Whoever looks at a campaign here does not wait for a minute.
            "StatusCompactionSeconds": "1",
            "StatusCompactionSchedule": "rate(2 seconds)",
        }

    def _create_secrets(self) -> dict[str, str]:
        """The platform's secrets, as they are made by hand before the first deployment: parameter → ARN."""
        secrets = {
            "Meta": {"meta_app_secret": self.app_secret, "meta_verify_token": self.verify_token},
            "Stripe": {"stripe_api_key": self.stripe_api_key},
            "StripeWebhook": {"stripe_webhook_secret": self.stripe_webhook_secret},
        }
        manager = self.client("secretsmanager")
        return {
            f"{name}SecretArn": manager.create_secret(Name=f"{STACK}-{name}", SecretString=json.dumps(secret))["ARN"]
            for name, secret in secrets.items()
        }

    def _catch_termination(self) -> None:
        """Makes SIGTERM unwind like Ctrl-C, so that `__exit__` runs. Only the main thread may set a handler."""
        if threading.current_thread() is threading.main_thread():
            self._handler_before = signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
