"""What interactive messages are made of: headers, bodies, footers, replies and links.

Lengths: Meta, "Interactive messages" of the Cloud API.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import StringConstraints

from functions.api.http.fields import BY_TYPE, Input, of_type
from functions.api.inbox.sending.media_models import DocumentRef, MediaRef, text

WebLink = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=2000,
        pattern=r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#]\S*)?$",
    ),
]
Label = Annotated[str, text(20)]


def differ(names: Sequence[str], what: str) -> None:
    if len(set(names)) != len(names):
        raise ValueError(f"two {what} are the same; each must be different")


class HeaderText(Input):
    type: Literal["text"]
    text: Annotated[str, text(60)]


class HeaderImage(Input):
    type: Literal["image"]
    image: MediaRef


class HeaderVideo(Input):
    type: Literal["video"]
    video: MediaRef


class HeaderDocument(Input):
    type: Literal["document"]
    document: DocumentRef


Header = Annotated[
    Annotated[HeaderText, of_type("text")]
    | Annotated[HeaderImage, of_type("image")]
    | Annotated[HeaderVideo, of_type("video")]
    | Annotated[HeaderDocument, of_type("document")],
    BY_TYPE,
]


class Body(Input):
    text: Annotated[str, text(1024)]


class LongBody(Input):
    text: Annotated[str, text(4096)]


class Footer(Input):
    text: Annotated[str, text(60)]


class Reply(Input):
    id: Annotated[str, text(256)]
    title: Label


class ReplyButton(Input):
    type: Literal["reply"] = "reply"
    reply: Reply


class UrlParameters(Input):
    display_text: Label
    url: WebLink


class UrlAction(Input):
    name: Literal["cta_url"] = "cta_url"
    parameters: UrlParameters
