"""How long the gateway goes by what the authorizer said."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.cloud import LocalCloud


def stated_seconds(cloud: LocalCloud) -> int:
    """For how long it does at this moment: as the template states, unless it is `remembering` for another time."""
    return int(_authorizer(cloud)["AuthorizerResultTtlInSeconds"])


def _authorizer(cloud: LocalCloud) -> dict[str, Any]:
    (found,) = cloud.client("apigatewayv2").get_authorizers(ApiId=cloud.outputs["ApiId"])["Items"]
    return dict(found)


@contextmanager
def remembering(cloud: LocalCloud, *, seconds: int) -> Iterator[int]:
    """For so long while this lasts; gives the seconds that the template states."""
    stated, authorizer = stated_seconds(cloud), _authorizer(cloud)["AuthorizerId"]

    def remember(for_seconds: int) -> None:
        which = {"ApiId": cloud.outputs["ApiId"], "AuthorizerId": authorizer}
        cloud.client("apigatewayv2").update_authorizer(**which, AuthorizerResultTtlInSeconds=for_seconds)

    remember(seconds)
    try:
        yield stated
    finally:
        remember(stated)
