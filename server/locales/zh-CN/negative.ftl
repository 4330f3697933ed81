# 负面清单页。

negative-title = 平安负面清单
negative-lead = 列入、整改和移出均按考核办法办理；责任督导措施由系统提示、由人决定。村社按区划代码排列，不分先后。
negative-town = 镇街
negative-all-towns = 全部镇街
negative-kind = 类别
negative-all-kinds = 全部类别
negative-kind-village = 村社
negative-kind-matter = 事项
negative-filter = 筛选
negative-villages = 列入村社{ $count }个
negative-no-villages = 没有列入的村社。
negative-matters = 列入事项{ $count }件
negative-matter = { $kind }：{ $name }
negative-no-matters = 没有列入的事项。
negative-since = 列入日期
negative-due = 整改期限
negative-measures = 督导措施

negative-steps = 列入以后怎么办
measure-within = { $days }个工作日内
measure-overdue = 逾期满{ $days }个工作日提出

measure-proposed = 建议
measure-ordered = 已决定
measure-done = 已落实
