"""Field types that several messages share, each with its bounds and its words in both languages."""

from typing import Annotated

from gateway.model.shape import PERSONAL, Doc, Text, Whole

IdNumber = Annotated[str, Text(max=18, min=15), PERSONAL, Doc("Identity number in canonical form.", "证件号码")]
PersonName = Annotated[str, Text(max=100), PERSONAL, Doc("Name as on the identity document.", "姓名")]
Mobile = Annotated[
    str,
    Text(max=11, min=11, pattern=r"1[3-9][0-9]{9}", form="11 digits beginning with 1"),
    PERSONAL,
    Doc("Mobile telephone number.", "移动电话"),
]
PersonNumber = Annotated[str, Text(max=20), PERSONAL, Doc("The region's own number of the person.", "个人编号")]
Number = Annotated[str, Text(max=64)]
Reason = Annotated[str, Text(max=500), Doc("Reason in the words of whoever gives it.", "原因")]
Grade = Annotated[int, Whole(min=1, max=1000), Doc("Percent of the reference wage.", "缴费档次（百分比）")]
AcceptanceNumber = Annotated[Number, Doc("Number under which an application was taken in.", "受理编号")]
NoticeNumber = Annotated[Number, Doc("Levy notice number of the social insurance side (AAZ288).", "征集通知流水号")]
LevyNumber = Annotated[Number, Doc("The tax bureau's number of the levy.", "税务应征编号")]
VoucherNumber = Annotated[Number, Doc("Number of the electronic tax voucher.", "电子税票号码")]
Sequence = Annotated[int, Whole(min=1, max=9999), Doc("Number of the row in its voucher.", "明细序号")]
Reference = Annotated[Number, Doc("Our reference, the same on every try.", "网关业务参考号")]
