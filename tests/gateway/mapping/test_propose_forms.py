"""Examples of every form that systems speak become a proposal, and once a person has decided, the check passes."""

from pathlib import Path

import pytest
import yaml

from gateway.errors import GatewayError
from gateway.mapping.contract_shape import ContractShape
from gateway.mapping.sample_named import example
from gateway.mapping.sample_shapes import shape_of
from gateway.mapping.wsdl_reader import read_wsdl
from tests.commands.provinces import change, copied, given, of_samples, told
from tests.gateway.mapping import wsdls
from tests.gateway.mapping.forms import FORMS, NAME, NUMBER, OTHER, drop_answered, elements, escaped, soap

every_form = pytest.mark.parametrize("form", list(FORMS))


def proposed(mappings: Path, folder: Path, form: str) -> Path:
    """The folder of the dialect that is proposed from the examples of a form."""
    (files, _), _ = FORMS[form]
    paths = []
    for name, body in files.items():
        paths.append(folder / name)
        paths[-1].write_bytes(body)
    operation = "find" if "find.request.xml" in files else "find-worker"
    told(mappings, "party", "new", "provinces/qinghai", "--message", f"{operation}=FindWorker", *of_samples(paths))
    return mappings / "dialects" / "qinghai" / "1.0"


@every_form
def test_a_form_becomes_a_dialect_of_its_syntax_whose_open_places_the_check_lists(form: str, tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    folder = proposed(mappings, tmp_path, form)
    assert yaml.safe_load((folder / "dialect.yaml").read_text("utf-8"))["syntax"] == FORMS[form][1]
    done = given(mappings, "check", "qinghai")
    assert done.exit_code == 1
    assert "to be decided" in done.output


@every_form
def test_once_a_person_has_decided_check_and_contract_test_pass(form: str, tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    folder = proposed(mappings, tmp_path, form)
    for file, old, new in FORMS[form][0][1]:
        if old == "lines gone":
            drop_answered(folder / file)
        else:
            change(folder / file, (old, new))
    assert "0 fault(s)" in told(mappings, "check", "qinghai")
    assert " 0 finding(s)" in told(mappings, "party", "check", "qinghai", "--samples")


def shown(folder: Path, **files: bytes) -> ContractShape:
    """The shape of examples, given as `find_request_txt=...`."""
    made = []
    for name, body in files.items():
        made.append(folder / name.replace("_", "."))
        made[-1].write_bytes(body)
    return shape_of([example(path) for path in made])


@pytest.mark.parametrize("separator", ["\t", ",", "|"])
def test_rows_are_joined_by_the_character_that_every_line_holds_as_often(separator: str, tmp_path: Path) -> None:
    lines = [separator.join((NUMBER, NAME, "1024.80")), separator.join((OTHER, "才让", ""))]
    shape = shown(tmp_path, find_reply_txt="\n".join(lines).encode("gb18030"))
    assert shape.layouts["reply find"] == {"columns": ["aac002", "aac003", "c3"], "separator": separator}
    assert (shape.encoding, shape.around["ends"]) == ("gb18030", "lf")


def test_columns_of_a_fixed_width_are_cut_in_bytes_where_all_lines_show_it(tmp_path: Path) -> None:
    lines = [f"42        {NUMBER}{NAME}  A1   1024.80", f"4200001222{OTHER}才让      B27 31024.80"]
    shape = shown(tmp_path, find_reply_txt="\r\n".join(lines).encode("gb18030"))
    widths = shape.layouts["reply find"]["widths"]
    assert list(widths.items()) == [("c1", 10), ("aac002", 18), ("aac003", 10), ("c4", 4), ("c5", 8)]
    assert sum(widths.values()) == len(lines[0].encode("gb18030"))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"find_reply_txt": b"4200 1"}, "give two lines or more"),
        ({"find_reply_txt": b"42 1\n42  12"}, "of one length in GBK bytes (these have 4, 6)"),
        ({"find_request_xml": b"<a/>"}, "it is not a SOAP envelope"),
        ({"find_request_xml": b"<a"}, "it is not XML as we take it"),
        (
            {
                "a_reply_json": b'{"data": {"ReturnResult": "1|2"}}',
                "a_x_reply_json": b'{"data": {"ReturnResult": "1"}}',
            },
            "",
        ),
        (
            {
                "a_reply_json": b'{"data": {"ReturnResult": "1|2"}}',
                "a_x_reply_json": b'{"data": {"ReturnResult": "1|2|"}}',
            },
            "and others in another example",
        ),
    ],
)
def test_examples_that_show_no_form_are_refused_saying_what_would_do(
    files: dict[str, bytes], words: str, tmp_path: Path
) -> None:
    if not words:
        assert shown(tmp_path, **files).style == "piped"
        return
    with pytest.raises(GatewayError) as raised:
        shown(tmp_path, **files)
    assert words in str(raised.value.params["reason"])


def test_examples_beside_a_wsdl_of_one_string_say_what_stands_in_it(tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    wsdl = wsdls.one_string(tmp_path)
    namespace = read_wsdl(wsdl).namespace
    said = elements({"ERR": "OK", "AAC001": "42", "AAC301": "630102"})
    request, reply = tmp_path / "find-worker.request.xml", tmp_path / "find-worker.reply.xml"
    request.write_bytes(soap(f'<q:find xmlns:q="{namespace}"><xml>{NUMBER}</xml></q:find>'))
    reply.write_bytes(soap(f'<q:findResponse xmlns:q="{namespace}"><r>{escaped(said)}</r></q:findResponse>'))
    told(mappings, "party", "new", "provinces/qinghai", "--wsdl", str(wsdl), *of_samples([request, reply]))
    folder = mappings / "dialects" / "qinghai" / "1.0"
    made = yaml.safe_load((folder / "dialect.yaml").read_text("utf-8"))
    assert made["syntax"] == "rpc_soap"
    assert made["options"]["operations"] == {"find": ["xml"]}
    assert (folder / "contract" / wsdl.name).read_bytes() == wsdl.read_bytes()


def test_a_name_that_fills_its_column_ends_where_the_filling_of_another_does(tmp_path: Path) -> None:
    path = tmp_path / "paid.request.txt"
    lines = ("630102199003071012王伟    000012", "630102199003071012才让卓玛000034")
    path.write_bytes("\r\n".join(lines).encode("gbk"))
    shape = shape_of([example(path)])
    assert list(shape.layouts["request paid"]["widths"].values()) == [18, 8, 6]
