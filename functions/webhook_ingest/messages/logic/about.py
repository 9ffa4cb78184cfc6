"""What to know of a message besides its text. Pure."""

from collections.abc import Mapping

from functions.webhook_ingest.json_input import Json, as_list, as_object, word


def about(message: Mapping[str, object]) -> str:
    """The ad it came from, that it was passed on, the product it asks about, what Meta says went wrong with it."""
    context = as_object(message.get("context"))
    product = word(as_object(context.get("referred_product")), "product_retailer_id")
    errors = [as_object(error) for error in as_list(message.get("errors"))[:3]]
    found = [
        _referral(as_object(message.get("referral"))),
        "forwarded many times" if context.get("frequently_forwarded") is True else "",
        "forwarded" if context.get("forwarded") is True else "",
        f"about the product {product[:100]}" if product else "",
        *(f"error {word(error, 'code')[:16]}: {word(error, 'title')[:200]}" for error in errors),
    ]
    return "; ".join(filter(None, found))


def _referral(referral: Json) -> str:
    if not referral:
        return ""
    kind = "post" if word(referral, "source_type") == "post" else "ad"
    headline = word(referral, "headline") or word(referral, "body")
    return f'from the {kind} "{headline[:200]}"' if headline else f"from the {kind} {word(referral, 'source_id')[:100]}"
