"""What a fault of a statement expected and found, in Chinese: the phrases that the reader of statements uses.

Faults are kept with their English phrases; who reads them in Chinese gets these. `{}` stands for what differs from one
fault to the next: a number, a day, the look of a value.
"""

import re

_PHRASES = {
    # values
    "an amount in yuan with two decimals, such as 1024.80; no leading zero, no -0.00": (
        "以元为单位、两位小数的金额，如 1024.80；不得有前导零、千分位或 -0.00"
    ),
    "a day that there is, as {}": "实际存在的日期，格式 {}",
    "a month that there is, as {}": "实际存在的年月，格式 {}",
    "one of {}": "下列之一：{}",
    "six digits (GB/T 2260)": "六位数字（GB/T 2260 行政区划代码）",
    "a whole number from {} to {}": "{} 至 {} 的整数",
    "a text of at most {} characters on one line": "不超过 {} 个字符、不含换行和控制字符的文本",
    "letters, digits and hyphens, at most {}": "字母、数字和连字符，不超过 {} 个",
    "a value": "有值",
    "nothing": "空",
    "no amount above 0.00, the row reverses": "不大于 0.00 的金额（本行为冲正）",
    "no amount below 0.00": "不小于 0.00 的金额",
    "one above": "大于零",
    "one below": "小于零",
    # dates and sequences
    "{} at the latest": "不晚于 {}",
    "from {} to {}": "{} 至 {} 之间",
    "from the day of collection to {}": "扣款日期至 {} 之间",
    "{} at the most": "不大于 {}",
    "{} or higher, {} is kept": "{} 或更大（{} 已留存）",
    "another id": "其他编号",
    "a key (voucher, item, month, sequence) that stands once": "不重复的主键（税票号码、品目、所属期、序号）",
    "the trace number of one voucher a day": "同日一个流水号只对应一张税票",
    "that of line {}": "与第 {} 行相同",
    # lines
    "{} columns": "{} 列",
    "{} bytes": "{} 字节",
    "at most {} bytes": "不超过 {} 字节",
    "a longer line": "超长的行",
    "whole characters in each column": "每列均为完整字符",
    "a character that lies in two columns": "跨越两列的字符",
    "a column, in quotes where it holds a quote or a comma": "一列；含引号或逗号时须加引号",
    "a stray quote": "多余的引号",
    "one element {}": "一个 {} 元素",
    "the attributes {}": "属性 {}",
    "another attribute, or text": "其他属性或文本",
    "no element": "没有元素",
    "XML that is not well-formed there (parser: {})": "此处 XML 格式不良（解析器：{}）",
    # structure
    "the head": "首行",
    "the foot": "尾行",
    "a row": "明细行",
    "a row or the foot": "明细行或尾行",
    "a second head": "第二个首行",
    "a second foot": "第二个尾行",
    "the head behind the foot": "尾行之后的首行",
    "a row behind the foot": "尾行之后的明细行",
    "the end of the line": "行结束符",
    "the end of the file": "文件结束",
    "another line": "其他内容的行",
    "more on the same line": "同一行上还有其他内容",
    "an empty line": "空行",
    "a line that begins with no record": "开头不是任何记录的行",
    "a line": "多余的行",
    "a line that begins with {}": "以 {} 开头的行",
    "nothing behind the signature": "签名之后无内容",
    "an empty file": "空文件",
    # encoding
    "a file that is not compressed": "未压缩的文件",
    "a compressed one": "压缩文件",
    "the head in the first byte": "首字节即为首行",
    "a byte order mark": "字节顺序标记（BOM）",
    "characters in {}": "{} 编码的字符",
    "the byte {}, which {} does not have there": "字节 {}，{} 编码在此处没有该字节",
    # signature
    "<CA>, 64 hexadecimal digits, </CA>": "<CA>、64 位十六进制数字、</CA>",
    "<CA>, 64 hexadecimal digits, </CA> at the end of the line": "行末的 <CA>、64 位十六进制数字、</CA>",
    "a last line <CA>, 64 hexadecimal digits, </CA>": "末行 <CA>、64 位十六进制数字、</CA>",
    "another form": "其他形式",
    "that of the agreed key": "以约定密钥计算的签名",
    "another one": "其他签名",
}
_FORMS = [
    (re.compile("(.+)".join(map(re.escape, english.split("{}"))), re.DOTALL), chinese)
    for english, chinese in sorted(_PHRASES.items(), key=lambda each: ("{}" in each[0], -len(each[0])))
]
"""The phrases without a gap first, then the longest."""


def in_words(phrase: str, language: str) -> str:
    """A phrase of a fault in `language` ("zh" or "en"); what is no phrase (a number, a look) stays as it is."""
    if language == "zh":
        for form, chinese in _FORMS:
            if found := form.fullmatch(phrase):
                return chinese.format(*found.groups())
    return phrase
