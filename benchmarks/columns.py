"""The 20 columns of the benchmark ledger: as people write them, and what the peer calls its fields."""

FIELDS = {
    "姓名": "name",
    "性别": "sex",
    "民族": "ethnicity",
    "出生日期": "born",
    "身份证号码": "id_number",
    "人员类别": "category",
    "所属服务站": "station",
    "户籍类别": "hukou_type",
    "户籍地": "hukou_place",
    "现住址": "address",
    "联系电话": "phone",
    "婚姻状况": "marital",
    "文化程度": "education",
    "政治面貌": "political",
    "就业状态": "employment",
    "入伍时间": "enlisted",
    "退役时间": "discharged",
    "军种": "branch",
    "安置方式": "exit_way",
    "退役证件号": "certificate_no",
}
