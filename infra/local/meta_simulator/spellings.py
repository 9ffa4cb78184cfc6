"""One telephone line under several spellings: WhatsApp finds its one account by each, and names it in its own way.

Sources: WhatsApp Help Center, "About international phone number format" (Argentina 9, Mexico 1); Anatel, Resolução
553/2010 (Brazil's ninth digit); ARTCI, plan of 2021-01-31 (Ivory Coast); ARCEP, plan of 2024-11-30 (Benin).
"""

_IVORIAN_OPERATORS = {"0": "01", "1": "01", "2": "01", "3": "01", "4": "05", "5": "05", "6": "05"}
_OLD_LENGTHS = {"54": 12, "521": 13, "55": 12, "225": 11, "229": 11}


def line_of(digits: str) -> str:
    """The number as it is dialled from abroad today."""
    for code, length in _OLD_LENGTHS.items():
        if digits.startswith(code) and len(digits) == length:
            return _today(code, digits.removeprefix(code))
    return digits


def _today(code: str, rest: str) -> str:
    if code == "54":
        return f"549{rest}"
    if code == "521":
        return f"52{rest}"
    if code == "55":
        return f"55{rest[:2]}9{rest[2:]}" if rest[2] in "6789" else f"55{rest}"
    if code == "225":
        fixed = rest[0] in "23"
        return f"225{rest}" if fixed else f"225{_IVORIAN_OPERATORS.get(rest[1], '07')}{rest}"
    return f"22901{rest}"


def account_id_of(line: str) -> str:
    """The `wa_id` of an account that was opened before the plan of its country was changed."""
    if line.startswith("52") and len(line) == 12:
        return "521" + line[2:]
    if line.startswith("55") and len(line) == 13 and line[4] == "9" and line[2] >= "3":
        return line[:4] + line[5:]
    if line.startswith(("22501", "22505", "22507", "22901")) and len(line) == 13:
        return line[:3] + line[5:]
    return line
