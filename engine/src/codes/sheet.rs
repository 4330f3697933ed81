//! Messages about uploaded files: their form, their headers, the units their rows belong to.

use super::codes;

codes! {
    /// Nothing is in the file.
    EMPTY_FILE = Error "nothing-in-file" {
        zh: "文件是空的",
        en: "the file is empty",
        help_zh: "确认保存过内容后重新选择文件",
        help_en: "save the table and choose the file again",
    }
    /// A table of a form that is not read.
    OTHER_FORMAT = Error "other-format" {
        zh: "这是「{found}」,不能直接读取",
        en: "this is {found_en}, which cannot be read",
        help_zh: "用 WPS 或 Excel 打开,另存为 xlsx 后上传",
        help_en: "open it in a spreadsheet program, save it as xlsx and upload that",
    }
    /// No table at all.
    NOT_A_TABLE = Error "not-a-table" {
        zh: "这是「{found}」,不是表格",
        en: "this is {found_en} and no table",
        help_zh: "请上传 xlsx、xls、csv 表格;压缩包先解压,文档中的表格先复制到表格软件里另存",
        help_en: "upload a table as xlsx, xls or csv; unpack archives first, and copy tables out of documents",
    }
    /// A password is needed.
    PASSWORD_PROTECTED = Error "password-protected" {
        zh: "文件设有打开密码",
        en: "the file is protected by a password",
        help_zh: "打开文件,在「文件」菜单中取消密码,保存后上传",
        help_en: "open it, remove the password, save it and upload it again",
    }
    /// The file is broken.
    DAMAGED_FILE = Error "damaged-file" {
        zh: "文件已损坏,读不出表格",
        en: "the file is damaged and no table can be read from it",
        help_zh: "用 WPS 或 Excel 打开,另存为新的 xlsx 后上传;打不开的,请原单位重新导出",
        help_en: "open it, save it under a new name as xlsx and upload that; if it does not open, export it again",
    }
    /// The file unpacks to more than is read.
    UNPACKS_TOO_LARGE = Error "unpacks-too-large" {
        zh: "文件解开后超过{limit}兆字节",
        en: "the file unpacks to more than {limit} MB",
        help_zh: "删去图片和多余的工作表,或分成几个文件上传",
        help_en: "remove pictures and spare sheets, or upload it in parts",
    }
    /// An archive with more files than are read at once.
    TOO_MANY_FILES = Error "too-many-files" {
        zh: "压缩包里超过{limit}个文件",
        en: "the archive holds more than {limit} files",
        help_zh: "分成几个压缩包上传",
        help_en: "upload it in parts",
    }
    /// More rows than are read at once.
    TOO_MANY_ROWS = Error "too-many-rows" {
        zh: "超过{limit}行",
        en: "there are more than {limit} rows",
        help_zh: "分成几个文件上传,例如一个镇街一个",
        help_en: "upload it in parts, one for each town for example",
    }
    /// More cells than are read at once.
    TOO_MANY_CELLS = Error "too-many-cells" {
        zh: "表格太宽或单元格太多",
        en: "the table is too wide or has too many cells",
        help_zh: "删去表格右侧和下方多余的内容,或分成几个文件上传",
        help_en: "remove what stands right of and below the table, or upload it in parts",
    }
    /// So many faults that not all of them are listed.
    MORE_FAULTS = Error "more-faults-in-table" {
        zh: "另有{count}处错误没有逐一列出",
        en: "{count} more faults are not listed one by one",
        help_zh: "先改正已列出的,往往是同一个原因;改后重新上传,会列出其余的",
        help_en: "mend those that are listed first, since many have the same cause; then upload it again to see the rest",
    }
    /// A table of more rows than are held at a time, read piece by piece.
    LARGE_TABLE = Warning "large-table" {
        zh: "超过{limit}行,按大表读取:检查、比对、测算影响都和小表一样,只是时间长些;退回改正的,整张表放不下时只有表头和有错的行,行号不变",
        en: "more than {limit} rows, read as a large table: checked, compared and weighed like any other, which takes a while; what is to be mended comes back as the whole table or, where that is too much, as its header and faulty rows with their row numbers",
        help_zh: "读取、测算、入库时可以离开页面,也可以中止",
        help_en: "the page may be left, or the work called off, while it is read, weighed and stored",
    }
    /// A large table in company.
    LARGE_NOT_ALONE = Error "large-table-not-alone" {
        zh: "超过{limit}行的表要单独上传:一个文件,其中只有一张台账",
        en: "a table of more than {limit} rows is uploaded by itself: one file that holds one table of records",
        help_zh: "把这张表另存为一个文件单独上传,其他的表另行上传",
        help_en: "save this table as a file of its own and upload it alone, and the other tables separately",
    }
    /// A quotation mark in a CSV file is never closed.
    UNCLOSED_QUOTE = Error "unclosed-quote" {
        zh: "这一格的引号没有成对,后面的内容都被算进这一格",
        en: "the quotation mark of this cell is never closed and swallows the rest of the file",
        help_zh: "补上或删去引号;最稳妥的是另存为 xlsx 后上传",
        help_en: "close or remove the quotation mark; safest is to save the table as xlsx",
    }
    /// A line is no JSON object.
    NOT_JSON = Error "not-json" {
        zh: "这一行不是一个 JSON 对象",
        en: "this line is not a JSON object",
        help_zh: "每行写一个完整的 JSON 对象,例如 {example}",
        help_en: "write one whole JSON object on each line, such as {example}",
    }
    /// The encoding named by the user does not fit the bytes.
    WRONG_ENCODING = Error "wrong-encoding" {
        zh: "文件不能按 {encoding} 编码读取",
        en: "the file cannot be read as {encoding}",
        help_zh: "换一种编码,或另存为 xlsx 后上传",
        help_en: "choose another encoding, or save the table as xlsx",
    }
    /// The ending of the file's name says something else than its content.
    WRONG_EXTENSION = Warning "wrong-extension" {
        zh: "文件名以「{extension}」结尾,内容却是「{found}」,已按内容读取",
        en: "the name ends in `{extension}` but the content is {found_en}; it was read by its content",
        help_zh: "",
        help_en: "",
    }
    /// The encoding was guessed and may be wrong.
    GUESSED_ENCODING = Warning "guessed-encoding" {
        zh: "文件没有标明编码,已按 {encoding} 读取",
        en: "the file does not say its encoding and was read as {encoding}",
        help_zh: "如有乱码,请改选编码,或另存为 xlsx 后上传",
        help_en: "if characters look wrong choose another encoding, or save the table as xlsx",
    }
    /// No sheet of the file is known.
    NO_KNOWN_TABLE = Error "no-known-table" {
        zh: "没有找到认识的表头",
        en: "no known header was found",
        help_zh: "确认表头行完整;也可下载模板对照。{near}",
        help_en: "check that the header row is complete, or compare it with the template. {near_en}",
    }
    /// A sheet without a known header beside one that has one.
    SKIPPED_SHEET = Warning "skipped-sheet" {
        zh: "工作表「{sheet}」没有认识的表头,已略过",
        en: "the sheet `{sheet}` has no known header and was left out",
        help_zh: "",
        help_en: "",
    }
    /// A hidden sheet.
    HIDDEN_SHEET = Warning "hidden-sheet" {
        zh: "工作表「{sheet}」已隐藏,没有读取",
        en: "the sheet `{sheet}` is hidden and was not read",
        help_zh: "其中有要上报的数据的,请取消隐藏后上传",
        help_en: "if it holds data to be handed in, unhide it and upload the file again",
    }
    /// The header fits two kinds alike.
    AMBIGUOUS_KIND = Error "ambiguous-kind" {
        zh: "表头同时符合「{first}」和「{second}」",
        en: "the header fits both `{first}` and `{second}`",
        help_zh: "上传时选定台账类型,或把工作表改名为其中之一",
        help_en: "name the kind with the upload, or rename the sheet to one of them",
    }
    /// A column that must be there is not.
    MISSING_COLUMN = Error "missing-column" {
        zh: "缺少「{column}」一列",
        en: "the column `{column}` is missing",
        help_zh: "在表头行加上「{column}」;列名不同的,改成这个名称",
        help_en: "add `{column}` to the header row, or rename the column that holds it",
    }
    /// Two columns with one meaning.
    REPEATED_COLUMN = Error "repeated-column" {
        zh: "「{column}」一列重复,另一列在{other}",
        en: "the column `{column}` stands here and in {other}",
        help_zh: "删去或改名其中一列",
        help_en: "remove or rename one of them",
    }
    /// The header states another unit of measure than the field's.
    OTHER_MEASURE = Error "other-measure" {
        zh: "「{column}」写的是以{found}计,应以{measure}计",
        en: "the header `{column}` says {found}; the field is kept in {measure}",
        help_zh: "把数值换算成{measure},并改正表头",
        help_en: "convert the values to {measure} and correct the header",
    }
    /// A column nobody asked for.
    EXTRA_COLUMN = Warning "extra-column" {
        zh: "「{column}」一列没有用到,已略过",
        en: "the column `{column}` is not used and was left out",
        help_zh: "{near}",
        help_en: "{near_en}",
    }
    /// A row does not say whose it is.
    NO_UNIT = Error "no-unit" {
        zh: "没有写明是哪个{level}的",
        en: "the row does not say which {level_en} it belongs to",
        help_zh: "填写{level}的名称或12位区划代码",
        help_en: "fill in the name or the 12-digit code of the {level_en}",
    }
    /// A name that fits no unit.
    UNKNOWN_UNIT = Error "unit-not-found" {
        zh: "没有找到「{name}」",
        en: "`{name}` was not found",
        help_zh: "{near}核对名称和所属镇街,或改填12位区划代码",
        help_en: "{near_en}check the name and its town, or write the 12-digit code",
    }
    /// A name that several units have.
    SEVERAL_UNITS = Error "several-units" {
        zh: "叫「{name}」的有{count}个:{near}",
        en: "{count} units are called `{name}`: {near}",
        help_zh: "同时写明所属镇街,或改填12位区划代码",
        help_en: "write the town as well, or the 12-digit code",
    }
    /// Code and name mean different units.
    UNIT_CONTRADICTION = Error "unit-contradiction" {
        zh: "区划代码 {code} 是「{actual}」,名称却写着「{name}」",
        en: "the code {code} is that of `{actual}`, but the name says `{name}`",
        help_zh: "核对后改正其中一处",
        help_en: "check them and correct one",
    }
    /// A unit of another level than asked for.
    WRONG_LEVEL = Error "wrong-level" {
        zh: "「{name}」是{actual},这里要填{level}",
        en: "`{name}` is a {actual_en}; a {level_en} is asked for here",
        help_zh: "改填{level}的名称或代码",
        help_en: "write the name or code of a {level_en}",
    }
    /// A cell merged over several rows of data.
    MERGED_OVER_ROWS = Error "merged-over-rows" {
        zh: "「{field}」的单元格跨{rows}行合并,不能判断各行的值",
        en: "`{field}`: this cell is merged over {rows} rows, and it is not clear what each of them holds",
        help_zh: "取消合并,逐行填写",
        help_en: "take the merging back and fill in each row",
    }
    /// A number in a file that does not tell 0.97 from 97 %.
    SHARE_OR_PERCENT = Error "share-or-percent" {
        zh: "「{field}」读到 {value},旧的 xls 文件看不出是不是百分数格式",
        en: "`{field}` reads {value}; an old xls file does not tell whether the cell shows it in percent",
        help_zh: "另存为 xlsx 后上传",
        help_en: "save the table as xlsx and upload that",
    }
    /// A row that is no data.
    IGNORED_ROW = Warning "ignored-row" {
        zh: "第{row}行是{what},已略过",
        en: "row {row} is {what_en} and was left out",
        help_zh: "",
        help_en: "",
    }
    /// A line of JSON without a kind, or with one that is not asked for.
    UNKNOWN_KIND = Error "unknown-kind" {
        zh: "没有「{kind}」这种台账",
        en: "there is no kind of records `{kind}`",
        help_zh: "{near}可用:{kinds}",
        help_en: "{near_en}there are: {kinds}",
    }
    /// An attribute that is not asked for.
    UNKNOWN_ATTRIBUTE = Error "attribute-not-asked-for" {
        zh: "没有「{attribute}」这项基本情况",
        en: "there is no attribute `{attribute}`",
        help_zh: "{near}可用:{attributes}",
        help_en: "{near_en}there are: {attributes}",
    }
    /// An attribute of another level.
    ATTRIBUTE_OF_OTHER_LEVEL = Error "attribute-of-another-level" {
        zh: "「{attribute}」是{level}的基本情况,不能填在{actual}的表里",
        en: "`{attribute}` belongs to a {level_en}, not to a {actual_en}",
        help_zh: "移到{level}的表中填写",
        help_en: "move it to a table of units of that level",
    }
    /// A table of attributes without the day it holds from.
    NO_EFFECTIVE_DATE = Error "no-effective-date" {
        zh: "没有写明从哪天起生效",
        en: "it is not said from which day this holds",
        help_zh: "填写「生效日期」一列,或在上传时选定生效日期",
        help_en: "fill in the column 生效日期, or name the day with the upload",
    }
    /// A text that names no period.
    NOT_A_PERIOD = Error "not-a-period" {
        zh: "「{value}」不是期间",
        en: "`{value}` is not a period",
        help_zh: "写成 2020、2020Q3、2020-07 或 2020-07-01..2020-09-15 的样子",
        help_en: "write it like 2020, 2020Q3, 2020-07 or 2020-07-01..2020-09-15",
    }
    /// A span that ends before it begins.
    REVERSED_SPAN = Error "reversed-span" {
        zh: "结束日期 {to} 早于开始日期 {from}",
        en: "the span ends on {to}, before it begins on {from}",
        help_zh: "核对两个日期",
        help_en: "check both days",
    }
    /// A statement that is neither of the two.
    UNKNOWN_STATEMENT = Error "unknown-statement" {
        zh: "申报情况应填「报齐」或「零报告」,现为「{value}」",
        en: "a statement is 报齐 (complete) or 零报告 (nil), found `{value}`",
        help_zh: "填「报齐」或「零报告」",
        help_en: "write one of the two",
    }
    /// A row of a table of divisions that does not fit the others.
    BAD_DIVISION = Error "bad-division" {
        zh: "{problem}",
        en: "{problem_en}",
        help_zh: "{remedy}",
        help_en: "{remedy_en}",
    }
    /// Two rows state the same fact word for word.
    REPEATED_ROW = Warning "repeated-row" {
        zh: "与第{row}行相同,只记一次",
        en: "the same as row {row}; it is kept once",
        help_zh: "",
        help_en: "",
    }
    /// Two rows state the same fact differently.
    CONTRADICTING_ROWS = Error "contradicting-rows" {
        zh: "与第{row}行是同一件事,内容却不同:{fields}",
        en: "this row and row {row} are about the same fact and differ in: {fields}",
        help_zh: "核对后只留正确的一行;确是两件事的,改正{identity}",
        help_en: "keep the right one; if they are two facts, correct {identity}",
    }
    /// A state of a fact that is behind the one already known.
    OLDER_STATE = Warning "older-state" {
        zh: "同一件事已有更新的状态入库,这一条较早,不作更改",
        en: "a later state of the same fact is known already; this earlier one changes nothing",
        help_zh: "确要改回的,请更正已入库的记录并说明理由",
        help_en: "if the stored state is wrong, correct that record with a reason",
    }
    /// A later row of the same fact stands.
    SUPERSEDED_ROW = Warning "superseded-row" {
        zh: "第{row}行是同一件事的更新内容,以第{row}行为准",
        en: "row {row} is about the same fact and stands, as the later one",
        help_zh: "",
        help_en: "",
    }
}
