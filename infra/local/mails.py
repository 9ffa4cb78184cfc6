"""The mails that the local cloud sends, as files that people can read: there is nobody who would bring them."""

import json
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

_SENT = "/_ministack/ses/messages"


@dataclass(frozen=True, slots=True)
class Mail:
    mail_id: str
    to: str
    subject: str
    text: str
    at: str


def sent(endpoint: str) -> list[Mail]:
    """All that were sent so far, oldest first."""
    with urllib.request.urlopen(endpoint + _SENT, timeout=10) as answer:
        by_account = json.load(answer)["messages"]
    found = [
        Mail(
            mail_id=str(one["MessageId"]),
            to=", ".join(one["To"]),
            subject=str(one["Subject"] or ""),
            text=str(one["BodyText"] or one["BodyHtml"] or ""),
            at=str(one["Timestamp"]),
        )
        for mails in by_account.values()
        for one in mails
    ]
    return sorted(found, key=lambda mail: mail.at)


def write_out(endpoint: str, folder: Path, known: set[str]) -> list[Path]:
    """One file for each mail that is not `known` yet, which is then; the paths of the new ones."""
    written = []
    for mail in sent(endpoint):
        if mail.mail_id in known:
            continue
        known.add(mail.mail_id)
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^a-z0-9@.]+", "-", f"{len(known):04d} {mail.to} {mail.subject}".lower())[:100]
        path = folder / f"{name}.txt"
        path.write_text(f"To: {mail.to}\nSubject: {mail.subject}\nDate: {mail.at}\n\n{mail.text}\n")
        written.append(path)
    return written
