# The start page, what a search found, and the page for a wrong address.

home-title = Six-no safe villages
home-towns = { $count } towns, { $villages } villages
home-nothing-yet = No results have been published yet.

search-title = Find a village
search-label = Find your village
search-button = Search
search-hint = Type the name of a village or town, or its code, for example 上岙, 塘下镇, 330381105701
search-nothing = Nothing was found for “{ $query }”. Try fewer characters, or choose a town.
search-found = { $count ->
    [one] 1 village found
   *[other] { $count } villages found
}
search-more = { $count ->
    [one] 1 more is not shown; type more characters.
   *[other] { $count } more are not shown; type more characters.
}

not-found-title = There is no such page
not-found-help = The address may have changed or been mistyped. You can look for a village below, or go back to the start.
not-found-home = Back to the start
