# 全市概况页。

city-title = { $city }平安建设概况
city-today = 今日
city-overdue = 逾期{ $count }件
city-due = 本周到期{ $count }件
city-new = 新列入{ $count }个
city-figures = 主要数据
city-last-year = 上年{ $amount }

city-map = { $count }个村社
city-map-note = 每格一个村社，按镇街排列；蓝色越醒目，越需关注。红点为一票否决，虚线为暂缓评定。
tile = { $village }，{ $rating }
tile-vetoed = { $village }，{ $rating }，一票否决
city-ratings = 等次分布
city-six = 六无未达到的村社数
city-awaited = 待核定{ $count }个

towns = { $count }个镇街
towns-order = 按{ $order }排列
towns-name = 镇街
towns-villages = 村社数
towns-met = 六无达到率
towns-average = 平均分
towns-listed = 负面清单
towns-overdue = 逾期
towns-complete = 数据齐全率

city-taken-on = 挂牌督办与积案
city-nothing-taken-on = 没有在办的挂牌督办和积案。
city-leader = 包案领导：{ $leader }
city-totals = 全市汇总
city-totals-of-part = { $city }汇总
city-total = 项目
city-missing = { $of }个村社中{ $count }个未报
city-departments = 部门在办事项
city-no-departments = 各部门没有在办事项。
city-unreported = 待报数据
city-all-reported = 应报数据已全部报齐。
city-waiting = { $count }个村社待核定
