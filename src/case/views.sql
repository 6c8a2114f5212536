-- SPDX-License-Identifier: Apache-2.0
-- Copyright The Linux Host Explorer Authors
-- The plain names people rely on; docs/schema.md describes each column. Stored in case.duckdb for any DuckDB
-- client (there `message` is NULL: the text is in text/), and made again in our own session, where
-- message_text() reads the segments.

create or replace view source as
select source_id, path, container, format, sha256, bytes, stored_bytes, lines, records, continued, skipped, blank,
    first_ts, last_ts, zone, zone_from, year_from, mtime, state, reason
from source_t;

create or replace view anomaly as
select source_id, record_id, "offset", length, kind, detail from anomaly_t;

-- Names are looked up in lists, not joined: numbers run from 1 without gaps, so the list of all names in the order
-- of their numbers is a table to index. A join would run for every fact even where its column is not asked for
-- (measured on 4 million logons, counted by outcome: 19 ms against 90); 0 and NULL give NULL. Each dimension stands
-- in FROM once, with all its lists: the planner's time grows with the square of their number (2 ms so, 17 with one
-- list per column). The numbers are columns, too: grouping by them and naming the few that are left is three times
-- quicker than grouping by names.
create or replace view log as
select l.record_id, l.ts, c.ts_qualities[l.class_id] as ts_quality, c.hosts[l.class_id] as host,
    c.facilities[l.class_id] as facility, c.severities[l.class_id] as severity, c.programs[l.class_id] as program,
    l.place.pid as pid,
    message_text(l.place.source_id, l.place."offset" + l.place.head, (l.place.length - l.place.head)::uinteger) as message,
    l.place.source_id as source_id, l.place."offset" as "offset", l.place.length as length,
    c.facilities_inferred[l.class_id] as facility_inferred, c.severities_inferred[l.class_id] as severity_inferred,
    c.host_ids[l.class_id] as host_id, c.program_ids[l.class_id] as program_id, l.class_id
from log_t l,
    (select list(k.ts_quality order by class_id) as ts_qualities, list(k.facility order by class_id) as facilities,
        list(k.facility_inferred order by class_id) as facilities_inferred, list(k.severity order by class_id) as severities,
        list(k.severity_inferred order by class_id) as severities_inferred, list(k.host_id order by class_id) as host_ids,
        list(k.program_id order by class_id) as program_ids, list(h.name order by class_id) as hosts,
        list(p.name order by class_id) as programs
    from class_t k left join host_t h on h.host_id = k.host_id left join program_t p on p.program_id = k.program_id) c;

create or replace view logon as
select l.ts, h.names[l.host_id] as host, u.names[l.user_id] as user_name, l.outcome, l.reason, l.method,
    p.names[l.program_id] as program, l.pid, a.ips[l.address_id] as source_ip, l.source_port,
    a.names[l.address_id] as source_host, t.names[l.terminal_id] as tty, k.prints[l.key_id] as key_fingerprint, l.count,
    l.kind, l.record_id, u.names[l.actor_id] as actor, k.types[l.key_id] as key_type, l.lines, a.countries[l.address_id] as country_code,
    list_filter(enum_range(null::witness)::varchar[], lambda w, i: (l.witnesses >> (i - 1)::utinyint) & 1 = 1) as witnesses,
    l.user_id, l.address_id, l.host_id, l.program_id, l.terminal_id, l.key_id
from logon_t l,
    (select list(name order by host_id) as names from host_t) h,
    (select list(name order by user_id) as names from user_t) u,
    (select list(name order by program_id) as names from program_t) p,
    (select list(ip order by address_id) as ips, list(case when ip is null then name end order by address_id) as names,
        list(country_code order by address_id) as countries from address_t) a,
    (select list(name order by terminal_id) as names from terminal_t) t,
    (select list(fingerprint order by key_id) as prints, list(key_type order by key_id) as types from key_t) k;

create or replace view address as
select ip, kind, country_code, city, latitude, longitude, asn, as_name, country, located
from address_t where ip is not null;

create or replace view flow as
select f.ts, h.names[f.host_id] as host, f.protocol, f.direction, a.names[f.src_id] as src_ip, f.src_port,
    a.names[f.dst_id] as dst_ip, f.dst_port, f.decision, f.packets, f.bytes, f.packets_back, f.bytes_back, f.duration,
    f.state, f.service, f.source_id, f.record_id, f.src_id, f.dst_id, f.host_id
from flow_t f,
    (select list(name order by host_id) as names from host_t) h,
    (select list(coalesce(ip, name) order by address_id) as names from address_t) a;

create or replace view alert as
select a.record_id as alert_id, a.ts, h.name as host, coalesce(a.name, a.id) as name, a.severity, a.description,
    a.provider, a.techniques, a.entities, message_text(a.source_id, a."offset", a.length) as raw, a.id, a.user_name,
    a.source, a.command, a.source_id, a.record_id
from alert_t a left join host_t h on h.host_id = a.host_id;

create or replace view host_event as
select e.ts, h.name as host, e.kind, e.detail, e.source_id, e.record_id
from host_event_t e left join host_t h on h.host_id = e.host_id;

create or replace view host_item as
select h.name as host, i.kind, i.name, i.user_name, i.value, i.number, i.detail, i.ts, i.source_id, i.record_id
from host_item_t i left join host_t h on h.host_id = i.host_id;

create or replace view finding as
select f.finding_id, f.ts, f.until, h.name as host, f.name, f.severity, f.section, f.text, f.count, f.user_name,
    f.source, f.record_id, f.link, f.link_label
from finding_t f left join host_t h on h.host_id = f.host_id;

create or replace view log_hour as
select r.ts, h.name as host, p.name as program, r.facility, r.severity, r.records
from log_hour_t r
left join host_t h on h.host_id = r.host_id
left join program_t p on p.program_id = r.program_id;

create or replace view host_fact as
select h.name as host, f.key, f.value, f.record_id from host_fact_t f left join host_t h on h.host_id = f.host_id;

create or replace view host as
select h.name,
    max(f.value) filter (f.key = 'os') as os,
    max(f.value) filter (f.key = 'kernel') as kernel,
    max(f.value) filter (f.key = 'machine_id') as machine_id,
    string_agg(distinct f.value, ', ') filter (f.key = 'address') as addresses,
    max(f.value) filter (f.key = 'time_zone') as time_zone,
    any_value(h.first_ts) as first_ts, any_value(h.last_ts) as last_ts, any_value(h.records) as records,
    max(f.value) filter (f.key = 'role') as role
from host_t h
left join host_fact_t f on f.host_id = h.host_id
group by h.host_id, h.name;
