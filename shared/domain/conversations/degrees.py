"""Degrees of a place as a person reads them."""


def plain_degrees(value: float) -> str:
    """Without an exponent, to six places (11 cm at the equator), such as 37.442156; never -0."""
    return f"{round(value, 6) + 0.0:.6f}".rstrip("0").rstrip(".")
