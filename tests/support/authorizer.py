"""How long the gateway goes by what the authorizer said."""

from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.cloud import LocalCloud


@contextmanager
def remembering(cloud: LocalCloud, *, seconds: int) -> Iterator[int]:
    """For so long while this lasts; gives the seconds that the template states."""
    gateway, api_id = cloud.client("apigatewayv2"), cloud.outputs["ApiId"]
    (authorizer,) = gateway.get_authorizers(ApiId=api_id)["Items"]
    stated = int(authorizer["AuthorizerResultTtlInSeconds"])

    def remember(for_seconds: int) -> None:
        which = {"ApiId": api_id, "AuthorizerId": authorizer["AuthorizerId"]}
        gateway.update_authorizer(**which, AuthorizerResultTtlInSeconds=for_seconds)

    remember(seconds)
    try:
        yield stated
    finally:
        remember(stated)
