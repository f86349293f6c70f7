"""Fields that hold personal data or credentials, whatever their content looks like, in every syntax a line may quote.

The canonical names come from the records themselves, the names on the wire from the facts (sections 1, 3 and 4).
"""

import re
from collections.abc import Callable, Iterator

from gateway.model.messages import EXCHANGES
from gateway.model.shape import shapes

MASK = "[masked]"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WIRE = _names("""
    aac001 bac001 sac100 aac002 aac003 aac010 aac067 aac147 aae005 aae006 aae009 aae010 aae010a aae010b aae135 aaz500
    aaz501 xm grxm grbh grbh_sw zjhm sfzhm sfzjhm sjhm yddh yh_zh yh_zhkhm payacct taxpayname
""")
_ENGLISH = _names("worker_name person_name full_name id_card idcard phone phone_number telephone bank_account")
_CREDENTIALS = _names("""
    password passwd pwd secret client_secret client_assertion access_token refresh_token authorization
    proxy-authorization cookie set-cookie jsessionid pass token assertion
""")
_CHINESE = tuple(sorted(_names("""
    姓名 户名 身份证 身份证号 身份证号码 证件号 证件号码 公民身份号码 社会保障号 社会保障号码 手机 手机号 手机号码
    移动电话 联系电话 联系地址 通讯地址 银行卡号 银行账号 金融账号 银行账户 个人编号 社保卡号 社会保障卡卡号 密码
""")))  # fmt: skip


def _canonical(record: type) -> Iterator[str]:
    for shape in shapes(record):
        if shape.is_record:
            yield from _canonical(shape.kind)
        elif shape.personal:
            yield shape.name


_RECORDS = (record for exchange in EXCHANGES.values() for record in (exchange.request, exchange.reply))
_CANONICAL = frozenset(name for record in _RECORDS for name in _canonical(record))
_FIELDS = _CANONICAL | _WIRE | _ENGLISH | _CREDENTIALS
# A colon after any other word is ordinary prose.
_TELLING = _WIRE | _CREDENTIALS - {"pass", "token", "assertion"}

_FLAGS = re.IGNORECASE | re.DOTALL
_QUOTED = r"""(\\*["'])(?:\\.|[^\\])*?(?:\1|$)"""
_BARE = r"""\[masked\]|[^\s,;&|，；。、)）>\]}"'<]+"""

_SECRET = re.compile(r"\b(?:bearer|basic)\s+[\w.~+/=-]{8,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*", _FLAGS)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([\w-]+)\*?(?:\s[^<>]*)?(?<!/)>")
_ELEMENT_TEXT = re.compile(r"()(?:\s*<!\[CDATA\[.*?(?:\]\]>|$)|\s*[^<\s][^<]*)", _FLAGS)
_ESCAPED = re.compile(r"&lt;(?:[\w.-]+:)?([\w-]+)(?:\s[^&]*)?&gt;")
_ESCAPED_TEXT = re.compile(r"()(?:(?!&lt;).)+", _FLAGS)
_MEMBER = re.compile(r"""["']([\w-]+)\\*["']\s*:\s*""")
_MEMBER_VALUE = re.compile(rf"{_QUOTED}|[0-9][0-9.]*", _FLAGS)
_ASSIGNED = re.compile(r"(?<![\w-])([\w-]++)\s*+=\s*+")
_TOLD = re.compile(r"(?<![\w-])([\w-]++)\s*+[:：]\s*+")
_VALUE = re.compile(rf"{_QUOTED}|{_BARE}", _FLAGS)


def is_personal(name: str) -> bool:
    """Whether a field of this name is never shown."""
    return _among(name, _FIELDS)


def mask_fields(text: str) -> str:
    """`text` with the content of every such field replaced."""
    text = _SECRET.sub(MASK, text)
    if "<" in text:
        text = _without(text, _ELEMENT, _ELEMENT_TEXT, is_personal)
    if "&lt;" in text:
        text = _without(text, _ESCAPED, _ESCAPED_TEXT, is_personal)
    if "=" in text:
        text = _without(text, _ASSIGNED, _VALUE, is_personal)
    if ":" in text or "：" in text:
        text = _without(text, _MEMBER, _MEMBER_VALUE, is_personal)
        text = _without(text, _TOLD, _VALUE, _is_telling)
    return text


def _is_telling(name: str) -> bool:
    return _among(name, _TELLING)


def _among(name: str, fields: frozenset[str]) -> bool:
    folded = name.lower().removeprefix("prm_")
    # Chinese runs on without spaces, so the word may stand at the end of a longer one.
    return folded in fields or folded.rpartition("-")[2] in fields or folded.endswith(_CHINESE)


def _without(text: str, key: re.Pattern[str], value: re.Pattern[str], personal: Callable[[str], bool]) -> str:
    """Replace what follows each personal key. Other values are not skipped: they may hold keys themselves."""
    pieces, end = [], 0
    for found in key.finditer(text):
        if found.start() < end or not personal(found[1]):
            continue
        content = value.match(text, found.end())
        if content:
            quote = content[1] or ""
            pieces += [text[end : found.end()], quote, MASK, quote]
            end = content.end()
    return "".join((*pieces, text[end:]))
