"""Imported by the process that racing ones are forked from: what each of them would load for itself (the routes,
AWS's other services and what describes them) they have from the start. No client of Meta's is made here: one with
threads does not outlive a fork."""

import boto3
from moto.backends import get_backend

from tests.support.api_document import api_document
from tests.support.read_once import read_once

read_once()
api_document()
for _service in ("cognito-idp", "kms", "s3", "scheduler", "secretsmanager", "sqs"):
    get_backend(_service)
    boto3.client(_service)
boto3.client("dynamodb")
