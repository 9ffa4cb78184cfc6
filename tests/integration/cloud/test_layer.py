"""The layer, loaded as a function loads it: by an interpreter that has nothing else."""

import subprocess
import sys

from infra.packaging.layer import AWS_SERVICES, install
from infra.packaging.target import local_target

PROGRAM = """
import sys
sys.path.append(sys.argv[1])
import boto3, httpx, jwt, phonenumbers, pydantic, pynamodb.models, pyreqwest, stripe
import aws_lambda_powertools
for service in sys.argv[2:]:
    boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
assert phonenumbers.is_valid_number(phonenumbers.parse("+34612345678"))
print("ok")
"""


def test_layer_alone_serves_every_import_and_aws_client() -> None:
    packages = install(local_target())
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(packages), *AWS_SERVICES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "ok\n", done.stderr


def test_layer_carries_no_other_aws_service() -> None:
    data = install(local_target()) / "botocore" / "data"
    assert {entry.name for entry in data.iterdir() if entry.is_dir()} == set(AWS_SERVICES)
