"""The levy exchange as a server: JSON, a batch number, per-record errors, results to be asked for (wire facts 3.1)."""

import base64
import binascii
import gzip
import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from sandbox import answering
from sandbox.bureau import Bureau
from sandbox.codes import INSURANCE_OF
from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.levies import CANCEL, NOT_READ, Levy, Record
from sandbox.parties import USER, secret_of
from sandbox.refunding import DECIDED, PAID, Refund, Refunds

JSON = "application/json;charset=UTF-8"
SAVE, SAVE_ONE = "/v1/batch/taxInfo/saveOrUpdate", "/v1/taxInfo"
RESULTS, FIND = "/v1/batch/taxInfoResults/query", "/v1/taxInfo/query"
REFUND, DIFFERENCES = "/v1/refund", "/v1/differences"
REFUND_REQUIRED = ("XH", "GRBH", "ZJHM", "DZSPHM", "XZLX_DM", "SFSSQ_QSRQ", "SFSSQ_ZZRQ", "TFJE", "TFYY_DM")

Body = Mapping[str, Any]


class _CallError(Exception):
    """A call that cannot be taken: (errorCode, message)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def sign(party: str, body: bytes) -> str:
    """The signature over a body as sent, with the secret shared with `party`."""
    return hmac.new(secret_of(party).encode(), body, hashlib.sha256).hexdigest()


def number(value: Decimal) -> str:
    """An amount that `dumps` writes as a bare JSON number, with no float in between."""
    text = f"{value.normalize():f}"
    return f"¤{text}¤"


def dumps(document: Any) -> bytes:
    """JSON bytes; amounts made by `number` are written bare."""
    return json.dumps(document, ensure_ascii=False).replace('"¤', "").replace('¤"', "").encode()


def head(api: str, request_id: str, ground: Ground, **more: Any) -> dict[str, Any]:
    """The head of an envelope."""
    now = ground.clock.now()
    stamp = {"timestamp": int(now.timestamp() * 1000), "time": now.strftime("%Y-%m-%d %H:%M:%S")}
    return {"requestId": request_id, **more, **stamp, "api": api}


def row_of(record: Record, ground: Ground) -> dict[str, Any]:
    """A saved record as the result query shows it."""
    row: dict[str, Any] = {**record.fields, "YJJE": _amount(record.fields.get("YJJE")), "DR_SJ": record.imported}
    row["FYZCGrid"] = _shares(record.fields.get("FYZCGrid", []))
    if record.result != NOT_READ:
        row |= {"DQ_SJ": record.read, "BZ": record.note}
    if record.levy is not None:
        row |= _numbers(record.levy, ground)
    return {name: value for name, value in row.items() if value not in (None, [])} | {"DQJGLX_DM": record.result}


def row_of_levy(levy: Levy, ground: Ground) -> dict[str, Any]:
    """A levy as the levy query shows it."""
    shown = {"YJJE": _amount(levy.fields["YJJE"]), "FYZCGrid": _shares(levy.fields.get("FYZCGrid", []))}
    return {**levy.fields, **shown, **_numbers(levy, ground), "DQJGLX_DM": "1", "BZ": ""}


def row_of_refund(refund: Refund) -> dict[str, Any]:
    """A refund as the bureau shows it."""
    row = {"XH": refund.reference, "TFBH": refund.number, "TFZT_DM": refund.state, "BZ": refund.note}
    row |= {"TFJE": number(Decimal(refund.fields["TFJE"]))} if refund.state in (DECIDED, PAID) else {}
    return row | ({"TFRQ": refund.paid_on} if refund.paid_on else {})


def _numbers(levy: Levy, ground: Ground) -> dict[str, Any]:
    numbers: dict[str, Any] = {"SB_YZ_XH": levy.number, "SB_YZMX_XH": 1, "GRBH_SW": levy.tax_person_number}
    numbers["YZZT_DM"] = levy.state_on(ground.today)
    return numbers | ({"DZSPHM": levy.voucher} if levy.voucher else {})


def _amount(value: Any) -> Any:
    return number(Decimal(value)) if value is not None else None


def _shares(grid: Iterable[Body]) -> list[Body]:
    return [{**share, "YJJE": _amount(share["YJJE"])} for share in grid]


class Exchange:
    """The server in front of one bureau."""

    def __init__(self, bureau: Bureau, ground: Ground, refunds: Refunds | None = None) -> None:
        self._bureau = bureau
        self._refunds = refunds or Refunds(bureau, ground)
        self._ground = ground
        self._calls: Mapping[str, Callable[[str, Body, str], Answer]] = {
            SAVE: self._save,
            SAVE_ONE: self._save_one,
            RESULTS: self._results,
            FIND: self._find,
            REFUND: self._refund,
            DIFFERENCES: self._differences,
            **{api: partial(self._answers, act) for api, act in answering.CALLS.items()},
        }

    def handle(self, request: Request, path: str) -> Answer:
        """Answer one call; `path` is what follows the bureau's base address."""
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        zipped = query.get("encoding") == "gzip"
        try:
            reply = self._answer(request, path, query, zipped=zipped)
        except _CallError as error:
            reply = self._refuse(path, query.get("requestId", ""), error.code, str(error))
        if isinstance(reply, Reply) and zipped and reply.status == 200:  # noqa: PLR2004 - an answer, not a scripted failure
            return replace(
                reply, body=base64.b64encode(gzip.compress(reply.body, 1)), media_type="text/plain;charset=UTF-8"
            )
        return reply

    def _answer(self, request: Request, path: str, query: Mapping[str, str], *, zipped: bool) -> Answer:
        call = self._calls.get(path)
        if call is None:
            raise _CallError("404", f"无此接口 {path}")
        if query.get("appId") != USER or query.get("sign") != sign(self._bureau.party, request.body):
            raise _CallError("401", "签名不正确")
        document = _read(request.body, zipped=zipped)
        request_id = query.get("requestId", "")
        if document["head"].get("requestId") != request_id:
            raise _CallError("400", "请求编号(requestId)不一致")
        return call(request_id, document["body"], path)

    # the calls

    def _save_one(self, request_id: str, body: Body, path: str) -> Answer:
        one = {"cspch": body.get("cspch"), "insertGryzmxGrid": [body.get("gryzmx")]}
        today = self._ground.today
        return self._save(request_id, {**one, "gryzmx": {"jls": 1, "scRq": today}}, path)

    def _save(self, request_id: str, body: Body, path: str) -> Answer:
        batch, grid, announced = body.get("cspch"), body.get("insertGryzmxGrid"), body.get("gryzmx")
        if not batch or not isinstance(grid, list) or not isinstance(announced, dict):
            raise _CallError("101", "传输批次号(CSPCH)、批次头或明细不能为空")
        if announced.get("jls") != len(grid):
            raise _CallError("102", "记录数(JLS)与明细不符")
        message = "CancelLevy" if all(row.get("BDLX_DM") == CANCEL for row in grid) else "DeclareLevy"
        plan = self._plan(message, [INSURANCE_OF.get(str(row.get("XZLX_DM")), "") for row in grid])

        def act() -> Reply:
            bad = [wrong for row in grid if (wrong := self._save_row(str(batch), row, plan))]
            saved = {"cspch": batch, "jls": len(grid) - len(bad), "errorGryzmxGrid": bad}
            return self._reply(path, request_id, saved)

        return perform(plan, self._voice(path, request_id), act)

    def _save_row(self, batch: str, row: dict[str, Any], plan: Plan) -> dict[str, Any] | None:
        try:
            fault = self._bureau.save(batch, row, plan)
        except InvalidOperation:
            fault = ("999", "YJJE", "应缴金额(YJJE)不是数字")
        if fault is None:
            return None
        code, field, message = fault
        return {"code": code, "field": field, "message": message, "record": _echo(row)}

    def _results(self, request_id: str, body: Body, path: str) -> Answer:
        batch = self._bureau.batches.get(str(body.get("cspch")))
        records = list(batch.records) if batch else []
        self._ground.effects.count(self._bureau.party, "results_asked")
        plan = self._plan("LevyResult", [INSURANCE_OF.get(str(one.fields.get("XZLX_DM")), "") for one in records])

        def act() -> Reply:
            rows = [row_of(one, self._ground) for one in records for _ in range(_copies(one, plan))]
            return self._reply(path, request_id, {"cspch": body.get("cspch"), "jls": len(rows), "gryzmxGrid": rows})

        return perform(plan, self._voice(path, request_id), act)

    def _find(self, request_id: str, body: Body, path: str) -> Answer:
        key, notice, levy_number = (str(body.get(name) or "") for name in ("XH", "AAZ288", "SB_YZ_XH"))
        levy = self._bureau.find(key, levy_number, notice)
        self._ground.effects.count(self._bureau.party, "levy_looked_up", key)
        plan = self._plan("FindLevy", [INSURANCE_OF[levy.fields["XZLX_DM"]]] if levy else [])
        rows = [row_of_levy(levy, self._ground)] * (2 if "duplicate_reply" in plan else 1) if levy else []
        return perform(
            plan,
            self._voice(path, request_id),
            lambda: self._reply(path, request_id, {"jls": len(rows), "gryzmxGrid": rows}),
        )

    def _refund(self, request_id: str, body: Body, path: str) -> Answer:
        asked = body.get("tfsq")
        if not isinstance(asked, dict) or any(asked.get(name) in (None, "") for name in REFUND_REQUIRED):
            raise _CallError("101", "退费申请要素不全")
        plan = self._plan("RequestRefund", [INSURANCE_OF.get(str(asked["XZLX_DM"]), "")])

        def act() -> Reply:
            refund = self._refunds.ask(asked, plan)
            if refund is None:
                return self._refuse(path, request_id, "102", "序号(XH)重复")
            rows = [row_of_refund(refund)] * (2 if "duplicate_reply" in plan else 1)
            return self._reply(path, request_id, {"cspch": body.get("cspch"), "jls": len(rows), "tfjgGrid": rows})

        return perform(plan, self._voice(path, request_id), act)

    def _differences(self, request_id: str, body: Body, path: str) -> Answer:
        """Take a file of differences in; the same name with the same bytes again has the same number."""
        try:
            file = base64.b64decode(str(body["wjnr"]), validate=True)
            name, digest = str(body["wjm"]), str(body["wjzy"])
        except (KeyError, binascii.Error):
            raise _CallError("101", "差异反馈文件要素不全") from None
        if hashlib.sha256(file).hexdigest() != digest:
            raise _CallError("102", "文件摘要(wjzy)不符")
        plan = self._plan("Differences", [])

        def act() -> Reply:
            number = self._bureau.take_differences(name, file)
            if number is None:
                return self._refuse(path, request_id, "102", "文件名(wjm)重复")
            return self._reply(path, request_id, {"hzbh": number})

        return perform(plan, self._voice(path, request_id), act)

    def _answers(self, act: answering.Act, request_id: str, body: Body, path: str) -> Answer:
        plan = self._plan("DifferenceAnswers", [])
        told = act(self._bureau.answers, str(body.get("wjm", "")))
        if told is None:
            raise _CallError("102", "无此答复文件(wjm)")
        return perform(plan, self._voice(path, request_id), lambda: self._reply(path, request_id, told))

    # small parts

    def _plan(self, message: str, insurances: Iterable[str]) -> Plan:
        return self._ground.faults.take(self._bureau.party, message, insurances)

    def _voice(self, path: str, request_id: str) -> Voice:
        def error(fault: Fault) -> Reply:
            return self._refuse(path, request_id, "500", str(fault.options.get("reason", "系统异常，请稍后再试")))

        return Voice("utf-8", "gbk", error)

    def _reply(self, path: str, request_id: str, body: Body) -> Reply:
        said = head(path, request_id, self._ground, errorCode="0", success=True)
        return Reply(dumps({"head": said, "body": body}), JSON)

    def _refuse(self, path: str, request_id: str, code: str, message: str) -> Reply:
        said = head(path, request_id, self._ground, errorCode=code, success=False, message=message)
        return Reply(dumps({"head": said, "body": {}}), JSON)


def _copies(record: Record, plan: Plan) -> int:
    return 2 if "duplicate_reply" in plan else record.copies


def _echo(value: Any) -> Any:
    """The record as it came; what came as a number goes back as one."""
    if isinstance(value, dict):
        return {name: _echo(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_echo(inner) for inner in value]
    return number(value) if isinstance(value, Decimal) else value


def _read(body: bytes, *, zipped: bool) -> dict[str, Any]:
    try:
        plain = gzip.decompress(base64.b64decode(body, validate=True)) if zipped else body
        document = json.loads(plain, parse_float=Decimal)
        if not isinstance(document["head"], dict) or not isinstance(document["body"], dict):
            raise _CallError("400", "报文缺少head或body")
    except (ValueError, KeyError, TypeError, OSError, EOFError, binascii.Error, zlib.error):
        raise _CallError("400", "报文无法解析") from None
    return dict(document)


def request_id() -> str:
    """A new 32-character id of a push."""
    return secrets.token_hex(16)
