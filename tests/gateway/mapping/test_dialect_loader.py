import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.check import Report, check
from gateway.mapping.dialect_loader import dialects, load
from gateway.mapping.tables import CodeFile, CodeLine, Differences
from gateway.model.codes import Insurance
from gateway.model.province import GetProgress
from gateway.ports import Control
from tests.mappings.samples import Sample, read

MAPPINGS = Path(__file__).parents[3] / "mappings"
FIND_COVER = "molss/1.0/messages/find-cover.yaml"
CODES = "molss/1.0/codes.yaml"
DIALECT = "molss/1.0/dialect.yaml"

Change = Callable[[str, str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """A copy of the mappings in which one text of one file stands otherwise."""

    def change(file: str, old: str, new: str) -> Path:
        # What is not changed needs no second place on the disk.
        shutil.copytree(MAPPINGS / "dialects", tmp_path / "dialects", copy_function=os.symlink)
        path = tmp_path / "dialects" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.unlink()
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return change


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        (FIND_COVER, "here: first,", "here: fisrt,", "there is no canonical field fisrt here"),
        (FIND_COVER, "here: first,", "hear: first,", "unknown field `hear`"),
        (FIND_COVER, "codes: insurance,", "codes: insurances,", "there is no code list insurances"),
        (FIND_COVER, "{use: warrant}", "{use: warant}", "there is no group warant"),
        (FIND_COVER, 'here: first, seen: "1.3"', "here: first", "say how it is known"),
        (FIND_COVER, "here: first,", 'here: first, fill: "1",', "a line says one thing"),
        (FIND_COVER, "here: first,", "here: first, as: month7,", "there is no converter month7"),
        (FIND_COVER, "message: FindCover", "message: FindCovers", "there is no message FindCovers"),
        (FIND_COVER, "message: FindCover", "message: FindCover\nvariant: other", "that of a variant shares it"),
        (FIND_COVER, "here: last,", "here: first,", "mark a second place `again`"),
        (FIND_COVER, "here: last,", "again: true, here: last,", "mark a second place `again`"),
        (FIND_COVER, "take: details", "take: most", "Invalid enum value 'most'"),
        (CODES, 'here: resident_id, seen: "1.1 AAC058"', "here: resident_id", "say once how it is known"),
        (CODES, "here: resident_id,", "here: citizen,", "citizen is not a value of IdType"),
        (CODES, '- {there: "08",', '- {there: "01",', "stands twice"),
        (CODES, "here: suspended, write: true,", "here: suspended,", "mark the one to write"),
        (CODES, "kind: IdType", "kind: IdKind", "there is no canonical list IdKind"),
        (CODES, "kind: IdType", "kind: IdType\n  kind: IdType", "stands twice"),
        (DIALECT, "then: insufficient_scope", "then: insufficient", "the catalogue has no error insufficient"),
        (DIALECT, 'version: "1.0"', 'version: "1.1"', "the folder says molss 1.0"),
        (DIALECT, "control: sender,", "control: sent_by,", "Control has no field sent_by"),
    ],
)
def test_what_is_wrong_in_a_table_is_found_at_the_start_with_its_line(
    changed: Change, file: str, old: str, new: str, reason: str
) -> None:
    mappings = changed(file, old, new)
    mappings_file = mappings / "dialects" / file
    lines = mappings_file.read_text(encoding="utf-8").splitlines()
    with pytest.raises(GatewayError, match=reason) as raised:
        dialects(mappings)["molss/1.0"]()
    assert raised.value.kind.code == "data_invalid"
    assert raised.value.params["file"] == str(mappings_file)
    assert new.splitlines()[-1] in lines[int(raised.value.params["line"]) - 1]


def test_a_party_with_codes_of_its_own_needs_only_its_differences() -> None:
    lines = (
        CodeLine(there="110", here="pension", ours="this test"),
        CodeLine(there="170", here="resident_pension", ours="this test"),
    )
    jinan = load(
        MAPPINGS / "dialects" / "molss" / "1.0",
        Differences(codes={"insurance": CodeFile(kind="Insurance", codes=lines)}),
        lambda _: "s",
    )
    question = GetProgress(reference="r", insurance=Insurance.PENSION)
    control = Control(
        "1", "gateway", "jinan", read(Sample("levy-exchange/1.0", "receipt.push.json", "request")).control.sent_at
    )
    assert b'<para aae140="110"/>' in jinan.write(question, control).body
    with pytest.raises(GatewayError) as raised:
        jinan.write(GetProgress(insurance=Insurance.MATERNITY), control)
    assert raised.value.kind.code == "no_place"


def test_a_difference_from_a_list_that_is_not_there_is_an_error() -> None:
    lines = (CodeLine(there="1", here="pension", ours="this test"),)
    with pytest.raises(GatewayError, match="no code list insurence"):
        load(
            MAPPINGS / "dialects" / "molss" / "1.0",
            Differences(codes={"insurence": CodeFile(kind="Insurance", codes=lines)}),
        )


def test_the_tables_as_they_are_have_no_fault_and_say_how_each_place_is_known() -> None:
    report = check(MAPPINGS)
    assert report.faults == ()
    assert report.ok
    assert {"card-rpc/1.0", "levy-exchange/1.0", "molss/1.0"} <= set(report.dialects)
    assert all(place.known in ("seen", "inferred", "ours", "lossy") and place.fact for place in report.places)
    assert shown(report, "molss 1.0: EnrolWorker, request", "insurance=pension") == ("business.aae140=1", "seen")
    assert shown(report, "levy-exchange 1.0: DeclareLevy, request", "components.payer") == ("JFZT_DM", "ours")
    assert shown(report, "molss 1.0: FindCover, reply", "unanswered") == ("-", "lossy")
    assert "business.aae140=1" in report.text()
    assert report.text().endswith("0 fault(s)")


def shown(report: Report, title: str, here: str) -> tuple[str, str]:
    return next((place.there, place.known) for place in report.places if (place.title, place.here) == (title, here))


def test_a_canonical_field_without_a_place_fails_until_it_is_listed_as_lossy(changed: Change) -> None:
    line = "- {there: business.thyy, here: reason, ours: reason}"
    mappings = changed(
        "molss/1.0/messages/withdraw-enrolment.yaml", line, "- {there: business.cxyt, fill: '1', ours: nothing}"
    )
    with pytest.raises(GatewayError, match="no line reads reason"):
        dialects(mappings)["molss/1.0"]()
    assert any("no line reads reason" in fault for fault in check(mappings).faults)


def test_an_optional_field_without_a_place_fails_too(changed: Change) -> None:
    mappings = changed(
        "molss/1.0/messages/find-cover.yaml",
        "  lossy:\n    unanswered: Hunan answers for itself; nobody else was asked\n",
        "",
    )
    [fault] = check(mappings).faults
    assert re.search(r"find-cover.yaml, line [0-9]+: unanswered \(reply\) has no counterpart; give it a line", fault)


def test_a_code_that_says_nothing_of_a_canonical_value_fails(changed: Change) -> None:
    mappings = changed(CODES, '    - {there: "3", here: benefit, ours: docs 4.6}\n', "")
    faults = [fault for fault in check(mappings).faults if "purpose has no code for benefit" in fault]
    line = (MAPPINGS / "dialects" / CODES).read_text(encoding="utf-8").splitlines().index("purpose:") + 1
    assert f"{CODES}, line {line}: " in faults[0]


def test_a_lossy_entry_for_no_field_fails(changed: Change) -> None:
    mappings = changed(FIND_COVER, "    unanswered: Hunan", "    unasked: nobody\n    unanswered: Hunan")
    (fault,) = check(mappings).faults
    lines = (mappings / "dialects" / FIND_COVER).read_text(encoding="utf-8").splitlines()
    assert f"{FIND_COVER}, line {lines.index('    unasked: nobody') + 1}: `lossy:` names unasked (reply)" in fault
    assert "there are known" in fault


def test_a_reply_about_money_or_a_state_that_is_left_open_fails_with_its_line(changed: Change) -> None:
    mappings = changed("card-rpc/1.0/messages/find-card.yaml", "  closed: true\n", "")
    (fault,) = check(mappings).faults
    lines = (mappings / "dialects/card-rpc/1.0/messages/find-card.yaml").read_text(encoding="utf-8").splitlines()
    assert f"find-card.yaml:{lines.index('reply:') + 1}: " in fault
    assert "put `closed: true`" in fault


def test_an_unknown_field_in_an_example_fails_though_in_an_answer_it_would_be_kept(changed: Change) -> None:
    sample = "yinhai/1.0/samples/find-worker.known.reply.xml"
    mappings = changed(sample, "&lt;aac001&gt;", "&lt;aac999&gt;1&lt;/aac999&gt;&lt;aac001&gt;")
    (fault,) = check(mappings).faults
    assert "find-worker.known.reply.xml" in fault
    assert "it has fields that the table does not have" in fault
    assert "aac999" in fault


def test_a_sample_that_is_not_listed_and_a_listed_one_that_is_not_there_fail(changed: Change) -> None:
    mappings = changed(
        "card-rpc/1.0/samples/index.yaml", "file: find-card.lost.reply.xml", "file: find-card.gone.reply.xml"
    )
    faults = " ".join(check(mappings).faults)
    lines = (mappings / "dialects/card-rpc/1.0/samples/index.yaml").read_text(encoding="utf-8").splitlines()
    line = lines.index("  - file: find-card.gone.reply.xml") + 1
    assert f"index.yaml, line {line}: find-card.gone.reply.xml is listed and not there" in faults
    assert "find-card.lost.reply.xml is there and not listed" in faults


def test_a_code_list_that_the_samples_do_not_follow_fails_with_the_line_of_the_sample(changed: Change) -> None:
    mappings = changed("molss/1.0/codes.yaml", '{there: "1", here: pension', '{there: "2", here: pension')
    (mappings / "provinces" / "hunan").mkdir(parents=True)
    shutil.copy(MAPPINGS / "provinces" / "hunan" / "party.yaml", mappings / "provinces" / "hunan")
    faults = check(mappings, "hunan").faults
    told = [fault for fault in faults if "find-cover.request.xml: it can be read" in fault]
    assert len(told) == 1
    assert "index.yaml, line 25" in told[0]
    assert 'sent the code "1" for business.aae140' in told[0]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('version: "1.0"', 'version: "9.0"', "there is no version 9.0 of molss; there are 1.0"),
        ("name: molss", "name: mols", "there is no dialect mols; there are "),
    ],
)
def test_a_party_of_a_dialect_or_version_that_is_not_there_fails_with_its_line(
    changed: Change, old: str, new: str, what: str
) -> None:
    mappings = changed("molss/1.0/codes.yaml", "id_type:", "id_type:")
    folder = mappings / "provinces" / "hunan"
    folder.mkdir(parents=True)
    said = (MAPPINGS / "provinces" / "hunan" / "party.yaml").read_text(encoding="utf-8")
    (folder / "party.yaml").write_text(said.replace(old, new, 1), encoding="utf-8")
    (fault,) = check(mappings, "hunan").faults
    assert f"party.yaml:10: {what}" in fault


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("syntax: attribute_soap", "syntax: attribut_soap", "there are attribute_soap, json, rpc_soap"),
        ("lossy:", "losy:", "known are dialect, encoding, forms"),
        ('version: "1.0"', "version: 10", "write it in quotes"),
        ("groups:", "\tgroups:", "indented by spaces, never by tabs"),
    ],
)
def test_what_does_not_fit_is_told_with_what_would_be_right(changed: Change, old: str, new: str, right: str) -> None:
    mappings = changed("molss/1.0/dialect.yaml", old, new)
    assert any("molss/1.0/dialect.yaml" in fault and right in fault for fault in check(mappings).faults)


def test_the_check_of_one_party_is_that_of_its_dialect(changed: Change) -> None:
    mappings = changed(CODES, "kind: IdType", "kind: IdKind")
    folder = mappings / "cards" / "hubei"
    folder.mkdir(parents=True)
    (folder / "party.yaml").write_text('id: card-hubei\ndialect: {name: card-rpc, version: "1.0"}\n', encoding="utf-8")
    assert check(mappings, "card-hubei").ok
    assert check(mappings, "card-hubei").dialects == ("card-rpc/1.0",)
    assert not check(mappings).ok
    with pytest.raises(GatewayError, match="party card-jilin"):
        check(mappings, "card-jilin")
