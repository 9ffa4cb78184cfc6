"""`make up`: starts the local cloud with a tenant ready to use, and keeps it until Ctrl-C."""

import dataclasses
import sys
import time

from infra.local import mails, running
from infra.local.child import ChildError
from infra.local.cloud import STATE, LocalCloud
from infra.local.stack import DeployError
from infra.local.tenant import ApiError, Tenant, ready_tenant


def main() -> int:
    """Runs until it is told to stop; returns the exit status."""
    cloud = LocalCloud()
    try:
        with running.only_one(STATE), running.writable(STATE):
            return _keep(cloud)
    except KeyboardInterrupt:
        print("stopped")
        return 0
    except running.UpError as error:
        print(error, file=sys.stderr)
        return 1
    except (ApiError, ChildError, DeployError) as error:
        print(f"{error}\nlog: {cloud.log}", file=sys.stderr)
        return 1


def _keep(cloud: LocalCloud) -> int:
    print("starting the local cloud…", flush=True)
    started = time.monotonic()
    with cloud:
        tenant = ready_tenant(cloud.api_url, cloud.simulator_url)
        handle = running.tell(STATE, _described(cloud, tenant))
        print(f"ready after {time.monotonic() - started:.1f} s; Ctrl-C stops it")
        print(f"  API        {cloud.api_url}")
        print(f"  log-in     {tenant.email}  {tenant.password}")
        print(f"  API key    {tenant.api_key}")
        print(f"  number     {tenant.phone_number_id} (WABA {tenant.waba_id})")
        print(f"  simulator  {cloud.simulator_url}/_sim/journal")
        print(f"  all of it  {handle}")
        print(f"  logs       make logs; of the services too: {cloud.log}", flush=True)
        known: set[str] = set()
        while True:
            time.sleep(1)
            cloud.check()
            for mail in mails.write_out(cloud.endpoint, cloud.run_directory / "mails", known):
                print(f"  a mail     {mail}", flush=True)


def _described(cloud: LocalCloud, tenant: Tenant) -> dict[str, object]:
    return {
        "api_url": cloud.api_url,
        "meta_webhook_url": cloud.meta_webhook_url,
        "stripe_webhook_url": cloud.stripe_webhook_url,
        "simulator_url": cloud.simulator_url,
        "stripe_simulator_url": cloud.stripe_simulator_url,
        "aws_endpoint_url": cloud.endpoint,
        "app_secret": cloud.app_secret,
        "verify_token": cloud.verify_token,
        "stripe_webhook_secret": cloud.stripe_webhook_secret,
        "tenant": dataclasses.asdict(tenant),
    }


if __name__ == "__main__":
    raise SystemExit(main())
