"""Trigger: EventBridge Scheduler, once a minute. One campaign that fails does not stop the others."""

from typing import Any

from functions.campaign_dispatch.bootstrap import deps
from functions.campaign_dispatch.sweep import sweep_campaign
from shared.clock import epoch_ms
from shared.observability import count, logger, metrics
from shared.sqs_batch import log_failure


@metrics.log_metrics
def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    now = epoch_ms()
    for tenant_id, campaign_id in deps().catalogue.campaigns_to_sweep(now):
        try:
            result = sweep_campaign(deps(), tenant_id, campaign_id, now)
        except Exception as error:
            log_failure(campaign_id, error)
            count("SweepFailed")
            continue
        if result == "unbalanced":
            count("BooksUnbalanced")
        logger.info("swept", extra={"campaign_id": campaign_id, "result": result})
