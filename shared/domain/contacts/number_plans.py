"""One form for each phone number: national plans that were changed, and numbers that WhatsApp writes in its own way.

A WhatsApp id (`wa_id`, `from`, `recipient_id`) keeps the digits with which an account was opened, and lists keep what
people once wrote. So one person comes under several spellings, and a STOP must find whoever was imported. The form of
today's plan is the canonical one: contacts are stored, found and written to under it.

A rule stands here only where the old form can be nobody's number today; that leaves out Kosovo (377 44, 386 49 are
Monaco's and Slovenia's numbers) and plans whose new digits follow from the operator alone (Togo 2011).
"""

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """National digits in the old form and what they are now; `new` and `old_again` lead back. Templates as in `re`."""

    old: re.Pattern[str]
    becomes: str
    new: re.Pattern[str]
    was: str


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """One country's changes. `since` is the day the new form took effect (ISO date), `source` who said so."""

    country: str
    code: str
    since: str
    source: str
    changes: tuple[Change, ...]


def _change(old: str, becomes: str, *, new: str, was: str) -> Change:
    return Change(re.compile(old, re.ASCII), becomes, re.compile(new, re.ASCII), was)


def _prefixes(pairs: str, rest: int) -> tuple[Change, ...]:
    """From `old:new` pairs of leading digits, before `rest` digits that stay."""
    found = (pair.split(":") for pair in pairs.split())
    tail = rf"(\d{{{rest}}})"
    return tuple(_change(old + tail, rf"{new}\g<1>", new=new + tail, was=rf"{old}\g<1>") for old, new in found)


PLANS = (
    # The nine stands between country and area code of mobiles, for calls from abroad and in WhatsApp's ids; within the
    # country it is 15 behind the area code. Ten digits name one line, with it or without.
    NumberPlan(
        "AR",
        "54",
        "1998-01-24",
        "Resolución SC 46/97 (Plan Fundamental de Numeración); WhatsApp Help Center, international phone numbers",
        (_change(r"((?:11|[23]\d)\d{8})", r"9\1", new=r"9((?:11|[23]\d)\d{8})", was=r"\1"),),
    ),
    NumberPlan(
        "BJ",
        "229",
        "2024-11-30",
        "ARCEP Bénin: 01 before every number",
        (_change(r"([24-79]\d{7})", r"01\1", new=r"01([24-79]\d{7})", was=r"\1"),),
    ),
    NumberPlan(
        "BR",
        "55",
        "2012-07-29",
        "Anatel, Resolução 553/2010: a ninth digit for mobiles, area by area until 2016-11-06",
        (_change(r"([1-9]{2})([6-9]\d{7})", r"\g<1>9\2", new=r"([1-9]{2})9([6-9]\d{7})", was=r"\1\2"),),
    ),
    NumberPlan(
        "CI",
        "225",
        "2021-01-31",
        "ARTCI: 01, 05, 07 before mobiles and 21, 25, 27 before fixed lines, by the digit that named the operator",
        (
            _change(r"([04-9][0-3]\d{6})", r"01\1", new=r"01([04-9][0-3]\d{6})", was=r"\1"),
            _change(r"([04-9][4-6]\d{6})", r"05\1", new=r"05([04-9][4-6]\d{6})", was=r"\1"),
            _change(r"([04-9][7-9]\d{6})", r"07\1", new=r"07([04-9][7-9]\d{6})", was=r"\1"),
            _change(r"(2\d8\d{5})", r"21\1", new=r"21(2\d8\d{5})", was=r"\1"),
            _change(r"([23]\d0\d{5})", r"25\1", new=r"25([23]\d0\d{5})", was=r"\1"),
            _change(r"(2\d[1-79]\d{5}|3\d[1-9]\d{5})", r"27\1", new=r"27(2\d[1-79]\d{5}|3\d[1-9]\d{5})", was=r"\1"),
        ),
    ),
    NumberPlan(
        "CM",
        "237",
        "2014-11-21",
        "ART and Ministry of Posts and Telecommunications: 6 before mobiles, 2 before fixed lines",
        (
            _change(r"([5679]\d{7})", r"6\1", new=r"6([5679]\d{7})", was=r"\1"),
            _change(r"(22\d{6})", r"2\1", new=r"2(22\d{6})", was=r"\1"),
        ),
    ),
    NumberPlan(
        "CO",
        "57",
        "2021-09-01",
        "CRC, Resolución 5826 de 2019: 60 before fixed lines",
        (_change(r"((?!46)[124-8][1-9]\d{6})", r"60\1", new=r"60((?!46)[124-8][1-9]\d{6})", was=r"\1"),),
    ),
    NumberPlan(
        "EC",
        "593",
        "2012-09-30",
        "Conatel: 9 before mobiles",
        (_change(r"([89]\d{7})", r"9\1", new=r"9([89]\d{7})", was=r"\1"),),
    ),
    # What had eleven digits then (0150, 0151, 0152) belongs to another operator today.
    NumberPlan(
        "EG",
        "20",
        "2011-10-06",
        "NTRA, press release of 2011-10-12: a digit behind 01, by operator",
        _prefixes("10:100 16:106 19:109 11:111 14:114 12:122 17:127 18:128", 7),
    ),
    # The zero was dialled from abroad too.
    NumberPlan(
        "GA",
        "241",
        "2019-11-15",
        "ARCEP Gabon: a second digit, 1 before fixed lines, 6 or 7 before mobiles by operator, no zero from abroad",
        (
            *_prefixes("1:11 2:62 5:65 6:66 4:74 7:77", 6),
            *_prefixes("01:11 02:62 05:65 06:66 04:74 07:77", 6),
            *_prefixes("011:11 062:62 065:65 066:66 074:74 077:77", 6),
        ),
    ),
    NumberPlan(
        "GE",
        "995",
        "2011-06-20",
        "GNCC, communicated to ITU 2010-12-22: 5 before mobiles",
        (
            _change(
                r"((?:5[1578]|68|7[01479]|9[1-35-9])\d{6})",
                r"5\1",
                new=r"5((?:5[1578]|68|7[01479]|9[1-35-9])\d{6})",
                was=r"\1",
            ),
        ),
    ),
    NumberPlan(
        "GQ",
        "240",
        "2010-04-09",
        "ORTEL, communicated to ITU 2010-05-04; conversions of GETESA's mobiles by the World Telephone Numbering Guide",
        _prefixes("2:2222 5:2225", 5),
    ),
    NumberPlan(
        "MR",
        "222",
        "2011-01-01",
        "ARE, communicated to ITU 2010-06-30: the operator's digit before every number",
        (
            *_prefixes("2:22 3:33 4:44", 6),
            *_prefixes("50:250 58:258 70:270 61:361 62:362 63:363 66:366 71:371 72:372 73:373 51:451 52:452 53:453", 5),
            *_prefixes("54:454 55:455 56:456 57:457 60:460 64:464 65:465 67:467 68:468 69:469 74:474 75:475", 5),
            *_prefixes("76:476 77:477 78:478 79:479", 5),
        ),
    ),
    NumberPlan(
        "MU",
        "230",
        "2013-09-01",
        "ICTA, decision of 2013-02-11: 5 before mobiles",
        (_change(r"((?:25|7\d|9[0-8])\d{5})", r"5\1", new=r"5((?:25|7\d|9[0-8])\d{5})", was=r"\1"),),
    ),
    # WhatsApp's ids, and lists exported from it, still carry the 1.
    NumberPlan(
        "MX",
        "52",
        "2019-08-03",
        "IFT, Plan Técnico Fundamental de Numeración: no 1 before mobiles in calls from abroad",
        (_change(r"1([2-9]\d{9})", r"\1", new=r"([2-9]\d{9})", was=r"1\1"),),
    ),
    NumberPlan(
        "QA",
        "974",
        "2010-07-28",
        "ictQATAR, 2010-03-28: the first digit twice",
        (_change(r"([3-7])(\d{6})", r"\1\1\2", new=r"([3-7])\1(\d{6})", was=r"\1\2"),),
    ),
    NumberPlan(
        "SC",
        "248",
        "2011-05-04",
        "World Telephone Numbering Guide, 2011-06-02: 2 before mobiles, 4 before fixed lines",
        _prefixes("5:25 7:27 2:42 3:43 6:46", 5),
    ),
    NumberPlan(
        "SZ",
        "268",
        "2010-03-01",
        "SPTC, communicated to ITU 2010-09-30: 7 before mobiles; 2 before fixed lines since 2011-02-01",
        _prefixes("6:76 2:22 3:23 4:24 5:25", 6),
    ),
    NumberPlan(
        "TL",
        "670",
        "2013-01-01",
        "Ministry of Transport and Communication, communicated to ITU 2013-03-27: 7 before mobiles",
        (_change(r"(7[1-9]\d{5})", r"7\1", new=r"7(7[1-9]\d{5})", was=r"\1"),),
    ),
    NumberPlan(
        "VN",
        "84",
        "2018-09-15",
        "Ministry of Information and Communications: eleven-digit mobiles have ten, by operator",
        _prefixes(
            "120:70 121:79 122:77 126:76 128:78 123:83 124:84 125:85 127:81 129:82 162:32 163:33 164:34 165:35 166:36 "
            "167:37 168:38 169:39 186:56 188:58 199:59",
            7,
        ),
    ),
)
VERSION = hashlib.sha256(
    repr([(p.code, c.old.pattern, c.becomes, c.new.pattern, c.was) for p in PLANS for c in p.changes]).encode()
).hexdigest()[:16]
"""Another one whenever a rule is added or changed: what was stored before may then stand under an old form."""
_BY_CODE = {plan.code: plan.changes for plan in PLANS}


def canonical_phone(phone: str) -> str:
    """The one form of a number, E.164 with plus in and out. What no rule concerns comes back as it is."""
    code, changes = _changes(phone)
    return f"+{code}{_as_today(phone[1 + len(code) :], changes)}" if changes else phone


def spellings(phone: str) -> tuple[str, ...]:
    """Every form under which this number's person may be known: the canonical one first; nothing for a blank one."""
    if not phone:
        return ()
    code, changes = _changes(phone)
    if not changes:
        return (phone,)
    today = _as_today(phone[1 + len(code) :], changes)
    older = [change.new.sub(change.was, today) for change in changes if change.new.fullmatch(today)]
    found = (today, *(old for old in older if _as_today(old, changes) == today))
    return tuple(dict.fromkeys((*(f"+{code}{national}" for national in found), phone)))


def phone_of_wa_id(wa_id: str) -> str:
    """Canonical E.164 from Meta's `wa_id` or `from`, which are digits without the plus (Meta, webhooks reference)."""
    return canonical_phone("+" + wa_id.lstrip("+"))


def _as_today(national: str, changes: tuple[Change, ...]) -> str:
    for change in changes:
        if change.old.fullmatch(national):
            return change.old.sub(change.becomes, national)
    return national


def _changes(phone: str) -> tuple[str, tuple[Change, ...]]:
    for length in (2, 3):
        code = phone[1 : 1 + length]
        if code in _BY_CODE:
            return code, _BY_CODE[code]
    return "", ()
