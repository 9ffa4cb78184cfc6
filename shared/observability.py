"""The one Logger and the one Metrics. Ids go into logs; secrets, phone numbers and message text never do."""

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger()
metrics = Metrics()


def count(name: str, value: int = 1) -> None:
    """Add to a CloudWatch metric (embedded metric format); the name is a past-tense fact such as `WebhookRejected`."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
