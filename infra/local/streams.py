"""Has ministack read streams beside queues, as AWS does.

It has one thread for both, and that waits for whatever function a stream's records go to: meanwhile no queue is read,
and a no waits for what follows from contacts that changed. It would also start a function for every single record;
Lambda reads a stream four times a second (AWS Lambda, using Lambda with DynamoDB: polling and batching streams).
"""

import logging
import threading
import time

from ministack.services import lambda_svc

_logger = logging.getLogger(__name__)
_BETWEEN_READS_SECONDS = 0.25


def read_beside_queues() -> None:
    """Gives streams a thread of their own, which is woken whenever their turn would be."""
    read = lambda_svc._poll_dynamodb_streams
    turn = threading.Event()

    def wake() -> bool:
        turn.set()
        return False

    def keep_reading() -> None:
        while turn.wait():
            turn.clear()
            try:
                while read():
                    time.sleep(_BETWEEN_READS_SECONDS)
            except Exception:
                _logger.exception("reading streams failed")

    lambda_svc._poll_dynamodb_streams = wake
    threading.Thread(target=keep_reading, name="streams", daemon=True).start()
