"""E3 优抚对象, E4 残疾人员 and E5 遗属: one row an identity."""

from registry import codes, living_codes
from registry.exporting.people import services_of
from registry.ledgers import ExportColumn, shared
from registry.models import Document, Identity
from registry.resources import LedgerResource
from veterans_portal.accounts.models import Office

STANDINGS = dict(Identity.Standing.choices)
OF_PERSON = ("ref", "name", "id_number", "sex", "ethnicity", "marital", "hukou_type", "hukou_place", "address", "phone",
             "workplace")  # fmt: skip


def of_person(*names: str) -> tuple[str, ...]:
    return tuple(f"person__{name}" for name in names)


class IdentityResource(LedgerResource):
    """What the three share: the person of the identity, by category, station and name."""

    ordering = ("category__position", "category_id", "office_id", "person__pinyin", "pk")


class BenefitResource(IdentityResource):
    """优抚对象台账."""

    columns = (
        ExportColumn("ref", "档案号", 14),
        ExportColumn("category", "优抚类别", 20),
        ExportColumn("station", "所属服务站", 20),
        ExportColumn("name", "姓名", 10),
        ExportColumn("id_number", "身份证号码", 21),
        ExportColumn("sex", "性别", 6),
        ExportColumn("ethnicity", "民族", 8),
        ExportColumn("marital", "婚姻状况", 10),
        ExportColumn("enlisted", "入伍时间", 12),
        ExportColumn("discharged", "退役时间", 12),
        ExportColumn("hukou_type", "户籍类别", 10),
        ExportColumn("hukou_place", "户籍地", 30),
        ExportColumn("address", "现住址", 30),
        ExportColumn("phone", "联系电话", 14),
        ExportColumn("workplace", "工作单位", 20),
        ExportColumn("standing", "对象状态", 10),
        ExportColumn("certificate_no", "证书编号", 16),
        ExportColumn("started", "认定时间", 12),
        ExportColumn("ended", "终止时间", 12),
        ExportColumn("conscript_years", "折算年限", 8),
        ExportColumn("war", "参战类别", 16),
    )
    wanted = ("person_id", "office_id", "category__label", "standing", "certificate_no", "started", "ended", "conscript_years",
              "war_code", *of_person(*OF_PERSON))  # fmt: skip
    renamed = {f"person__{name}": name for name in OF_PERSON} | {"category__label": "category"}

    def prepare(self, user):
        self.offices = dict(Office.objects.visible_to(user).values_list("code", "name"))

    def complete(self, rows, user):
        services = services_of([row["person_id"] for row in rows], user)
        for row in rows:
            service = services.get(row["person_id"], {})
            row["enlisted"], row["discharged"] = service.get("enlisted", ""), service.get("discharged", "")
            row["station"] = self.offices[row["office_id"]]
            row["standing"] = STANDINGS[row["standing"]]
            row["war"] = living_codes.WAR.get(row["war_code"], "")


class InjuryResource(IdentityResource):
    """残疾人员台账."""

    columns = (
        *shared("ref", "name", "id_number"),
        ExportColumn("injury_nature", "伤残性质", 10),
        ExportColumn("injury_grade", "伤残等级", 8),
        ExportColumn("injury_side", "伤残属别", 10),
        ExportColumn("injury_part", "部位", 20),
        ExportColumn("injured", "负伤时间", 12),
        ExportColumn("graded", "评残时间", 12),
        ExportColumn("certificate_no", "证件号码", 16),
        ExportColumn("valid_to", "有效期", 12),
        ExportColumn("care", "供养方式", 10),
    )
    wanted = ("person_id", "injury_nature", "injury_grade", "injury_side", "injury_part", "injured", "graded", "certificate_no",
              "care", *of_person("ref", "name", "id_number"))  # fmt: skip
    renamed = {f"person__{name}": name for name in ("ref", "name", "id_number")}

    def complete(self, rows, user):
        papers = Document.objects.visible_to(user).live().filter(
            person__in=[row["person_id"] for row in rows], kind="DISABILITY", valid_to__isnull=False, voided_at=None
        )  # fmt: skip
        ends = dict(papers.order_by("valid_to", "pk").values_list("person_id", "valid_to"))
        for row in rows:
            row["valid_to"] = ends.get(row["person_id"])
            row["injury_nature"] = codes.INJURY_NATURE.get(row["injury_nature"], "")
            row["injury_grade"] = f"{GRADES[row['injury_grade']]}级" if row["injury_grade"] else ""
            row["injury_side"] = living_codes.INJURY_SIDE.get(row["injury_side"], "")
            row["care"] = living_codes.CARE.get(row["care"], "")


GRADES = dict(enumerate("一二三四五六七八九十", 1))


class SurvivorResource(IdentityResource):
    """遗属台账: the survivors, and the soldier they survive."""

    columns = (
        *shared("ref", "name", "id_number"),
        ExportColumn("category", "优抚类别", 20),
        ExportColumn("relation", "与军人关系", 12),
        ExportColumn("holder", "是否持证人", 8),
        ExportColumn("soldier", "军人姓名", 10),
        ExportColumn("unit_post", "生前部队职务", 20),
        ExportColumn("died", "牺牲时间", 12),
        ExportColumn("died_place", "地点", 20),
        ExportColumn("cause", "原因", 24),
        ExportColumn("fallen_certificate", "证明书编号", 16),
        ExportColumn("buried_at", "安葬地", 20),
    )
    wanted = ("category__label", "relation", "is_certificate_holder", "fallen__name", "fallen__unit_post", "fallen__died",
              "fallen__died_place", "fallen__cause", "fallen__certificate_no", "fallen__buried_at",
              *of_person("ref", "name", "id_number"))  # fmt: skip
    renamed = (
        {f"person__{name}": name for name in ("ref", "name", "id_number")}
        | {f"fallen__{name}": name for name in ("unit_post", "died", "died_place", "cause", "buried_at")}
        | {"category__label": "category", "fallen__name": "soldier", "fallen__certificate_no": "fallen_certificate"}
    )

    def complete(self, rows, user):
        for row in rows:
            row["holder"] = "是" if row["is_certificate_holder"] else "否"
            row["relation"] = living_codes.SURVIVOR_RELATION.get(row["relation"], row["relation"])
