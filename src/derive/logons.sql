-- SPDX-License-Identifier: Apache-2.0
-- Copyright The Linux Host Explorer Authors
-- What stands out among logons. Everything here is one pass, one sort, or a join on equality over what an
-- earlier step made small: the cost grows with the evidence, not with its square.
--
-- A run is a series of attempts without a pause longer than `pause`. Offers of a public key that is not taken
-- (key-not-accepted) are a client trying its keys, not somebody guessing; they count nowhere below.
--
-- The thresholds, all of them:
create or replace temp table threshold as select
    interval 1 hour as pause,          -- a longer silence ends a run
    20 as brute_failures,              -- failures in a run from one address that make it brute force
    8 as spray_names,                  -- names such an address tried that make it a spray …
    4 as spray_tries,                  -- … when each was tried at most this often on average
    10 as after_failures,              -- failures before a success that make it stand out: high
    5 as after_some_failures,          -- … medium
    10 as spread_addresses,            -- addresses that tried one account and never got in: distributed …
    50 as spread_failures,             -- … with at least this many failures
    3 as known_logons,                 -- successes of an account before a new country means something …
    10 as known_host_logons,           -- … and of a host
    50 as probes,                      -- probes from one address
    5 as privilege_failures,           -- refusals to become another user in a run
    10 as root_failures,               -- failures on root worth a note when none succeeded
    5 as shown;                        -- findings of one kind and host that are told one by one

create or replace temp table found (
    name varchar, severity varchar, host_id uinteger, ts timestamp, until timestamp, text varchar, count ubigint,
    user_name varchar, source varchar, record_id ubigint, link varchar, link_label varchar);

-- Who tried what from where, in the whole period. Most of what follows only looks at those that stand out here.
create or replace temp table who as
select host_id, address_id, user_id, sum(count) filter (outcome = 'failure')::bigint as failed,
    sum(count) filter (outcome = 'success')::bigint as succeeded, min(ts) as first, max(ts) as last, min(record_id) as record_id
from logon_t
where kind = 'logon' and outcome <> 'unknown' and ts is not null and reason is distinct from 'key-not-accepted'
group by all;

-- Successes are few where failures are many, and asked for often.
create or replace temp table success as
select host_id, address_id, user_id, ts, record_id, method, count
from logon_t where kind = 'logon' and outcome = 'success' and ts is not null;

-- ---- Runs of failures from one address ----
-- An address that spread its tries over names is a sprayer by what it did in the whole period.

create or replace temp table attacker as
select host_id, address_id, case when count(*) >= any_value(spray_names) and sum(failed) <= count(*) * any_value(spray_tries)
    then 'spray' else 'brute-force' end as name
from who, threshold
where failed > 0 and address_id > 0
group by host_id, address_id
having sum(failed) >= any_value(brute_failures);

-- By the hour: no pause is shorter, so runs of hours are runs of attempts.
create or replace temp table run as
with hours as (
    select l.host_id, l.address_id, epoch_us(l.ts) // 3600000000 as hour, min(l.ts) as first, max(l.ts) as last,
        sum(l.count)::bigint as failed, min(l.record_id) as record_id
    from logon_t l join attacker a on a.host_id = l.host_id and a.address_id = l.address_id
    where l.kind = 'logon' and l.outcome = 'failure' and l.ts is not null and l.reason is distinct from 'key-not-accepted'
    group by all),
marked as (
    select *, case when first - lag(last) over w > (select pause from threshold) then 1 else 0 end as begins
    from hours window w as (partition by host_id, address_id order by hour)),
numbered as (
    select *, sum(begins) over (partition by host_id, address_id order by hour) as run from marked),
runs as (
    select host_id, address_id, run, min(first) as first, max(last) as last, sum(failed)::bigint as failed, min(record_id) as record_id
    from numbered group by all
    having sum(failed) >= (select brute_failures from threshold))
select r.*, a.name, row_number() over (partition by r.host_id, a.name order by r.failed desc, r.first, r.address_id) as place
from runs r join attacker a on a.host_id = r.host_id and a.address_id = r.address_id;

-- Those that are told one by one, looked at again: names, and who got in meanwhile.
create or replace temp table run_told as
with tries as (
    select r.host_id, r.address_id, r.run, l.user_id, sum(l.count) filter (l.outcome = 'failure')::bigint as failed,
        sum(l.count) filter (l.outcome = 'failure' and l.reason = 'unknown-user')::bigint as unknown,
        sum(l.count) filter (l.outcome = 'success')::bigint as succeeded
    from run r join logon_t l on l.host_id = r.host_id and l.address_id = r.address_id
        and l.ts >= r.first and l.ts <= r.last + (select pause from threshold)
    where r.place <= (select shown from threshold) and l.kind = 'logon' and l.outcome <> 'unknown'
        and l.reason is distinct from 'key-not-accepted'
    group by all),
summed as (
    select host_id, address_id, run, count(*) filter (failed > 0 and user_id > 0) as names, coalesce(sum(unknown), 0)::bigint as unknown,
        arg_max(user_id, failed) as user_id, count(*) filter (succeeded > 0) as guests, min(user_id) filter (succeeded > 0) as guest_id
    from tries group by all)
select r.*, s.* exclude (host_id, address_id, run), a.name as address, a.ip, a.country, u.name as user_name, g.name as guest
from run r
join summed s on s.host_id = r.host_id and s.address_id = r.address_id and s.run = r.run
left join address_t a on a.address_id = r.address_id
left join user_t u on u.user_id = s.user_id
left join user_t g on g.user_id = s.guest_id;

insert into found
select name, 'medium', host_id, first, last,
    case name
        when 'spray' then placed(address, country) || ' tried **' || counted(names, 'name', 'names') || '** in ' || lasted(first, last)
            || ', ' || counted(failed, 'failure', 'failures')
            || case when unknown > 0 then ', ' || format('{:,}', unknown) || ' for names that do not exist' else '' end
        else placed(address, country) || ' failed **' || counted(failed, 'time', 'times') || '** in ' || lasted(first, last) || ', '
            || case when names <= 1 and user_name is not null then 'all as ' || named(user_name)
                when names <= 1 then 'name not recorded'
                else 'with ' || counted(names, 'name', 'names') || coalesce(', most as ' || named(user_name), '') end
        end
    || case when guests = 0 then '; none got in' when guests = 1 and guest is not null then '; ' || named(guest) || ' got in'
        else '; ' || counted(guests, 'name', 'names') || ' got in' end
    || case name when 'spray' then ' (spray).' else ' (brute force).' end,
    failed, case when names = 1 then user_name end, address, record_id, attempts_from(ip, address),
    counted(failed, 'attempt', 'attempts')
from run_told;

insert into found
select name || '-more', 'note', host_id, min(first), max(last),
    '**' || counted(count(distinct address_id), 'more address', 'more addresses') || '** did the same'
    || case name when 'spray' then ' (spray)' else ' (brute force)' end || ': '
    || counted(sum(failed), 'failure', 'failures') || ' in ' || counted(count(*), 'run', 'runs') || '.',
    sum(failed), null, null, min(record_id), '#/logons', 'Logons'
from run where place > (select shown from threshold)
group by host_id, name;

-- ---- A success after failures, from the same address ----
-- Where the source is not recorded, the account stands for it.

create or replace temp table suspect as
select host_id, address_id, case when address_id = 0 then user_id else 0 end as only_user
from who group by all
having sum(succeeded) > 0 and sum(failed) >= (select after_some_failures from threshold);

create or replace temp table entry as
with step as (
    select l.host_id, l.address_id, s.only_user, l.ts, l.record_id, l.user_id, l.method, l.outcome, l.count,
        case when l.ts - lag(l.ts) over w > (select pause from threshold) then 1 else 0 end as begins,
        sum(case when l.outcome = 'success' then 1 else 0 end)
            over (w rows between unbounded preceding and 1 preceding) as successes
    from logon_t l
    join suspect s on s.host_id = l.host_id and s.address_id = l.address_id
        and s.only_user = case when l.address_id = 0 then l.user_id else 0 end
    where l.kind = 'logon' and l.outcome <> 'unknown' and l.ts is not null and l.reason is distinct from 'key-not-accepted'
    window w as (partition by l.host_id, l.address_id, s.only_user order by l.ts, l.record_id)),
numbered as (
    select *, sum(begins) over (partition by host_id, address_id, only_user order by ts, record_id) as run
    from step),
-- All failures between two successes, and the success that ends them.
stretch as (
    select host_id, address_id, only_user, run, coalesce(successes, 0) as successes,
        sum(count) filter (outcome = 'failure')::bigint as failed, min(ts) filter (outcome = 'failure') as first,
        count(distinct user_id) filter (outcome = 'failure') as names,
        max(ts) filter (outcome = 'success') as ts, max(record_id) filter (outcome = 'success') as record_id,
        any_value(user_id) filter (outcome = 'success') as user_id, any_value(method) filter (outcome = 'success') as method
    from numbered group by all)
select s.* from stretch s, threshold t where ts is not null and failed >= after_some_failures;

-- Keys are not guessed: failures with passwords and a success with a key are two things that met.
insert into found
with ranked as (
    select e.*, t.shown, case when failed >= after_failures and method is distinct from 'publickey' then 'high' else 'medium' end as severity,
        row_number() over (partition by host_id, severity order by failed desc, ts, record_id) as place
    from entry e, threshold t)
select 'success-after-failures', r.severity, r.host_id, r.ts, r.ts,
    coalesce(named(u.name), 'Somebody') || ' logged on from ' || coalesce(placed(a.name, a.country), 'a source that is not recorded') || ' at '
    || moment(r.ts) || ' after **' || counted(r.failed, 'failure', 'failures') || '** in ' || lasted(r.first, r.ts)
    || case when r.names > 1 then ' with ' || counted(r.names, 'name', 'names') else '' end || proof(r.method) || '.',
    r.failed, u.name, a.name, r.record_id, coalesce(attempts_from(a.ip, a.name), attempts_as(u.name), '#/logons'), counted(r.failed + 1, 'attempt', 'attempts')
from ranked r
left join user_t u on u.user_id = r.user_id
left join address_t a on a.address_id = r.address_id
where r.place <= case r.severity when 'high' then 4 * r.shown else r.shown end;

-- ---- Who else came from an address that had broken in or tried to ----
-- Accounts that were at home there before are left out: behind one address may be an office.

insert into found
with culprit as (select host_id, address_id, min(first) as first, sum(failed)::bigint as failed from run group by host_id, address_id),
guest as (
    select l.host_id, l.address_id, l.user_id, c.failed, sum(l.count)::bigint as times, min(l.ts) as first, max(l.ts) as last,
        min(l.record_id) as record_id, arg_min(l.method, l.ts) as method
    from success l join culprit c on c.host_id = l.host_id and c.address_id = l.address_id
    where l.record_id not in (select record_id from entry)
    group by all
    having min(l.ts) > any_value(c.first)),
ranked as (select *, row_number() over (partition by host_id order by failed desc, first, record_id) as place from guest)
select 'logon-from-attacker', 'high', r.host_id, r.first, r.last,
    coalesce(named(u.name), 'Somebody') || ' logged on from ' || placed(a.name, a.country)
    || case when r.times = 1 then ' at ' else ' **' || counted(r.times, 'time', 'times') || '**, first at ' end || moment(r.first)
    || proof(r.method) || '; that address had failed ' || counted(r.failed, 'time', 'times') || '.',
    r.times, u.name, a.name, r.record_id, attempts_from(a.ip, a.name), counted(r.times, 'logon', 'logons')
from ranked r
left join user_t u on u.user_id = r.user_id
left join address_t a on a.address_id = r.address_id
where r.place <= 2 * (select shown from threshold);

-- ---- One account, many addresses ----
-- Addresses from which the account also logged on do not count: that is how people travel.

create or replace temp table siege as
select host_id, user_id, sum(failed)::bigint as failed, count(*) as addresses, min(first) as first, max(last) as last,
    min(record_id) as record_id
from who
where failed > 0 and coalesce(succeeded, 0) = 0 and user_id > 0 and address_id > 0
group by host_id, user_id
having sum(failed) >= (select spread_failures from threshold) and count(*) >= (select spread_addresses from threshold);

-- A success meanwhile, by something that can be guessed, the first one from its address.
create or replace temp table breach as
with arrival as (
    select host_id, user_id, address_id, min(ts) as ts, arg_min(record_id, ts) as record_id, arg_min(method, ts) as method
    from success
    where address_id > 0 and method is distinct from 'publickey' and method is distinct from 'certificate'
        and (host_id, user_id) in (select (host_id, user_id) from siege)
    group by all)
select s.*, c.ts, c.record_id as success_id, c.address_id, c.method, coalesce(w.failed, 0) as own
from siege s
join arrival c on c.host_id = s.host_id and c.user_id = s.user_id and c.ts between s.first and s.last + (select pause from threshold)
left join who w on w.host_id = c.host_id and w.user_id = c.user_id and w.address_id = c.address_id
where coalesce(w.failed, 0) < (select after_some_failures from threshold)
qualify row_number() over (partition by s.host_id, s.user_id order by c.ts) <= (select shown from threshold);

insert into found
select 'distributed-success', case when own > 0 then 'high' else 'medium' end, b.host_id, b.ts, b.ts,
    named(u.name) || ' logged on from ' || placed(a.name, a.country) || ' at ' || moment(b.ts) || ', an address it had not come from before, while '
    || counted(b.addresses, 'address', 'addresses') || ' were failing on this account (' || counted(b.failed, 'failure', 'failures')
    || ')' || proof(b.method) || '.',
    b.failed, u.name, a.name, b.success_id, attempts_from(a.ip, a.name), 'Attempts'
from breach b
left join user_t u on u.user_id = b.user_id
left join address_t a on a.address_id = b.address_id;

insert into found
with ranked as (
    select s.*, u.name as user_name, coalesce(w.succeeded, 0) as succeeded, t.shown,
        row_number() over (partition by s.host_id order by s.failed desc, s.first) as place
    from siege s
    left join user_t u on u.user_id = s.user_id
    left join (select host_id, user_id, sum(succeeded)::bigint as succeeded from who group by all) w
        on w.host_id = s.host_id and w.user_id = s.user_id,
        threshold t
    -- root without any success has a sentence of its own
    where not (u.name = 'root' and coalesce(w.succeeded, 0) = 0))
select 'distributed', case when succeeded > 0 then 'medium' else 'note' end, host_id, first, last,
    '**' || counted(addresses, 'address', 'addresses') || '** tried ' || named(user_name) || ', '
    || counted(failed, 'failure', 'failures') || ' in ' || lasted(first, last)
    || case when succeeded > 0 then '; the account also logged on ' || counted(succeeded, 'time', 'times') else '; none got in' end
    || ' (distributed).',
    failed, user_name, null, record_id, attempts_as(user_name), counted(failed, 'attempt', 'attempts')
from ranked where place <= shown;

-- ---- root ----

insert into found
select 'root-without-success', 'note', w.host_id, null, null,
    'No success for **root**: ' || counted(sum(w.failed) filter (w.address_id > 0), 'failure', 'failures') || ' from '
    || counted(count(*) filter (w.address_id > 0 and w.failed > 0), 'address', 'addresses') || '.',
    sum(w.failed) filter (w.address_id > 0), 'root', null, min(w.record_id) filter (w.address_id > 0), attempts_as('root'), 'Attempts'
from who w join user_t u on u.user_id = w.user_id
where u.name = 'root'
group by w.host_id
having coalesce(sum(w.succeeded), 0) = 0 and sum(w.failed) filter (w.address_id > 0) >= (select root_failures from threshold);

insert into found
with entered as (
    select l.host_id, l.address_id, sum(l.count)::bigint as times, min(l.ts) as first, max(l.ts) as last, min(l.record_id) as record_id
    from success l join user_t u on u.user_id = l.user_id
    where u.name = 'root' and l.method in ('password', 'keyboard-interactive') and l.address_id > 0
    group by all),
ranked as (
    select e.*, a.name as address, a.ip, a.kind, a.country, row_number() over (partition by host_id order by (a.kind = 'public') desc, times desc, first) as place
    from entered e left join address_t a on a.address_id = e.address_id)
select 'root-by-password', case when kind = 'public' then 'medium' else 'note' end, host_id, first, last,
    '**root** logged on by password from ' || placed(address, country) || ', ' || counted(times, 'time', 'times')
    || case when times = 1 then ', at ' else ', first at ' end || moment(first) || '.',
    times, 'root', address, record_id, attempts_from(ip, address), counted(times, 'logon', 'logons')
from ranked where place <= (select shown from threshold);

-- ---- A country this account, or anybody, never came from ----

create or replace temp table came as
select l.host_id, l.user_id, case when a.country is not null then a.country when a.kind <> 'public' then 'inside' end as origin,
    min(l.ts) as ts, count(*) as times, arg_min(l.record_id, l.ts) as record_id, arg_min(l.address_id, l.ts) as address_id,
    arg_min(l.method, l.ts) as method
from success l join address_t a on a.address_id = l.address_id
where a.ip is not null
group by all
having origin is not null;

create or replace temp macro listed(places) as array_to_string(list_slice(places, 1, 4), ', ')
    || case when len(places) > 4 then ' and ' || counted(len(places) - 4, 'other', 'others') else '' end;

create or replace temp table new_country as
with traveller as (select host_id, user_id from came where user_id > 0 group by host_id, user_id having count(*) > 1),
nth as (
    select l.record_id, row_number() over (partition by l.host_id, l.user_id order by l.ts, l.record_id) - 1 as earlier
    from success l join traveller t on t.host_id = l.host_id and t.user_id = l.user_id
    where l.address_id > 0),
before as (
    select *, list(origin) over (partition by host_id, user_id order by ts, record_id rows between unbounded preceding and 1 preceding) as places
    from came)
select b.*, row_number() over (partition by b.host_id, b.user_id order by b.ts) as place
from before b join nth n on n.record_id = b.record_id
where b.origin <> 'inside' and n.earlier >= (select known_logons from threshold);

insert into found
select 'new-country', 'medium', r.host_id, r.ts, r.ts,
    named(u.name) || ' logged on from **' || replace(r.origin, '*', '∗') || '** for the first time at ' || moment(r.ts) || ' ('
    || named(a.name) || proof(r.method) || '); before it came from ' || replace(listed(r.places), '*', '∗') || '.',
    r.times, u.name, a.name, r.record_id, attempts_from(a.ip, a.name), counted(r.times, 'logon', 'logons')
from new_country r
left join user_t u on u.user_id = r.user_id
left join address_t a on a.address_id = r.address_id
where r.place <= (select shown from threshold)
qualify row_number() over (partition by r.host_id order by r.ts) <= 2 * (select shown from threshold);

-- The account may be new itself and the country still be one nobody came from. Logons before it are counted by
-- whole hours.
insert into found
with origins as (
    select host_id, origin, sum(times) as times, min(ts) as ts, arg_min(record_id, ts) as record_id, arg_min(address_id, ts) as address_id,
        arg_min(user_id, ts) as user_id, arg_min(method, ts) as method
    from came group by host_id, origin),
before as (
    select *, list(origin) over (partition by host_id order by ts, record_id rows between unbounded preceding and 1 preceding) as places
    from origins),
hours as (
    select host_id, epoch_us(ts) // 3600000000 as hour, count(*) as logons
    from success where address_id > 0 group by all),
ranked as (
    select b.*, row_number() over (partition by b.host_id order by b.ts desc) as place
    from before b
    where b.origin <> 'inside' and b.places is not null and b.record_id not in (select record_id from new_country)
        and (select sum(h.logons) from hours h where h.host_id = b.host_id and h.hour < epoch_us(b.ts) // 3600000000)
            >= (select known_host_logons from threshold))
select 'new-country-for-host', 'medium', r.host_id, r.ts, r.ts,
    coalesce(named(u.name), 'Somebody') || ' was the first to log on from **' || replace(r.origin, '*', '∗') || '**, at ' || moment(r.ts)
    || ' (' || named(a.name) || proof(r.method) || '); all logons before came from ' || replace(listed(r.places), '*', '∗') || '.',
    r.times, u.name, a.name, r.record_id, attempts_from(a.ip, a.name), 'Attempts'
from ranked r
left join user_t u on u.user_id = r.user_id
left join address_t a on a.address_id = r.address_id
where r.place <= (select shown from threshold);

-- ---- Probes ----
-- By the whole period: nobody asks when exactly a scanner was busy.

create or replace temp table knocker as
with sums as (
    select host_id, address_id, sum(count)::bigint as times, min(ts) as first, max(ts) as last
    from logon_t where kind = 'probe' and ts is not null and address_id > 0
    group by all having sum(count) >= (select probes from threshold))
select *, row_number() over (partition by host_id order by times desc, first, address_id) as place,
    count(*) over (partition by host_id) as knockers
from sums
qualify place <= (select least(shown, 3) from threshold);

insert into found
with reasons as (
    select k.host_id, k.address_id, l.reason, sum(l.count) as times, min(l.record_id) as record_id
    from knocker k join logon_t l on l.host_id = k.host_id and l.address_id = k.address_id
    where l.kind = 'probe' and l.ts is not null
    group by all),
most as (
    select host_id, address_id, arg_max(reason, times) as reason, min(record_id) as record_id from reasons group by all)
select 'probes', 'note', k.host_id, k.first, k.last,
    placed(a.name, a.country) || ' knocked **' || counted(k.times, 'time', 'times') || '** in ' || lasted(k.first, k.last)
    || ' without trying to log on' || coalesce(' (' || replace(m.reason::varchar, '-', ' ') || ')', '')
    || case when place = (select least(shown, 3) from threshold) and knockers > place
        then '; ' || counted(knockers - place, 'more address', 'more addresses') || ' did so, too' else '' end || '.',
    k.times, null, a.name, m.record_id, attempts_from(a.ip, a.name), counted(k.times, 'probe', 'probes')
from knocker k
join most m on m.host_id = k.host_id and m.address_id = k.address_id
left join address_t a on a.address_id = k.address_id;

-- ---- Becoming another user ----

insert into found
with refused as (
    select host_id, actor_id, user_id from logon_t
    where kind = 'privilege' and outcome = 'failure' and ts is not null group by all
    having sum(count) >= (select privilege_failures from threshold)),
marked as (
    select l.*, case when l.ts - lag(l.ts) over w > (select pause from threshold) then 1 else 0 end as begins
    from logon_t l join refused r on r.host_id = l.host_id and r.actor_id = l.actor_id and r.user_id = l.user_id
    where l.kind = 'privilege' and l.ts is not null and l.outcome <> 'unknown'
    window w as (partition by l.host_id, l.actor_id, l.user_id order by l.ts, l.record_id)),
numbered as (
    select *, sum(begins) over (partition by host_id, actor_id, user_id order by ts, record_id) as run from marked),
tries as (
    select host_id, actor_id, user_id, run, min(ts) filter (outcome = 'failure') as first, max(ts) filter (outcome = 'failure') as last,
        sum(count) filter (outcome = 'failure')::bigint as failed, max(ts) filter (outcome = 'success') as got,
        min(record_id) as record_id
    from numbered group by all having sum(count) filter (outcome = 'failure') >= (select privilege_failures from threshold))
select 'privilege-failures', case when got >= last then 'high' else 'medium' end, t.host_id, t.first, t.last,
    coalesce(named(c.name), 'Somebody') || ' failed **' || counted(t.failed, 'time', 'times') || '** in ' || lasted(t.first, t.last)
    || ' to become ' || coalesce(named(u.name), 'another user')
    || case when got >= last then ', and then did, at ' || moment(got) else '' end || '.',
    t.failed, u.name, null, t.record_id, coalesce(attempts_as(coalesce(c.name, u.name)), '#/logons'), 'Attempts'
from tries t
left join user_t c on c.user_id = t.actor_id
left join user_t u on u.user_id = t.user_id
qualify row_number() over (partition by t.host_id order by t.failed desc, t.first) <= (select shown from threshold);

-- ---- Into the case ----

delete from facts.main.finding_t where section = 'logons';
insert into facts.main.finding_t
select row_number() over (order by case severity when 'high' then 1 when 'medium' then 2 else 3 end, count desc, ts, text)
        + coalesce((select max(finding_id) from finding_t), 0),
    ts, until, host_id, name, severity, 'logons', text, count, user_name, source, record_id, link, link_label
from found;
drop table found;
drop table who;
drop table success;
drop table knocker;
drop table attacker;
drop table run;
drop table run_told;
drop table suspect;
drop table entry;
drop table siege;
drop table breach;
drop table came;
drop table new_country;
drop table threshold;
