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
    8 as spray_names,                  -- names in such a run that make it a spray …
    4 as spray_tries,                  -- … when each was tried at most this often on average
    10 as after_failures,              -- failures before a success that make it stand out: high
    5 as after_some_failures,          -- … medium
    10 as spread_addresses,            -- addresses that tried one account in a run: distributed …
    50 as spread_failures,             -- … with at least this many failures
    3 as known_logons,                 -- successes of an account before a new country means something
    50 as probes,                      -- probes in a run from one address
    5 as privilege_failures,           -- refusals to become another user in a run
    10 as root_failures,               -- failures on root worth a note when none succeeded
    5 as shown;                        -- findings of one kind and host that are told one by one

create or replace temp table found (
    name varchar, severity varchar, host_id uinteger, ts timestamp, until timestamp, text varchar, count ubigint,
    user_name varchar, source varchar, record_id ubigint, link varchar, link_label varchar);

-- One name tried from one address, in slots of ten minutes: far less rows than attempts, and as good for
-- runs, because a slot is shorter than a pause.
create or replace temp table tried as
select host_id, address_id, user_id, epoch_us(ts) // 600000000 as slot, min(ts) as first, max(ts) as last,
    sum(count) filter (outcome = 'failure')::bigint as failed, sum(count) filter (outcome = 'success')::bigint as succeeded,
    sum(count) filter (reason = 'unknown-user')::bigint as unknown, min(record_id) as record_id
from logon_t
where kind = 'logon' and outcome <> 'unknown' and ts is not null and reason is distinct from 'key-not-accepted'
group by all;

create or replace temp table who as
select host_id, address_id, user_id, sum(failed)::bigint as failed, sum(succeeded)::bigint as succeeded
from tried group by all;

-- ---- Runs of failures from one address ----

create or replace temp table run_slot as
with slots as (
    select host_id, address_id, slot, min(first) as first, max(last) as last, sum(failed)::bigint as failed
    from tried
    where failed > 0 and address_id > 0 and (host_id, address_id) in (
        select (host_id, address_id) from who group by host_id, address_id having sum(failed) >= (select brute_failures from threshold))
    group by all),
marked as (
    select *, case when first - lag(last) over w > (select pause from threshold) then 1 else 0 end as begins
    from slots window w as (partition by host_id, address_id order by slot)),
numbered as (
    select *, sum(begins) over (partition by host_id, address_id order by slot) as run from marked)
select host_id, address_id, run, slot from numbered
where (host_id, address_id, run) in (
    select (host_id, address_id, run) from numbered group by host_id, address_id, run
    having sum(failed) >= (select brute_failures from threshold));

create or replace temp table run as
select host_id, address_id, run, min(first) as first, max(last) as last, sum(failed)::bigint as failed,
    count(distinct user_id) as names, coalesce(sum(unknown), 0)::bigint as unknown, arg_max(user_id, failed) as user_id,
    min(record_id) as record_id
from tried join run_slot using (host_id, address_id, slot)
where failed > 0
group by all;

create or replace temp table run_ranked as
select r.*, t.shown, case when names >= spray_names and failed <= names * spray_tries then 'spray' else 'brute-force' end as name,
    row_number() over (partition by host_id, name order by failed desc, first, address_id) as place
from run r, threshold t;

insert into found
with got_in as (
    select r.host_id, r.address_id, r.run, list(distinct t.user_id) as users
    from run_ranked r
    join tried t on t.host_id = r.host_id and t.address_id = r.address_id and t.succeeded > 0
        and t.last >= r.first and t.first <= r.last + (select pause from threshold)
    where r.place <= r.shown
    group by all),
told as (
    select r.*, a.name as address, u.name as user_name, g.users,
        (select list(name order by user_id) from user_t)[g.users[1]] as guest
    from run_ranked r
    left join address_t a on a.address_id = r.address_id
    left join user_t u on u.user_id = r.user_id
    left join got_in g on g.host_id = r.host_id and g.address_id = r.address_id and g.run = r.run
    where r.place <= r.shown)
select name, 'medium', host_id, first, last,
    case name
        when 'spray' then named(address) || ' tried **' || counted(names, 'name', 'names') || '** in ' || lasted(first, last)
            || ', ' || counted(failed, 'failure', 'failures')
            || case when unknown > 0 then ', ' || format('{:,}', unknown) || ' for names that do not exist' else '' end
        else named(address) || ' failed **' || counted(failed, 'time', 'times') || '** in ' || lasted(first, last) || ', '
            || case when names <= 1 and user_name is not null then 'all as ' || named(user_name)
                when names <= 1 then 'name not recorded'
                else 'with ' || counted(names, 'name', 'names') || coalesce(', most as ' || named(user_name), '') end
        end
    || case when users is null then '; none got in' when len(users) = 1 and guest is not null then '; ' || named(guest) || ' got in'
        else '; ' || counted(len(users), 'name', 'names') || ' got in' end
    || case name when 'spray' then ' (spray).' else ' (brute force).' end,
    failed, case when names = 1 then user_name end, address, record_id, search_for(address),
    counted(failed, 'attempt', 'attempts')
from told;

insert into found
select name || '-more', 'note', host_id, min(first), max(last),
    '**' || counted(count(distinct address_id), 'more address', 'more addresses') || '** did the same'
    || case name when 'spray' then ' (spray)' else ' (brute force)' end || ': '
    || counted(sum(failed), 'failure', 'failures') || ' in ' || counted(count(*), 'run', 'runs') || '.',
    sum(failed), null, null, min(record_id), '#/logons', 'Logons'
from run_ranked where place > shown
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
    coalesce(named(u.name), 'Somebody') || ' logged on from ' || coalesce(named(a.name), 'a source that is not recorded') || ' at '
    || moment(r.ts) || ' after **' || counted(r.failed, 'failure', 'failures') || '** in ' || lasted(r.first, r.ts)
    || case when r.names > 1 then ' with ' || counted(r.names, 'name', 'names') else '' end || proof(r.method) || '.',
    r.failed, u.name, a.name, r.record_id, search_for(coalesce(a.name, u.name, '')), counted(r.failed + 1, 'attempt', 'attempts')
from ranked r
left join user_t u on u.user_id = r.user_id
left join address_t a on a.address_id = r.address_id
where r.place <= case r.severity when 'high' then 4 * r.shown else r.shown end;

-- ---- One account, many addresses ----

create or replace temp table siege as
with target as (
    select host_id, user_id from who where failed > 0 and user_id > 0 and address_id > 0 group by host_id, user_id
    having sum(failed) >= (select spread_failures from threshold) and count(*) >= (select spread_addresses from threshold)),
attempt as (
    select t.* from tried t join target using (host_id, user_id) where t.failed > 0 and t.address_id > 0),
slots as (
    select host_id, user_id, slot, min(first) as first, max(last) as last from attempt group by all),
marked as (
    select *, case when first - lag(last) over w > (select pause from threshold) then 1 else 0 end as begins
    from slots window w as (partition by host_id, user_id order by slot)),
numbered as (
    select host_id, user_id, slot, sum(begins) over (partition by host_id, user_id order by slot) as run from marked)
select host_id, user_id, run, min(first) as first, max(last) as last, sum(failed)::bigint as failed,
    count(distinct address_id) as addresses, min(record_id) as record_id
from attempt join numbered using (host_id, user_id, slot)
group by all
having sum(failed) >= (select spread_failures from threshold) and count(distinct address_id) >= (select spread_addresses from threshold);

-- A success in such a run, by something that can be guessed, from an address the account never came from before.
create or replace temp table breach as
with success as (
    select l.host_id, l.user_id, l.address_id, min(l.ts) as ts, arg_min(l.record_id, l.ts) as record_id, arg_min(l.method, l.ts) as method
    from logon_t l
    where l.kind = 'logon' and l.outcome = 'success' and l.ts is not null and l.address_id > 0
        and l.method is distinct from 'publickey' and l.method is distinct from 'certificate'
        and (l.host_id, l.user_id) in (select (host_id, user_id) from siege)
    group by all)
select s.*, c.ts, c.record_id as success_id, c.address_id, c.method, coalesce(w.failed, 0) as own
from siege s
join success c on c.host_id = s.host_id and c.user_id = s.user_id and c.ts between s.first and s.last + (select pause from threshold)
left join who w on w.host_id = c.host_id and w.user_id = c.user_id and w.address_id = c.address_id
where coalesce(w.failed, 0) < (select after_some_failures from threshold)
qualify row_number() over (partition by s.host_id, s.user_id order by c.ts) <= (select shown from threshold);

insert into found
select 'distributed-success', case when own > 0 then 'high' else 'medium' end, b.host_id, b.ts, b.ts,
    named(u.name) || ' logged on from ' || named(a.name) || ' at ' || moment(b.ts) || ', an address it had not come from before, while '
    || counted(b.addresses, 'address', 'addresses') || ' were failing on this account (' || counted(b.failed, 'failure', 'failures')
    || ')' || proof(b.method) || '.',
    b.failed, u.name, a.name, b.success_id, search_for(a.name), 'Lines'
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
    failed, user_name, null, record_id, search_for(user_name), 'Lines'
from ranked where place <= shown;

-- ---- root ----

insert into found
select 'root-without-success', 'note', w.host_id, null, null,
    'No success for **root**: ' || counted(sum(w.failed), 'failure', 'failures') || ' from '
    || counted(count(distinct w.address_id), 'address', 'addresses') || '.',
    sum(w.failed), 'root', null, (select min(record_id) from tried t where t.host_id = w.host_id and t.user_id = any_value(w.user_id)),
    search_for('root'), 'Lines'
from who w join user_t u on u.user_id = w.user_id
where u.name = 'root' and w.address_id > 0
group by w.host_id
having coalesce(sum(w.succeeded), 0) = 0 and sum(w.failed) >= (select root_failures from threshold);

insert into found
with entered as (
    select l.host_id, l.address_id, sum(l.count)::bigint as times, min(l.ts) as first, max(l.ts) as last, min(l.record_id) as record_id
    from logon_t l join user_t u on u.user_id = l.user_id
    where u.name = 'root' and l.kind = 'logon' and l.outcome = 'success' and l.method in ('password', 'keyboard-interactive')
        and l.address_id > 0 and l.ts is not null
    group by all),
ranked as (
    select e.*, a.name as address, a.kind, row_number() over (partition by host_id order by (a.kind = 'public') desc, times desc, first) as place
    from entered e left join address_t a on a.address_id = e.address_id)
select 'root-by-password', case when kind = 'public' then 'medium' else 'note' end, host_id, first, last,
    '**root** logged on by password from ' || named(address) || ', ' || counted(times, 'time', 'times')
    || case when times = 1 then ', at ' else ', first at ' end || moment(first) || '.',
    times, 'root', address, record_id, search_for(address), counted(times, 'logon', 'logons')
from ranked where place <= (select shown from threshold);

-- ---- A country this account never came from ----

insert into found
with came as (
    select l.host_id, l.user_id,
        case when a.country is not null then a.country when a.kind = 'public' then null else 'inside' end as origin,
        min(l.ts) as ts, count(*) as times, arg_min(l.record_id, l.ts) as record_id, arg_min(l.address_id, l.ts) as address_id,
        arg_min(l.method, l.ts) as method
    from logon_t l join address_t a on a.address_id = l.address_id
    where l.kind = 'logon' and l.outcome = 'success' and l.ts is not null and l.user_id > 0 and a.ip is not null
    group by all),
before as (
    select *, sum(times) over w as earlier,
        list(case when origin = 'inside' then 'inside' else origin end) over w as places
    from came where origin is not null
    window w as (partition by host_id, user_id order by ts, record_id rows between unbounded preceding and 1 preceding)),
ranked as (
    select *, row_number() over (partition by host_id, user_id order by ts) as place
    from before where origin <> 'inside' and earlier >= (select known_logons from threshold))
select 'new-country', 'medium', r.host_id, r.ts, r.ts,
    named(u.name) || ' logged on from **' || r.origin || '** for the first time at ' || moment(r.ts) || ' (' || named(a.name)
    || proof(r.method) || '); before it came from ' || array_to_string(list_slice(r.places, 1, 4), ', ')
    || case when len(r.places) > 4 then ' and ' || counted(len(r.places) - 4, 'other', 'others') else '' end || '.',
    r.times, u.name, a.name, r.record_id, search_for(a.name), counted(r.times, 'logon', 'logons')
from ranked r
left join user_t u on u.user_id = r.user_id
left join address_t a on a.address_id = r.address_id
where r.place <= (select shown from threshold)
qualify row_number() over (partition by r.host_id order by r.ts) <= 2 * (select shown from threshold);

-- ---- Probes ----

insert into found
with slots as (
    select host_id, address_id, epoch_us(ts) // 600000000 as slot, min(ts) as first, max(ts) as last, sum(count)::bigint as times,
        min(record_id) as record_id, mode(reason) as reason
    from logon_t where kind = 'probe' and ts is not null and address_id > 0 group by all),
marked as (
    select *, case when first - lag(last) over (partition by host_id, address_id order by slot) > (select pause from threshold)
        then 1 else 0 end as begins
    from slots),
numbered as (select *, sum(begins) over (partition by host_id, address_id order by slot) as run from marked),
burst as (
    select host_id, address_id, run, min(first) as first, max(last) as last, sum(times)::bigint as times, min(record_id) as record_id,
        mode(reason) as reason
    from numbered group by all having sum(times) >= (select probes from threshold)),
ranked as (
    select *, row_number() over (partition by host_id order by times desc, first) as place, count(*) over (partition by host_id) as bursts
    from burst)
select 'probes', 'note', r.host_id, r.first, r.last,
    named(a.name) || ' knocked **' || counted(r.times, 'time', 'times') || '** in ' || lasted(r.first, r.last)
    || ' without trying to log on' || coalesce(' (' || replace(r.reason::varchar, '-', ' ') || ')', '')
    || case when place = shown and bursts > shown then '; ' || counted(bursts - shown, 'more burst', 'more bursts') || ' like it' else '' end || '.',
    r.times, null, a.name, r.record_id, search_for(a.name), counted(r.times, 'probe', 'probes')
from ranked r left join address_t a on a.address_id = r.address_id, (select least(shown, 3) as shown from threshold) t
where r.place <= t.shown;

-- ---- Becoming another user ----

insert into found
with marked as (
    select *, case when ts - lag(ts) over (partition by host_id, actor_id, user_id order by ts, record_id) > (select pause from threshold)
        then 1 else 0 end as begins
    from logon_t where kind = 'privilege' and ts is not null and outcome <> 'unknown'),
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
    t.failed, u.name, null, t.record_id, search_for(coalesce(c.name, u.name, 'su')), 'Lines'
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
drop table tried;
drop table who;
drop table run_slot;
drop table run;
drop table run_ranked;
drop table suspect;
drop table entry;
drop table siege;
drop table breach;
drop table threshold;
