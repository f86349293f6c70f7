"""`tiripPackage` over SOAP: as CDATA in the one string of a call, its content packed JSON (wire facts, 3.2 B).

Groups: `http` (`retcode`, `SessionId`: what an answer says in its headers), `security` (`Username`, `Password` of the
UsernameToken), `service`, `application`, `sign`, `returnState` (elements of the package), `packing` (`order`, such as
`zip:Zlib,code:Base64`, or `none`), `content` (the members of the JSON), `fault` (`text`). An answer that has no body,
only headers, is the group `http` alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from gateway.mapping.blanking import element, nothing, within
from gateway.mapping.dialect_reading import Form
from gateway.mapping.envelopes import Envelopes, Opened, opened
from gateway.mapping.syntax import escaped, header, unreadable
from gateway.mapping.syntax_json import JsonEnvelope
from gateway.mapping.syntax_string_soap import cdata, held, local
from gateway.mapping.tirip_packing import packed, steps_of, unpacked
from gateway.ports import Document
from gateway.security.xml import parse_text

_SERVICE, _DATA = "http://cn.gov.chinatax.gt3nf.service/", "http://www.chinatax.gov.cn/dataspec/"
_CALL, _ANSWER = "doService", "doServiceResponse"
_HOLDERS = {_CALL: "bizXml", _ANSWER: "return"}
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_WSSE, _TEXT = f"{_WSS}wssecurity-secext-1.0.xsd", f"{_WSS}username-token-profile-1.0#PasswordText"
_HEADERS = ("retcode", "SessionId")
_ENVELOPES = Envelopes({})
_PARTS = {"service": "service", "signData": "sign", "returnState": "returnState"}
_CONTENT = "application/json;charset=UTF-8"
_SECRETS = (element("[Pp]assword"), (re.compile(rb"&lt;password&gt;"), re.compile(rb"&lt;/password&gt;")))


class Tirip:
    """Both directions; options `counts` only."""

    def __init__(self, _options: Mapping[str, Any]) -> None:
        self._json = JsonEnvelope({})

    def parse(self, document: Document) -> Form:
        """The groups of an envelope, the package and its content unfolded."""
        told = {name: found for name in _HEADERS if (found := header(document, name))}
        form: Form = {"http": told} if told else {}
        if told and not document.body.strip():
            return form
        envelope = opened(document)
        if envelope.fault is not None:
            return {**form, "fault": {"text": envelope.fault}}
        security = _token(envelope)
        return {**form, **({"security": security} if security else {}), **self._package(_string(envelope.called))}

    def text(self, form: Form, *, reply: bool) -> str:
        """The envelope."""
        if "fault" in form:
            return _ENVELOPES.refused(form["fault"]["text"])
        name = _ANSWER if reply else _CALL
        holder = _HOLDERS[name]
        called = f'<cn:{name} xmlns:cn="{_SERVICE}"><{holder}>{cdata(self._written(form))}</{holder}></cn:{name}>'
        return _ENVELOPES.around(called, _security(form["security"]) if "security" in form else "")

    def document(self, body: bytes, form: Form, *, reply: bool) -> Document:
        """A call has the empty action of services without one; an answer says in its headers how it went."""
        told = {name: str(value) for name, value in form.get("http", {}).items()}
        return _ENVELOPES.answer(body, told) if reply else _ENVELOPES.call(body, '""')

    def blank(self, document: Document) -> bytes:
        """Credentials are the token's password and that of the package."""
        body = document.body
        for marks in _SECRETS:
            body = within(body, marks, nothing)
        return body

    def _package(self, text: str) -> Form:
        root = parse_text(text.strip())
        if root.tag != f"{{{_DATA}}}tiripPackage":
            raise unreadable("the document inside is not a tiripPackage")
        parts = {local(child): child for child in root}
        if len(parts) != len(root):
            raise unreadable("a part of the package stands twice")
        form: Form = {group: _leaves(parts.pop(name)) for name, group in _PARTS.items() if name in parts}
        identity, control = parts.pop("identity", None), parts.pop("contentControl", None)
        if identity is not None:
            form["application"] = _leaves(_only(identity, "application"))
        content = parts.pop("businessContent", None)
        if parts:
            raise unreadable(f"the package has a part that nobody knows: {next(iter(parts))[:60]}")
        if content is not None and len(content):
            form |= self._content(
                _only(content, "subPackage"), steps_of(() if control is None else map(_leaves, control))
            )
        return form

    def _content(self, package: etree._Element, steps: tuple[str, ...]) -> Form:
        told = _leaves(package).get("content", "")
        body = unpacked(told, steps)
        return {"packing": {"order": ",".join(steps) or "none"}, "content": self._json.parse(Document(body, _CONTENT))}

    def _written(self, form: Form) -> str:
        made = ['<?xml version="1.0" encoding="UTF-8"?>', f'<tiripPackage xmlns="{_DATA}" version="1.0">']
        made += _part("service", form)
        made += _part("application", form, "identity")
        if "content" in form:
            order = str(form.get("packing", {}).get("order", "none"))
            steps = () if order == "none" else tuple(order.split(","))
            told = packed(self._json.text(form["content"], reply=True), steps)
            made += _control(steps)
            made += [f"<businessContent><subPackage><id>1</id><content>{escaped(told)}</content></subPackage>"]
            made += ["</businessContent>"]
        made += _part("returnState", form)
        return "".join([*made, "</tiripPackage>"])


def _string(called: etree._Element) -> str:
    name = etree.QName(called)
    if name.namespace != _SERVICE or name.localname not in _HOLDERS:
        raise unreadable("the operation is not that of the service")
    return held(called)


def _token(envelope: Opened) -> Form:
    """User and password of the UsernameToken, where there is one in a form that is agreed."""
    tokens = envelope.headers(f"{{{_WSSE}}}Security/{{{_WSSE}}}UsernameToken")
    if len(tokens) > 1:
        raise unreadable("there is more than one UsernameToken")
    if not tokens:
        return {}
    password = tokens[0].find(f"{{{_WSSE}}}Password")
    if password is not None and password.get("Type", _TEXT) != _TEXT:
        raise unreadable("the password of the token is not a PasswordText, which is agreed")
    told = _leaves(tokens[0])
    return {name: told[name] for name in ("Username", "Password") if name in told}


def _security(token: Mapping[str, str]) -> str:
    user, password = escaped(token.get("Username", "")), escaped(token.get("Password", ""))
    return (
        f'<soapenv:Header><wsse:Security xmlns:wsse="{_WSSE}" soapenv:mustUnderstand="1"><wsse:UsernameToken>'
        f'<wsse:Username>{user}</wsse:Username><wsse:Password Type="{_TEXT}">{password}</wsse:Password>'
        "</wsse:UsernameToken></wsse:Security></soapenv:Header>"
    )


def _only(parent: etree._Element, name: str) -> etree._Element:
    if len(parent) != 1 or local(parent[0]) != name:
        raise unreadable(f"{local(parent)} does not hold one {name}")
    return parent[0]


def _leaves(parent: etree._Element) -> dict[str, str]:
    made = {local(child): child.text or "" for child in parent}
    if len(made) != len(parent) or any(len(child) for child in parent):
        raise unreadable("an element stands twice, or holds others where a text should be")
    return made


def _part(name: str, form: Form, around: str = "") -> Iterator[str]:
    if name in form:
        inner = "".join(f"<{key}>{escaped(str(value))}</{key}>" for key, value in form[name].items())
        inside = f"<{name}>{inner}</{name}>"
        yield f"<{around}>{inside}</{around}>" if around else inside


def _control(steps: tuple[str, ...]) -> Iterator[str]:
    """The steps of packing, in their order."""
    if steps:
        parts = [(str(count), *step.partition(":")[::2]) for count, step in enumerate(steps, 1)]
        named = [zip(("id", "type", "impl"), part, strict=True) for part in parts]
        inner = ["".join(f"<{name}>{escaped(said)}</{name}>" for name, said in each) for each in named]
        yield f"<contentControl>{''.join(f'<control>{each}</control>' for each in inner)}</contentControl>"
