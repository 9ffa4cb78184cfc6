"""Mails to people: invitations, codes and notices about their accounts. Amazon SES's errors become ours here."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import RetryableError
from shared.failures import failure
from shared.observability import count, logger

_FOR_GOOD = frozenset({"MessageRejected", "BadRequestException", "MailFromDomainNotVerifiedException"})
"""Amazon SES v2, SendEmail: another try would end the same way."""


@dataclass(frozen=True, slots=True)
class Mail:
    """`text` has its links on lines of their own; `language` is a tag (BCP 47), `direction` ltr or rtl."""

    to: str
    subject: str
    text: str
    language: str = "en"
    direction: str = "ltr"

    @property
    def html(self) -> str:
        """The same text: only here can be said from which side it is read."""
        paragraphs = ("<br>".join(map(_html, part.split("\n"))) for part in self.text.split("\n\n"))
        body = "".join(f"<p>{one}</p>" for one in paragraphs)
        return (
            f'<!doctype html><html lang="{self.language}" dir="{self.direction}"><meta charset="utf-8">'
            f"<title>{html.escape(self.subject)}</title><body>{body}</body></html>"
        )


def _html(line: str) -> str:
    shown = html.escape(line)
    return f'<a href="{shown}">{shown}</a>' if line.startswith(("https://", "http://")) else shown


class MailNotSent(RetryableError):
    """`reason` is stable: `not_configured` (there is no sender), `refused` (SES does not take it) or `unavailable`."""

    code = "mail_not_sent"

    def __init__(self, reason: str) -> None:
        super().__init__("the mail could not be sent; try again in a few minutes")
        self.reason = reason


class MailClient(Protocol):
    def send_email(self, **call: Any) -> Any: ...


class Mailer:
    def __init__(self, client: Callable[[], MailClient], sender: str) -> None:
        """`client` is made when the first mail is sent. `sender` is such as `Example <accounts@example.com>`; "" where
        there is none."""
        self._client = client
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Raises MailNotSent. Addresses and texts never reach a log."""
        if not self._sender:
            raise self._not_sent("not_configured")
        body = {kind: {"Data": data, "Charset": "UTF-8"} for kind, data in (("Text", mail.text), ("Html", mail.html))}
        try:
            self._client().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": {"Subject": {"Data": mail.subject, "Charset": "UTF-8"}, "Body": body}},
            )
        except ClientError as error:
            for_good = error.response["Error"].get("Code") in _FOR_GOOD
            logger.warning("a mail was not sent", extra=failure(error))
            raise self._not_sent("refused" if for_good else "unavailable") from error
        except BotoCoreError as error:
            logger.warning("a mail was not sent", extra=failure(error))
            raise self._not_sent("unavailable") from error

    def _not_sent(self, reason: str) -> MailNotSent:
        count("MailNotSent")
        return MailNotSent(reason)
