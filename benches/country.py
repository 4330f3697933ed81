"""The invented country in DuckDB, for `benches/run country`: what the other side of `server/benches/country/` does.

    codes FILE        the codes in a list of divisions, a line each
    load DIRECTORY    makes DIRECTORY/country.duckdb from DIRECTORY/codes.csv
    run DIRECTORY     works out all scores into a table, says seconds and megabytes, and writes DIRECTORY/result.csv
"""

import os
import resource
import sys
import time

KINDS = "criminal mass_incident accident fire petition hazard mediation survey drill patrol".split()
SEVERITIES = "minor general major critical".split()
RECORDS = 50

LOAD = f"""
create type kind as enum ({", ".join(f"'{kind}'" for kind in KINDS)});
create type severity as enum ({", ".join(f"'{severity}'" for severity in SEVERITIES)});
-- The formula of `invented.rs`.
create macro first(record, field) as (((record * 16 + field)::ubigint * 2654435761::ubigint) % 4294967296::ubigint)::ubigint;
create macro second(x) as ((xor(x, x >> 15) * 2246822519::ubigint) % 4294967296::ubigint)::ubigint;
create macro third(x) as xor(x, x >> 13)::bigint;
create macro drawn(record, field) as third(second(first(record, field)));
create table villages as
  select row_number() over (order by code) - 1 as number, code from read_csv('{{codes}}', header = false, columns = {{{{'code': 'bigint'}}}});
create table records (village bigint, kind kind, severity severity, day date, deaths integer, fixed date, settled boolean, safety decimal(4, 1));
insert into records
  with numbered as (select code, number * {RECORDS} + k as r from villages, range({RECORDS}) as t(k) order by r),
  read as (select code, r, drawn(r, 0) % 10 as kind, date '2025-01-01' + (drawn(r, 1) % 365)::integer as day, drawn(r, 2) % 20 as s,
    drawn(r, 3) % 32 as d, drawn(r, 4) as f, drawn(r, 5) % 20 > 0 as settled, 880 + drawn(r, 6) % 120 as safety from numbered)
  select code, enum_code_kind.k, case when kind in (0, 1, 4, 5) then case when s < 10 then 'minor' when s < 16 then 'general' when s < 19 then 'major' else 'critical' end end,
    day, case when kind in (2, 3) then greatest(d - 29, 0) end, case when kind = 5 and f % 10 < 9 then day + (f // 16 % 40)::integer end,
    case when kind = 6 then settled end, case when kind = 7 then safety / 10 end
  from read join (select unnest(range(10)) as n, unnest(enum_range(null::kind)) as k) as enum_code_kind on n = kind order by r;
checkpoint;
"""

RUN = """
create or replace table result as
with counted as (
  select village,
    5 * count(*) filter (kind = 'criminal' and severity = 'critical') as crimes,
    5 * count(*) filter (kind = 'mass_incident' and severity = 'critical') as masses,
    coalesce(sum(deaths) filter (kind = 'accident'), 0) as dead,
    coalesce(sum(3 * deaths + 0.5) filter (kind = 'fire' and deaths > 0), 0) as fires,
    count(*) filter (kind = 'petition') as petitions,
    coalesce(sum(case severity when 'major' then 2 when 'critical' then 3 else 1 end)
      filter (kind = 'hazard' and fixed is null and date '2025-12-31' - day > 30), 0) as hazards,
    count(*) filter (kind = 'mediation' and not settled) as open,
    count(*) filter (kind = 'survey' and safety < 90) as low
  from records group by village),
lost as (
  select village, dead >= 3 as vetoed, least(20, crimes) as crime, least(15, masses) as mass,
    case when dead >= 3 then 0 else least(20, 5 * dead) end as accident, least(15, fires) as fire,
    least(10, 1.5 * greatest(petitions - 6, 0)) as petition, least(10, hazards) as hazard,
    least(5, 0.25 * open) as mediation, least(6, 0.3 * low) as survey
  from counted),
scored as (
  select *, 100 - crime - mass - accident - fire - petition - hazard - mediation - survey as score from lost)
select village, vetoed, score, case when score >= 95 then 'A' when score >= 85 then 'B' when score >= 70 then 'C' else 'D' end as band,
  crime, mass, accident, fire, petition, hazard, mediation, survey
from scored
"""


def codes(path):
    import gzip

    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            code = line.split(",")[0].strip()
            if len(code) == 12 and code.isdigit():
                print(code)


def main():
    what, at = sys.argv[1:]
    if what == "codes":
        return codes(at)
    import duckdb

    path = os.path.join(at, "country.duckdb")
    if what == "load":
        con = duckdb.connect(path)
        con.execute(LOAD.format(codes=os.path.join(at, "codes.csv")))
        con.close()
        return None
    started = time.perf_counter()
    con = duckdb.connect(path, config={"threads": 2})
    con.execute(RUN)
    con.execute("checkpoint")
    con.close()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    con = duckdb.connect(path, read_only=True)
    con.execute(
        f"copy (select village, band, (score * 100)::bigint from result order by village) to '{os.path.join(at, 'result.csv')}' (header false)"
    )
    print(f"{seconds:.3f} {peak:.0f}")
    return None


if __name__ == "__main__":
    main()
