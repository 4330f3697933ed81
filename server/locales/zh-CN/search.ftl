# 首页、查询结果页和找不到页。

home-title = 六无平安村社
home-towns = { $count }个镇街，{ $villages }个村社
home-nothing-yet = 还没有公布的考核结果。

search-title = 查村社
search-label = 查您所在的村社
search-button = 查询
search-hint = 输入村社名、镇街名或区划代码，例如：上岙、塘下镇、330381105701
search-nothing = 没有找到“{ $query }”。请少输几个字，或从镇街中选择。
search-found = 找到{ $count }个村社
search-more = 还有{ $count }个未列出，请多输几个字。

not-found-title = 没有这个页面
not-found-help = 地址可能已变动，或输入有误。您可以在下面查找村社，或返回首页。
not-found-home = 返回首页
