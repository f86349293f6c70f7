from collections.abc import Callable

import pytest
from flask import Flask, Response, session
from flask import request as asked

from gateway.web.lean import LeanFlask, LeanResponse


@pytest.fixture(params=[Flask, LeanFlask])
def app(request: pytest.FixtureRequest) -> Flask:
    """The library's own application and ours, which have to answer alike."""
    kind: Callable[[str], Flask] = request.param
    made = kind("tried")

    @made.post("/cases/<name>")
    def case(name: str) -> Response:
        if name == "broken":
            raise LookupError(name)
        return Response(f"{name} {asked.args.get('of', '')} {asked.script_root}", 202)

    @made.errorhandler(LookupError)
    def told(found: LookupError) -> tuple[str, int]:
        return f"no {found}", 409

    return made


def test_a_view_is_found_by_path_and_method_and_given_what_stands_in_them(app: Flask) -> None:
    http = app.test_client()
    answer = http.post("/cases/张三?of=长沙", base_url="http://gateway.example/below")
    assert (answer.status_code, answer.text) == (202, "张三 长沙 /below")
    assert http.get("/cases/one").status_code == 405
    assert http.post("/case").status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_what_a_view_raises_goes_to_its_handler(app: Flask) -> None:
    answer = app.test_client().post("/cases/broken")
    assert (answer.status_code, answer.text) == (409, "no broken")


def test_hooks_that_somebody_adds_are_run(app: Flask) -> None:
    seen = []
    app.before_request(lambda: seen.append(asked.path))
    app.after_request(lambda response: response.headers.update(Seen="yes") or response)
    answer = app.test_client().post("/cases/one")
    assert (seen, answer.headers["Seen"]) == (["/cases/one"], "yes")


def test_a_hook_that_answers_is_the_answer(app: Flask) -> None:
    app.before_request(lambda: ("not today", 503))
    assert app.test_client().post("/cases/one").status_code == 503


def test_there_is_no_session_to_put_anything_into() -> None:
    with LeanFlask("tried").test_request_context("/"), pytest.raises(RuntimeError, match="session is unavailable"):
        session["worker"] = "wrk_1"


def test_what_host_a_request_names_does_not_matter() -> None:
    app = LeanFlask("tried")
    app.add_url_rule("/live", view_func=lambda: "yes")
    assert app.test_client().get("/live", headers={"Host": "不是.一个 名字"}).status_code == 200


def test_a_lean_response_is_what_the_librarys_own_is() -> None:
    app = LeanFlask("tried")
    said = {"headers": {"Cache-Control": "no-store"}, "content_type": "text/xml; charset=utf-8"}
    for path, kind in (("/lean", LeanResponse), ("/own", Response)):
        app.add_url_rule(path, path, lambda kind=kind: kind("答".encode(), 202, **said), methods=["GET", "POST"])
    http = app.test_client()
    for method in ("POST", "GET", "HEAD"):
        lean, own = (http.open(path, method=method) for path in ("/lean", "/own"))
        assert (lean.status, lean.data, list(lean.headers)) == (own.status, own.data, list(own.headers))
    assert http.post("/lean").headers["Content-Length"] == "3"
