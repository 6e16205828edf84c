"""The logins of the demo district: shown on the login page in demo mode only."""

from typing import NamedTuple


class DemoLogin(NamedTuple):
    username: str
    display_name: str
    office: str
    role: str
    what: str


DEMO_LOGINS = [
    DemoLogin("clerk", "何小燕", "990101001001", "CLERK", "社区服务站办事员"),
    DemoLogin("town", "方立民", "990101001", "HEAD", "街道站长"),
    DemoLogin("district", "邓志远", "990101", "OFFICER", "区局经办"),
    DemoLogin("approver", "韩文静", "990101", "APPROVER", "区局分管领导"),
    DemoLogin("cashier", "罗敏", "990101", "CASHIER", "区局财务"),
    DemoLogin("city", "许长安", "9901", "CITY", "市局"),
    DemoLogin("cityofficer", "郑可", "9901", "OFFICER", "市局经办"),
    DemoLogin("cityhead", "彭海", "9901", "APPROVER", "市局分管领导"),
    DemoLogin("auditor", "审计员", "9901", "AUDITOR", "审计管理员"),
    DemoLogin("admin", "系统员", "9901", "SYSADMIN", "系统管理员"),
    DemoLogin("secadmin", "安全员", "9901", "SECADMIN", "安全管理员"),
]
