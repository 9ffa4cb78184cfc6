"""What was set apart in the bucket, read again."""

import pytest
from botocore.stub import Stubber

from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.errors import InvalidInput


@pytest.mark.parametrize(("code", "status"), [("NoSuchKey", 404), ("AccessDenied", 403)])
def test_what_is_not_there_any_more_is_given_up_and_not_tried_again(code: str, status: int) -> None:
    """S3 says AccessDenied of an object that is missing to whoever may not list the bucket (S3, GetObject)."""
    aws = AwsClients()
    with Stubber(aws.s3) as s3:
        s3.add_client_error("get_object", service_error_code=code, http_status_code=status)
        with pytest.raises(InvalidInput, match="is gone"):
            Parking(aws, "data").read("webhooks/2026/01/01/a.json")
