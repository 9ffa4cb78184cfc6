"""`python -m infra.ops`: what an operator looks at and does, in a deployment on AWS or in the local cloud.

See infra/ops/README.md. Whatever changes something only says what it would do, unless `--yes` is given.
"""

import argparse
import getpass
import os
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from infra.ops import (
    accounts,
    audit,
    campaigns,
    changes,
    gauges,
    incidents,
    letters,
    members,
    numbers,
    operators,
    parked,
    people,
    rotation,
    sending,
    stack,
    tenants,
)
from infra.ops.desk import Desk
from infra.ops.output import as_json, as_text
from shared.clock import epoch_ms
from shared.errors import AppError
from shared.store.engine.database import open_database

NOUNS = (
    *(tenants, campaigns, people, numbers, incidents, sending),
    *(letters, parked, changes, gauges, accounts, rotation, operators, members, audit),
)


def parser() -> argparse.ArgumentParser:
    """With every noun and verb."""
    top = argparse.ArgumentParser("python -m infra.ops", description="Look after a deployment.")
    top.add_argument("--local", action="store_true", help="the local cloud that `make up` keeps")
    top.add_argument("--stack", default="", help="name of the CloudFormation stack")
    top.add_argument("--profile", default="", help="AWS profile")
    top.add_argument("--region", default="", help="AWS Region")
    top.add_argument("--endpoint", default="", help="URL of another AWS, such as a local cloud that a test started")
    top.add_argument("--json", action="store_true", help="answer as JSON")
    nouns = top.add_subparsers(dest="noun", required=True, metavar="NOUN")
    for noun in NOUNS:
        noun.add_to(nouns)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """The exit status: 0 when all is said or done, 1 when something is in the way, 2 for words it does not know."""
    args = parser().parse_args(words)
    try:
        name = stack.choose(
            local=args.local, stack=args.stack, profile=args.profile, region=args.region, endpoint=args.endpoint
        )
        database = open_database(os.environ)
        described = stack.describe(database.session, name)
        database = type(database)(database.client, database.session, described.env)
        desk = Desk(database, described, epoch_ms(), who=f"{getpass.getuser()}")
        answer = args.run(desk, args)
    except (AppError, stack.NoStack, ClientError, BotoCoreError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(as_json(answer) if args.json else as_text(answer))
    return 1 if answer.get("failed") else 0


if __name__ == "__main__":
    raise SystemExit(main())
