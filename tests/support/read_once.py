"""What describes AWS's services is read once in a process, and not for each of the thousands of clients that tests
make."""

import functools

import botocore.loaders
import botocore.session


def read_once() -> None:
    botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
