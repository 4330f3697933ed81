# 村社页。

village-notice = 公示中（至{ $until }）
village-withheld = 待核定
village-missing = 还缺{ $count }项数据
village-six-met = 六无全部达到
village-six-broken = 六无中{ $count }项未达到
village-six-awaited = 六无中{ $count }项待核定，核定前不作评定
village-six-broken-awaited = 六无中{ $broken }项未达到，{ $awaited }项待核定
village-veto = 一票否决：{ $clause }
village-veto-clause = { $clause }（{ $reason }）
village-veto-restricted = 依规不公布条款
village-no-part = 本期不参加考核
village-listed = 已列入平安负面清单
village-change-same = 得分与上年持平
village-change-up = 比上年提高{ $points }分
village-change-down = 比上年降低{ $points }分
village-standing = 在本镇街的位置
village-standing-first = 在本镇街{ $villages }个村社中处于前三分之一
village-standing-middle = 在本镇街{ $villages }个村社中处于中间三分之一
village-standing-last = 在本镇街{ $villages }个村社中处于后三分之一

village-do-first = 先办这几件
village-mend-count = 待整改{ $count }项
village-gain = 全部整改最多可恢复{ $points }分，达{ $reach }分
village-gain-next = 全部整改最多可恢复{ $points }分，达{ $reach }分（{ $rating }{ $from }分起）
village-nothing-to-mend = 没有需要整改的事项。
village-mend-rest = 其余{ $count }项
village-mend = 去整改
village-mend-one = { $title }：{ $reason }
village-mend-some = { $title }（{ $count }件）
village-mend-named = { $title }：{ $rule }

village-six = 六无
village-foundation = 基础工作
village-bar-restricted = 依规不公布得分
village-years = 历年得分
village-awaited = 待核定
village-nothing-awaited = 数据已报齐，没有待核定事项。
village-owed-by = 应由{ $department }报送
village-since = { $date }起缺

village-receipt = 核验凭证
village-receipt-note = 扫码打开本页，核对前8位。数据、办法、结果有任何改动，凭证就会不同。
village-receipt-full = 查看完整凭证
village-square-code = 本页二维码
village-bottom-bar = 快捷入口
village-to-mend = 待整改
village-appeal = 申请复核

card-reasons = { $reasons }等{ $count }项
card-not-met = { $title }：未达到
card-clean = 未发现问题
card-deducted = 有{ $count }项扣分，不影响达到
card-reason = { $reason }，扣{ $points }分
card-count = 共{ $count }件，扣{ $points }分
card-state-only = 此项依规只公布是否达到
detail-count = 共{ $count }件
detail-state = 此项依规只公布是否达到，不公布明细。

ledger = 得分怎么来的
ledger-what = 事项
ledger-points = 加减分
ledger-sum = 余分
ledger-base = 基础分
ledger-result = 得分
ledger-withheld = 依规不公布明细的事项
ledger-withheld-note = 只列合计
ledger-not-yet = 有数据待核定，核定后列出加减分。
ledger-cap = 本条封顶，少计
ledger-capped = 已封顶
ledger-rule-cap = “{ $title }”扣加分封顶
ledger-shared-cap = “{ $title }”等合并封顶
ledger-combined = “{ $title }”各部分合成
ledger-criterion = “{ $title }”得分
ledger-criterion-base = “{ $title }”起算分
ledger-criterion-floor = “{ $title }”扣完为止
ledger-criterion-ceiling = “{ $title }”加分封顶
ledger-floor = 不低于最低分
ledger-ceiling = 不超过最高分
ledger-script = 按考核办法的公式计分
ledger-rounding = 四舍五入

standing-mendable = 可整改
standing-in-review = 待复核销号
standing-appealed = 复核中
standing-exempt = 免扣

finding-reason = 事由
finding-date = 日期
finding-clause = 条款
finding-department = 认定部门
finding-evidence = 依据
finding-evidence-more = 另有{ $count }条记录
finding-exempt = 经批准免予扣分
finding-exempt-because = { $reason }
finding-exempt-by = { $reason }（批准：{ $by }）
finding-reply = 村里说明（未经核实）
finding-appeal = 对本条申请复核
finding-appeal-left = （还剩{ $days }天）

# 区划变更
village-succeeds = { $day }起承继{ $name }，其原有记录计入本村社。

# 补报
finding-known-since = 补报，{ $day }起知悉
finding-was-due = （应于{ $day }前报）
village-in-full = 查看全部依据（内部资料）
village-as-published = 对外公布的页面
village-published-before = 此前公布的结果（数据截至{ $day }）为{ $score }分，之后有补报或更正。
