import pytest

from gateway.web.language import language_of


@pytest.mark.parametrize(
    "header", ["zh", "zh-CN", "zh-Hans-CN,zh;q=0.9,en;q=0.8", "fr, zh;q=0.2", "en;q=0.5, zh-TW;q=0.7", "ZH"]
)
def test_any_chinese_that_is_preferred_is_chinese(header: str) -> None:
    assert language_of(header) == "zh"


@pytest.mark.parametrize("header", ["", "*", "en", "de", "en-GB, zh;q=0.9", "zh;q=0", "nonsense;;;q=x", "zh;q=0, *"])
def test_everything_else_is_english(header: str) -> None:
    assert language_of(header) == "en"
