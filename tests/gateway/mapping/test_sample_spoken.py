"""An example in a form that a dialect speaks already is answered with that dialect."""

from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.sample_named import example
from gateway.mapping.sample_shapes import shape_of

ROOT = Path(__file__).parents[3]
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
STARRED = "&lt;操作*&gt;查询&lt;/操作*&gt;"
BARE = {
    "hosdata": "<HOSDATA><REQUESTDATA><MSGNO>7101</MSGNO></REQUESTDATA></HOSDATA>",
    "prm": "<input><prm_aac002>430102199003071015</prm_aac002></input>",
    "card-asterisk": f'<e:Envelope xmlns:e="{SOAP}"><e:Body><f><a>{STARRED}</a></f></e:Body></e:Envelope>',
}


@pytest.mark.parametrize("dialect", list(BARE))
def test_an_example_that_cannot_be_proposed_from_names_the_dialect_that_speaks_its_form(
    dialect: str, tmp_path: Path
) -> None:
    path = tmp_path / "find.request.xml"
    path.write_text(BARE[dialect], "utf-8")
    with pytest.raises(GatewayError, match=f"--dialect {dialect}`"):
        shape_of([example(path)])
    assert (ROOT / "mappings" / "dialects" / dialect).is_dir()


def test_an_example_in_a_form_that_nobody_speaks_is_refused_without_advice(tmp_path: Path) -> None:
    path = tmp_path / "find.request.xml"
    path.write_text("<query><id>1</id></query>", "utf-8")
    with pytest.raises(GatewayError) as refused:
        shape_of([example(path)])
    assert "--dialect" not in str(refused.value)
