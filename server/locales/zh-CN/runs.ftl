# 核算页。

runs-title = 核算
runs-lead = 按现行办法和已入库的台账，给所有村社算分。算完即为现行结果，公布后公众才能看到。台账变动后系统会自动重算受影响的村社，一般不用在这里操作。
runs-going-on = 正在{ $step }
runs-progress = 核算进度
runs-units-of = { $done } / { $total } 个村社
runs-rate = 每秒 { $rate } 个
runs-may-leave = 可以离开本页，核算照常进行。停止后，已算好的部分会保留；台账没有变动时，再次核算接着算。现行结果不受影响。
runs-call-off = 停止
runs-failed = 上次核算没有完成：
runs-half = { $periods } 的核算没有算完，已有 { $results } 个结果。台账和办法没有变动时，再次核算同一周期会接着算。
runs-periods = 考核周期
runs-periods-help = 年份如 2020，月份如 2020-01..2020-06，多个用英文逗号分开
runs-bad-periods = 周期没有看懂。请写年份，如 2020；或月份，如 2020-01..2020-06。
runs-begin = 开始核算
runs-made = 已完成的核算
runs-none = 还没有核算过。
runs-state = 状态
runs-in-force = 现行
runs-released = 已公布
runs-results = 结果数
runs-replaced = 其中更新 { $count } 个
runs-by = 核算人
