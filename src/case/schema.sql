-- SPDX-License-Identifier: Apache-2.0
-- Copyright The Linux Host Explorer Authors
-- The star: dimensions hold each name once, facts hold small numbers. Enum types are made before this from
-- src/record/vocabulary.def. Column order is the order in which src/case/writer.c appends.

create table meta (key varchar, value varchar);

create table source_t (
    source_id uinteger, path varchar, container varchar, format varchar, sha256 varchar, bytes ubigint,
    stored_bytes ubigint, lines ubigint, records ubigint, continued ubigint, skipped ubigint, blank ubigint,
    first_ts timestamp, last_ts timestamp, zone varchar, zone_from varchar, year_from varchar, mtime timestamp,
    state source_state, reason varchar);

create table host_t (host_id uinteger, name varchar, first_ts timestamp, last_ts timestamp, records ubigint);
create table program_t (program_id uinteger, name varchar);
create table user_t (user_id uinteger, name varchar);
create table terminal_t (terminal_id uinteger, name varchar);
create table key_t (key_id uinteger, name varchar, fingerprint varchar, key_type varchar);
-- `ip`: the usual spelling where that is not the one in `name`; a host name is no address.
create table address_name_t (address_id uinteger, name varchar, ip varchar, is_ip boolean);
create table place_t (
    place_id uinteger, kind varchar, country_code varchar, country varchar, city varchar, latitude double, longitude double,
    located varchar, asn ubigint, as_name varchar);
create table address_place_t (address_id uinteger, place_id uinteger);
-- Told apart so that locating adds two numbers per address instead of writing its row again.
create view address_t as
select n.address_id, n.name, coalesce(n.ip, case when n.is_ip then n.name end) as ip, p.kind, p.country_code, p.country, p.city, p.latitude, p.longitude, p.located, p.asn, p.as_name
from address_name_t n
left join address_place_t l on l.address_id = n.address_id
left join place_t p on p.place_id = l.place_id;

-- Where a record comes from and how far its time can be trusted: what few combinations there are, each once.
create table class_t (
    class_id uinteger, host_id uinteger, program_id uinteger, ts_quality ts_quality, facility facility,
    facility_inferred boolean, severity severity, severity_inferred boolean);

-- Where the record stands, with the pid, is one column of fields: DuckDB keeps count of the distinct values of plain
-- columns, which nobody asks of these and which was a tenth of the cost of reading.
create table log_t (
    record_id ubigint, ts timestamp, class_id uinteger,
    place struct(source_id uinteger, "offset" ubigint, length uinteger, head uinteger, pid integer));

create table logon_t (
    record_id ubigint, ts timestamp, host_id uinteger, user_id uinteger, actor_id uinteger, outcome outcome,
    reason reason, method method, kind logon_kind, program_id uinteger, pid integer, address_id uinteger,
    source_port integer, terminal_id uinteger, key_id uinteger, count uinteger, lines uinteger, source_id uinteger,
    witnesses utinyint);

create table flow_t (
    record_id ubigint, ts timestamp, host_id uinteger, source_id uinteger, src_id uinteger, src_port integer,
    dst_id uinteger, dst_port integer, protocol varchar, direction flow_direction, decision flow_decision,
    packets ubigint, bytes ubigint, packets_back ubigint, bytes_back ubigint, duration ubigint, state varchar,
    service varchar);

create table alert_t (
    record_id ubigint, ts timestamp, host_id uinteger, source_id uinteger, "offset" ubigint, length uinteger,
    id varchar, name varchar, severity alert_severity, description varchar, provider varchar, techniques varchar,
    entities varchar, user_name varchar, source varchar, command varchar);

create table host_event_t (
    record_id ubigint, ts timestamp, host_id uinteger, source_id uinteger, kind host_event_kind, detail varchar);

create table host_item_t (
    record_id ubigint, ts timestamp, host_id uinteger, source_id uinteger, kind item_kind, name varchar,
    user_name varchar, value varchar, number bigint, detail varchar);

create table anomaly_t (source_id uinteger, record_id ubigint, "offset" ubigint, length ubigint, kind anomaly_kind, detail varchar);

-- Made after reading, from the above.
create table log_hour_t (ts timestamp, host_id uinteger, program_id uinteger, facility facility, severity severity, records ubigint);
create table finding_t (
    finding_id uinteger, ts timestamp, until timestamp, host_id uinteger, name varchar, severity varchar, section varchar,
    text varchar, count ubigint, user_name varchar, source varchar, record_id ubigint, link varchar, link_label varchar);
create table host_fact_t (host_id uinteger, key varchar, value varchar, record_id ubigint);
