"""Workbooks as openpyxl writes them, for the tests beside this file.

Enters: a directory with an empty template of ours, `template.xlsx`, and one that came back with its faults marked, `marked.xlsx`. Leaves: the workbooks in it. All that is in them is invented.
"""

import datetime
import re
import sys
import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HEADER = ["村社", "发生日期", "场所", "死亡人数", "直接损失(万元)"]
DAY = datetime.datetime(2020, 2, 29)
PLACE = Path(sys.argv[1])


def book(*rows, header=HEADER, title="火灾"):
    made = Workbook()
    made.active.title = title
    for row in [header, *rows]:
        made.active.append(row)
    return made


def save(made, name):
    made.save(PLACE / name)


def rewrite(source, name, change):
    """The same file with its parts changed, for what openpyxl does not write itself."""
    with zipfile.ZipFile(PLACE / source) as old, zipfile.ZipFile(PLACE / name, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {part: old.read(part).decode() for part in old.namelist()}
        changed = {part: change(text) for part, text in parts.items()}
        assert changed != parts, f"nothing to change in {source}"
        for part, text in changed.items():
            new.writestr(part, text)


def merged():
    made = Workbook()
    sheet = made.active
    sheet.title = "火灾"
    sheet["A1"] = "下半年火灾统计表"
    for place, text in zip(["A2", "B2", "C2", "D2", "D3", "E3"], ["村社", "发生日期", "场所", "后果", *HEADER[3:]]):
        sheet[place] = text
    for row, cells in enumerate([["下金村", DAY, "住宅", 1, 2.5], [None, DAY, "生产经营", 0, 0.1]], start=4):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, value)
    for area in ["A1:E1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "A4:A5"]:
        sheet.merge_cells(area)
    save(made, "merged.xlsx")


def hidden():
    made = book(["下金村", DAY, "住宅", 1, 2.5], ["前垟村", DAY, "住宅", 0, 1])
    made.active.row_dimensions[3].hidden = True
    made.active.column_dimensions["E"].hidden = True
    save(made, "hidden.xlsx")


def formulas():
    made = book(
        ["下金村", "=DATE(2020,2,29)", "住宅", "=1+1", "=0.1+0.2"],
        ["前垟村", DAY, "住宅", 0, "=1/2"],
        ["前垟村", DAY, "生产经营", 0, None],
        ["合计", None, None, "=SUM(D2:D4)", None],
    )
    made.active["B2"].number_format = "yyyy-mm-dd"
    save(made, "formulas.xlsx")
    # What a spreadsheet program adds when it saves; a formula that shows nothing has an empty text.
    results = {"B2": "43890", "D2": "2", "E2": "0.30000000000000004", "D5": "2"}

    def calculate(sheet):
        for place, result in results.items():
            sheet = re.sub(rf'(<c r="{place}"[^>]*><f>[^<]*</f>)<v ?(?:/>|></v>)', rf"\1<v>{result}</v>", sheet)
        return re.sub(r'<c r="E3"([^>]*)><f>[^<]*</f><v ?(?:/>|></v>)', r'<c r="E3"\1 t="str"><f>""</f><v></v>', sheet)

    rewrite("formulas.xlsx", "calculated.xlsx", calculate)


def types():
    made = book(
        ["下金村", DAY, "住宅", "1", 2.5],
        ["前垟村", datetime.date(2020, 3, 1), "生产经营", " 2 ", "1,024.50"],
        ["新埭社区", "2020年3月2日", "“三合一”", "３", "0.10"],
    )
    save(made, "types.xlsx")
    save(made, "renamed.csv")
    save(made, "renamed.xls")
    made.security.lockStructure = True
    made.active.protection.set_password("1234")
    save(made, "protected.xlsx")
    made.epoch = CALENDAR_MAC_1904
    # A bare number of days, as it stands in such a file, and a day written out in digits.
    for place, number in [("B3", 42_429), ("B4", 20_200_302)]:
        made.active[place] = number
        made.active[place].number_format = "General"
    save(made, "mac.xlsx")
    # Two runs of letters and how they are read aloud, which is no part of the text.
    runs = r"<\1><r><rPr><b/></rPr><t>下金</t></r><r><t>村</t></r><rPh sb='0' eb='1'><t>シタ</t></rPh></\1>"
    plain = r"<(is|si)><t>(?:下金村|&#19979;&#37329;&#26449;)</t></\1>"
    rewrite("types.xlsx", "rich.xlsx", lambda text: re.sub(plain, runs, text))
    macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    rewrite("types.xlsx", "macros.xlsm", lambda text: text.replace(plain, macros))
    with zipfile.ZipFile(PLACE / "macros.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no macros in truth")


def faulty():
    made = book(
        ["下金村", "#N/A", "住宅", "#DIV/0!", 2.5],
        ["上岱村", DAY, "住宅", -1, "#REF!"],
        ["前垟村", DAY, "仓库", 1.5, 0.001],
    )
    save(made, "faulty.xlsx")
    young = {"#N/A": "#SPILL!", "#DIV/0!": "#CALC!", "#REF!": "#BUSY!"}
    rewrite("faulty.xlsx", "young.xlsx", lambda text: re.sub("|".join(young), lambda old: young[old[0]], text))


def gaps():
    made = book()
    for column, value in enumerate(["下金村", DAY, "住宅", 1, 2.5], start=1):
        made.active.cell(400, column, value)
    save(made, "gaps.xlsx")


def sheets():
    made = book(["下金村", DAY, "住宅", 1, 2.5])
    hazards = made.create_sheet("重大隐患")
    hazards.append(["编号", "村社", "镇街", "挂牌日期", "隐患等级", "整改期限"])
    hazards.append(["H1", "前垟", "塘下", DAY, "重大", datetime.datetime(2020, 4, 1)])
    secret = made.create_sheet("去年")
    secret.append(HEADER)
    secret.sheet_state = "hidden"
    made.create_sheet("空")
    chart = BarChart()
    chart.add_data(Reference(made["火灾"], min_col=4, min_row=1, max_row=2), titles_from_data=True)
    made.create_chartsheet("图").add_chart(chart)
    save(made, "sheets.xlsx")


def shares():
    made = book(["下金村", DAY, 0.979, 86.4], header=["村社", "测评日期", "安全感", "知晓率"], title="测评")
    made.active["C2"].number_format = "0.0%"
    save(made, "shares.xlsx")


def template():
    made = load_workbook(PLACE / "template.xlsx")
    sheet = made.worksheets[0]
    values = {"序号": 1, "编号": "F-17", "发生日期": DAY, "场所": "住宅", "原因": "电气"}
    values |= {"死亡人数(人)": 0, "受伤人数(人)": 2, "直接损失(万元)": 1.25}
    for cell in sheet[2]:
        title = (cell.value or "").lstrip("*")
        value = values.get(title, "下金村" if "村" in title else None)
        sheet.cell(4, cell.column, value)
    save(made, "filled.xlsx")


def marked():
    made = load_workbook(PLACE / "marked.xlsx")
    sheet = made.worksheets[0]
    assert "上报核对" in sheet["C4"].comment.text, "the fault is said at its cell"
    assert any("C4" in area.sqref for area in sheet.conditional_formatting), "and is red"
    assert len(sheet.data_validations.dataValidation) > 3, "the drop-downs are there"
    assert [made[name].sheet_state for name in made.sheetnames] == ["visible", "veryHidden", "veryHidden"]
    sheet["C4"] = DAY
    save(made, "mended.xlsx")


def large():
    save(book(*(["下金村", DAY, "住宅", 0, None] for _ in range(5_000))), "large.xlsx")


for write in [merged, hidden, formulas, types, faulty, gaps, sheets, shares, template, marked, large]:
    write()
save(Workbook(), "empty.xlsx")
