"""
Who may hold which 优待证: rows that follow the rule, not code.

Source: 《退役军人、其他优抚对象优待证管理办法（试行）》(2021-11-15): one kind for veterans, one for survivors; who fits both
chooses one. Military staff without service (V04) and police or officials hurt on duty (12–14) are neither.
"""

CARD_CATEGORIES = {
    "VETERAN": ("V00", "V01", "V02", "V03", "V05", "V06", "11", "31", "32", "33", "41", "42", "51", "61", "81"),
    "SURVIVOR": ("21", "22", "23", "B1"),
}
CARD_CITATION = "退役军人、其他优抚对象优待证管理办法（试行），2021年11月15日"
