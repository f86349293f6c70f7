import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.security.logs import JsonFormatter, log_ours, logging_context
from gateway.security.masking import MaskingFilter


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(MaskingFilter())
    log = logging.getLogger("gateway.test")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    yield stream
    log.removeHandler(handler)


LOG = logging.getLogger("gateway.test")


def fail(error: Exception, because: Exception | None = None) -> None:
    raise error from because


def last(lines: io.StringIO) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return parsed


def test_a_line_is_json_with_time_level_logger_and_message(lines: io.StringIO) -> None:
    LOG.info("leg %s sent", "l1")
    line = last(lines)
    assert line["message"] == "leg l1 sent"
    assert (line["level"], line["logger"]) == ("info", "gateway.test")
    assert line["at"].endswith("+00:00")


def test_the_case_stands_on_every_line_inside_its_context_and_on_none_outside(lines: io.StringIO) -> None:
    with logging_context(case="c1"):
        LOG.info("one")
        with logging_context(leg="l1"):
            LOG.info("two")
        LOG.info("three")
    LOG.info("four")
    read = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line.get("case"), line.get("leg")) for line in read] == [
        ("c1", None),
        ("c1", "l1"),
        ("c1", None),
        (None, None),
    ]


def test_the_context_ends_with_an_error_too(lines: io.StringIO) -> None:
    with pytest.raises(KeyError), logging_context(case="c1"):
        raise KeyError
    LOG.info("after")
    assert "case" not in last(lines)


def test_another_thread_has_its_own_context(lines: io.StringIO) -> None:
    with logging_context(case="c1"):
        thread = threading.Thread(target=LOG.info, args=("elsewhere",))
        thread.start()
        thread.join()
    assert "case" not in last(lines)


def test_extra_fields_are_shown_and_masked(lines: io.StringIO) -> None:
    LOG.info("x", extra={"party": "zhejiang", "mobile": "13800138000", "query": {"aac003": "张三", "n": 2}})
    line = last(lines)
    assert (line["party"], line["mobile"], line["query"]) == ("zhejiang", "[masked]", {"aac003": "[masked]", "n": 2})


def test_an_exception_is_shown_with_its_traceback_masked(lines: io.StringIO) -> None:
    try:
        fail(RuntimeError("<aac003>张三</aac003>"), because=ValueError("no worker 110101199003071014"))
    except RuntimeError:
        LOG.exception("failed for 13800138000", stack_info=True)
    line = last(lines)
    assert "RuntimeError" in line["error"]
    assert "test_logs.py" in line["error"]
    assert "stack" in line
    assert not any(secret in lines.getvalue() for secret in ("110101199003071014", "张三", "13800138000"))


def test_a_value_named_as_hidden_is_masked_in_free_text_and_in_errors(lines: io.StringIO) -> None:
    with logging_context(case="c1", hide=["张三", "三"]):
        LOG.info("they answered: 张三 is not known")
        try:
            fail(ValueError("张三"))
        except ValueError:
            LOG.exception("x")
    assert "张三" not in lines.getvalue()
    LOG.info("张三")
    assert last(lines)["message"] == "张三"


def test_one_line_stays_one_line(lines: io.StringIO) -> None:
    LOG.info('forged\n{"level": "critical"}\r\u2028')
    assert lines.getvalue().count("\n") == 1
    assert last(lines)["level"] == "info"


def test_the_formatter_masks_where_no_filter_stands_before_it() -> None:
    made = logging.LogRecord("t", logging.INFO, "f", 1, "worker %s", ("110101199003071014",), None)
    assert json.loads(JsonFormatter().format(made))["message"] == "worker [id]"


CRASH = """
import threading, warnings
from gateway.security.logs import set_up_logging
set_up_logging()
import logging
logging.getLogger("somebody.else").warning("worker 110101199003071014")
warnings.warn("worker 110101199003071014")
def fail(): raise ValueError("thread 110101199003071014")
thread = threading.Thread(target=fail); thread.start(); thread.join()
raise ValueError("main 110101199003071014")
"""


def test_a_process_set_up_for_logging_masks_every_line_up_to_its_crash() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert [line["level"] for line in lines] == ["warning", "warning", "critical", "critical"]
    assert "110101199003071014" not in done.stderr


def test_a_line_of_our_own_words_stands_as_it_is_with_its_context(lines: io.StringIO) -> None:
    with logging_context(request="req_1"):
        log_ours(logging.getLogger("gateway.test"), "answered", {"status": 202, "ms": 1.5})
    line = json.loads(lines.getvalue())
    told = {name: line[name] for name in ("message", "level", "request", "status", "ms")}
    assert told == {"message": "answered", "level": "info", "request": "req_1", "status": 202, "ms": 1.5}
