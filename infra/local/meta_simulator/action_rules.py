"""Checks what a send puts behind flow, catalog and product buttons, and the product of a header.

Sources: Meta, "Flows" (template messages: flow_token, flow_action_data), "Catalog templates", "Multi-product message
templates" (10 sections, 30 products), "Product card carousel templates" (catalog_id, product_retailer_id).
"""

from .config import Json
from .errors import GraphError

_KEYS = {
    "flow": ("flow_token", "flow_action_data"),
    "catalog": ("thumbnail_product_retailer_id",),
    "mpm": ("thumbnail_product_retailer_id", "sections"),
}
_SECTIONS, _PRODUCTS, _TITLE = 10, 30, 24


def check_action(at: int, sub_type: str, action: Json, *, endpoint: bool) -> None:
    """The action object of one button; `endpoint` for a flow that takes no data from the send.

    Raises:
        GraphError: 131008, 131009.
    """
    where = f"buttons: Button at index {at} of type {sub_type}"
    unknown = set(action) - set(_KEYS.get(sub_type, ()))
    if unknown:
        raise GraphError(131009, f"{where}: unexpected key in action: {sorted(unknown)[0]}")
    for key in ("flow_token", "thumbnail_product_retailer_id"):
        if key in action and not _text(action[key]):
            raise GraphError(131009, f"{where}: {key} must be a string that is not empty")
    if sub_type == "flow":
        _check_flow_data(where, action, endpoint=endpoint)
    if sub_type == "mpm":
        if "thumbnail_product_retailer_id" not in action:
            raise GraphError(131008, f"{where}: thumbnail_product_retailer_id is required")
        _check_sections(where, action.get("sections"))


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_flow_data(where: str, action: Json, *, endpoint: bool) -> None:
    if "flow_action_data" not in action:
        return
    data = action["flow_action_data"]
    if endpoint:
        raise GraphError(131009, f"{where}: flow_action_data is only for flows that navigate to a screen")
    if not isinstance(data, dict) or not data:
        raise GraphError(131009, f"{where}: flow_action_data must be an object that is not empty")


def _check_sections(where: str, sections: object) -> None:
    if not isinstance(sections, list) or not 1 <= len(sections) <= _SECTIONS:
        raise GraphError(131009, f"{where}: sections must be a list of 1 to {_SECTIONS}")
    products = 0
    for section in sections:
        title = section.get("title") if isinstance(section, dict) else None
        items = section.get("product_items") if isinstance(section, dict) else None
        if not isinstance(title, str) or not 1 <= len(title.strip()) <= len(title) <= _TITLE:
            raise GraphError(131009, f"{where}: a section needs a title of at most {_TITLE} characters")
        if not isinstance(items, list) or not items:
            raise GraphError(131009, f"{where}: a section needs product_items")
        if not all(isinstance(item, dict) and _text(item.get("product_retailer_id")) for item in items):
            raise GraphError(131009, f"{where}: a product item needs its product_retailer_id")
        products += len(items)
    if products > _PRODUCTS:
        raise GraphError(131009, f"{where}: at most {_PRODUCTS} products are shown, {products} were given")


def check_product(product: Json) -> None:
    """The product of a header.

    Raises:
        GraphError: 131008, 131009.
    """
    for key in ("product_retailer_id", "catalog_id"):
        if not _text(product.get(key)):
            raise GraphError(131008, f"header: a product needs its {key}")
    if not str(product["catalog_id"]).isdecimal():
        raise GraphError(131009, "header: catalog_id is not the id of a catalog")
