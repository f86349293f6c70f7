import json
import re
from xml.etree import ElementTree as ET

import pytest

from gateway.errors import KINDS
from gateway.settings import documented
from gateway.web.problems import MEDIA_TYPE
from tests.docker.compose_file import port_of, services
from tests.docker.nginx_file import FILE, Directive, parsed

CONF = parsed(FILE.read_text(encoding="utf-8"))
(HTTP,) = CONF.own("http")
FRONT, INSIDE = HTTP.own("server")
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
OURS = "{urn:shebao:gateway:1.1}"


def value(of: Directive, name: str) -> tuple[str, ...]:
    (found,) = of.own(name)
    return found.args


def location(*args: str) -> Directive:
    (found,) = [each for each in FRONT.own("location") if each.args == args]
    return found


def answer(of: Directive) -> tuple[int, str]:
    status, body = value(of, "return")
    return int(status), body


def size(text: str) -> int:
    return int(text[:-1]) * {"k": 1024, "m": 1024**2}[text[-1]]


def test_the_outside_is_served_over_tls_of_today_only() -> None:
    assert [listen.args for listen in FRONT.own("listen")] == [("8443", "ssl")]
    assert set(value(FRONT, "ssl_protocols")) == {"TLSv1.2", "TLSv1.3"}
    assert [listen.args for listen in INSIDE.own("listen")] == [("127.0.0.1:8081",)]


def test_the_port_that_is_published_is_the_one_that_speaks_tls() -> None:
    (published,) = services()["nginx"]["ports"]
    assert str(published).rpartition(":")[2] == "8443"


def test_certificate_and_key_are_secrets_that_the_service_is_given() -> None:
    files = {value(FRONT, "ssl_certificate")[0], value(FRONT, "ssl_certificate_key")[0]}
    assert files == {f"/run/secrets/{name}" for name in services()["nginx"]["secrets"]}


def test_requests_go_to_both_gateways_where_they_listen() -> None:
    (upstream,) = HTTP.own("upstream")
    expected = {
        f"{name}:{services()[name]['environment']['PORT']}" for name in services() if name.startswith("gateway")
    }
    assert {server.args[0] for server in upstream.own("server")} == expected
    assert {proxy.args[0] for proxy in FRONT.all("proxy_pass")} == {f"http://{upstream.args[0]}"}


def test_a_post_that_may_have_arrived_is_not_sent_to_the_other_gateway() -> None:
    assert "non_idempotent" not in value(FRONT, "proxy_next_upstream")


def test_a_body_that_is_a_little_too_large_is_left_for_the_gateway_to_refuse() -> None:
    assert size(value(FRONT, "client_max_body_size")[0]) > int(documented()["BODY_LIMIT"][0])


def test_counters_are_not_shown_to_the_outside() -> None:
    assert answer(location("=", "/metrics"))[0] == 404
    assert not list(location("=", "/metrics").own("proxy_pass"))


@pytest.mark.parametrize("name", ["@unreadable", "@too_large", "@unavailable"])
def test_what_nginx_says_itself_is_a_problem_document_of_our_catalogue(name: str) -> None:
    status, body = answer(location(name))
    problem = json.loads(body)
    kind = KINDS[problem["code"]]
    assert value(location(name), "default_type") == (MEDIA_TYPE,)
    assert (status, problem["status"]) == (kind.status, kind.status)
    assert (problem["side"], problem["retry_safe"]) == (kind.side, kind.retry_safe)


def test_a_soap_caller_gets_a_fault_when_no_gateway_answers() -> None:
    status, body = answer(location("@fault"))
    fault = ET.fromstring(body).find(f"{SOAP}Body/{SOAP}Fault")  # noqa: S314 - a file of our own
    assert status == 500
    assert fault is not None
    assert fault.findtext("faultcode") == "soap:Server"
    assert fault.findtext(f"detail/{OURS}Problem/{OURS}code") in KINDS


def test_every_error_that_nginx_makes_itself_has_a_form_of_ours() -> None:
    said = {code for page in FRONT.own("error_page") for code in page.args[:-1]}
    assert {"400", "413", "414", "502", "503", "504"} <= said
    places = {each.args[0] for each in FRONT.own("location")}
    assert {page.args[-1] for page in FRONT.all("error_page")} <= places


def test_every_line_of_the_log_is_json_without_a_query_string() -> None:
    (form,) = HTTP.own("log_format")
    assert form.args[1] == "escape=json"
    line = json.loads(re.sub(r":(\$\w+)", r':"\1"', "".join(form.args[2:])))
    assert line["path"] == "$uri"
    assert not {"$request", "$request_uri", "$args", "$query_string"} & set(line.values())


def test_nginx_writes_nowhere_but_in_its_temporary_folder() -> None:
    written = [each.args[0] for each in HTTP.block or () if each.name.endswith("_temp_path")]
    assert len(written) == 5
    assert all(path.startswith("/tmp/") for path in [*written, value(CONF, "pid")[0]])  # noqa: S108 - a tmpfs
    assert services()["nginx"]["tmpfs"] == ["/tmp"]  # noqa: S108 - as above


def test_the_health_check_of_the_container_finds_its_page() -> None:
    url = services()["nginx"]["healthcheck"]["test"][-1]
    (page,) = [each for each in INSIDE.own("location") if each.args == ("=", "/up")]
    assert url.endswith(f":{port_of(url)}/up")
    assert value(INSIDE, "listen") == (f"127.0.0.1:{port_of(url)}",)
    assert answer(page)[0] == 200


@pytest.mark.parametrize("text", ["http { server { }", "http { } }", "listen 80", "http { listen 80 }", "; ", "{ }"])
def test_a_file_that_nginx_would_not_read_is_found(text: str) -> None:
    with pytest.raises(ValueError, match=r"semicolon|bracket|no end|nothing before"):
        parsed(text)
