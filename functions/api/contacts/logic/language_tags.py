"""Languages as people and their programs write them, brought to the form of a language tag (BCP 47).

Sources: RFC 5646, 2.1 (syntax), 2.1.1 (case), 2.2.1 (the two-letter code where there is one) and 4.4.1 (length);
ISO 639-1 with the codes of ISO 639-2; `iw`, `in` and `ji` are what ISO called he, id and yi before 1989, and what
Android writes.
"""

import re

from shared.domain.text_fold import fold

LONGEST_TAG = 35

_CODES = """
aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel bg:bul bi:bis bm:bam
bn:ben bo:bod:tib br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces:cze cu:chu cv:chv cy:cym:wel da:dan
de:deu:ger dv:div dz:dzo ee:ewe el:ell:gre en:eng eo:epo es:spa et:est eu:eus:baq fa:fas:per ff:ful fi:fin fj:fij
fo:fao fr:fra:fre fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb:iw hi:hin ho:hmo hr:hrv ht:hat hu:hun
hy:hye:arm hz:her ia:ina id:ind:in ie:ile ig:ibo ii:iii ik:ipk io:ido is:isl:ice it:ita iu:iku ja:jpn jv:jav
ka:kat:geo kg:kon ki:kik kj:kua kk:kaz kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat
lb:ltz lg:lug li:lim ln:lin lo:lao lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri:mao mk:mkd:mac ml:mal mn:mon mr:mar
ms:msa:may mt:mlt my:mya:bur na:nau nb:nob nd:nde ne:nep ng:ndo nl:nld:dut nn:nno no:nor nr:nbl nv:nav ny:nya oc:oci
oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol ps:pus pt:por qu:que rm:roh rn:run ro:ron:rum ru:rus rw:kin sa:san
sc:srd sd:snd se:sme sg:sag si:sin sk:slk:slo sl:slv sm:smo sn:sna so:som sq:sqi:alb sr:srp ss:ssw st:sot su:sun
sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig
uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid:ji yo:yor za:zha zh:zho:chi zu:zul
"""
_BY_CODE = {code: entry.partition(":")[0] for entry in _CODES.split() for code in entry.split(":")}
# What stands in lists of customers: the English name, then the language's own.
_NAMES = """
af:afrikaans ar:arabic:العربية bn:bengali:bangla:বাংলা bg:bulgarian:български ca:catalan:català zh:chinese:中文
hr:croatian:hrvatski cs:czech:čeština da:danish:dansk nl:dutch:nederlands en:english et:estonian:eesti
fil:filipino fi:finnish:suomi fr:french:français de:german:deutsch el:greek:ελληνικά gu:gujarati:ગુજરાતી ha:hausa
he:hebrew:עברית hi:hindi:हिन्दी hu:hungarian:magyar id:indonesian:bahasa_indonesia it:italian:italiano
ja:japanese:日本語 kk:kazakh:қазақша ko:korean:한국어 lv:latvian:latviešu lt:lithuanian:lietuvių
ms:malay:melayu:bahasa_melayu mr:marathi:मराठी no:norwegian:norsk fa:persian:farsi:فارسی pl:polish:polski
pt:portuguese:português pa:punjabi:ਪੰਜਾਬੀ ro:romanian:română ru:russian:русский sr:serbian:srpski
sk:slovak:slovenčina sl:slovenian:slovenščina es:spanish:español:castellano sw:swahili:kiswahili sv:swedish:svenska
ta:tamil:தமிழ் te:telugu:తెలుగు th:thai:ไทย tr:turkish:türkçe uk:ukrainian:українська ur:urdu:اردو
vi:vietnamese:tiếng_việt
"""
_BY_NAME = {
    fold(name.replace("_", " ")): names[0]
    for names in (entry.split(":") for entry in _NAMES.split())
    for name in names[1:]
}
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?P<extended>(?:-[a-z]{3}){0,3})(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<rest>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)",
    re.ASCII,
)


def language_tag(text: str) -> str | None:
    """`pt-BR` for pt-br, pt_BR or por-BR, `es` for Spanish; None for what names no language.

    Codes of three letters that have no shorter one, regions and variants are taken by their form alone.
    """
    plain = text.strip()
    if len(plain) > LONGEST_TAG:
        return None
    named = _BY_NAME.get(fold(plain))
    if named is not None:
        return named
    found = _TAG.fullmatch(plain.replace("_", "-").lower())
    if found is None:
        return None
    language = _BY_CODE.get(found["language"]) or (found["language"] if len(found["language"]) > 2 else "")
    if not language:
        return None
    script, region = (found["script"] or "").title(), (found["region"] or "").upper()
    parts = (language + found["extended"], script, region)
    return "-".join(part for part in parts if part) + found["rest"]
