# 每页页眉、页脚及各页共用的词语。

frame-skip = 跳到正文
frame-sample = 演示数据，纯属示例
frame-plays-on = 演示当天为{ $day }
frame-public = 公示
frame-internal = 内部资料
frame-menu = 栏目
frame-menu-search = 查村社
frame-menu-city = 全市概况
frame-menu-negative = 负面清单
frame-desk = 工作栏目
frame-staff = 工作人员登录
frame-menu-accounts = 账号
frame-menu-keys = 接口密钥
frame-menu-webhooks = 推送登记
frame-menu-security = 安全设置
frame-menu-audit = 审计日志
area-results = 考核结果
frame-acting-for = 代{ $village }办理
frame-log-out = 退出
frame-run = 编号
frame-as-of = 数据截至
frame-not-secret = 本系统为非涉密系统，严禁上传涉密信息
# 语言开关上写的是本语言自己的名字
frame-language = 中文
frame-text-large = 大字版
frame-text-normal = 标准字号

state-met = 达到
state-not-met = 未达到
state-awaited = 待核定
state-deducted = 扣分
state-not-applicable = 不适用

due-today = 今天到期
due-in = 还剩{ $days }天
due-past = 已逾期{ $days }天

points-unit = 分
pause = ，
colon = ：
none = —
fewer-than = 不足{ $number }
print = 打印
see-data = 看数据
year = 年度
score = 得分
rating = 等次
villages = 村社数
share = 占比
department = 部门
last-year = 上年
this-year = 本年
change = 变化
open = 在办
overdue = 逾期

amount = { $figure }{ $unit }
change-none = 无上年数据
change-incomplete = 数据未报齐，不作比较
change-same = 与上年持平
change-up = ↑ 上升{ $by }个百分点
change-down = ↓ 下降{ $by }个百分点
change-up-by = ↑ 上升{ $by }
change-down-by = ↓ 下降{ $by }

missing-kind = 缺{ $kind }数据
missing-rule = 评定“{ $rule }”所需数据不全
frame-desk-upload = 上报

# 公开页与内部视图互通的一行
side-in-full = 内部视图（含未公开内容）
side-as-published = 对外公布的页面
side-everything = 取在用核算，全部村社、全部内容。
side-divisions = 取在用核算，{ $names }所辖村社的全部内容；其他村社见
side-department = 取在用核算，{ $department }的台账和评分项全部内容，其他按公开口径。
