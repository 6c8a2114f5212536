-- SPDX-License-Identifier: Apache-2.0
-- Copyright The Linux Host Explorer Authors
-- What a host is, as far as its logs say. What was read from the evidence's own settings (record_id is NULL
-- there) counts more and stays.

delete from facts.main.host_fact_t where key = 'role' or record_id is not null;

-- The kernel's banner names its version and, between the lines, the distribution that built it; systemd names the
-- services it starts. In two steps, or the text of every record would be read before it is known who wrote it.
create or replace temp table own_line as
select c.host_id, p.name as program, l.record_id, l.place
from log_t l
join class_t c on c.class_id = l.class_id
join program_t p on p.program_id = c.program_id
where p.name in ('kernel', 'systemd');

create or replace temp table own_text as
select host_id, program, record_id, message
from (select host_id, program, record_id,
        message_text(place.source_id, place."offset" + place.head, (place.length - place.head)::uinteger) as message
    from own_line where place.length - place.head between 12 and 1000)
where (program = 'kernel' and message like '%Linux version %') or (program = 'systemd' and message like 'Started %.service%');

create or replace temp table banner as
select host_id, max(record_id) as record_id, arg_max(message, record_id) as message
from own_text where program = 'kernel'
group by host_id;

insert into facts.main.host_fact_t
select host_id, key, value, record_id
from (
    select host_id, 'kernel' as key, nullif(regexp_extract(message, 'Linux version (\S+)', 1), '') as value, record_id
    from banner
    union all
    select host_id, 'os', nullif(regexp_extract(message,
        '(Debian|Ubuntu|Red Hat|Fedora|SUSE|Arch Linux|Alpine|Gentoo|Amazon Linux|Oracle|AlmaLinux|Rocky)', 1), ''), record_id
    from banner)
where value is not null and (host_id, key) not in (select (host_id, key) from host_fact_t);

-- Roles: a program that serves something and was heard of.
create or replace temp table service (role varchar, pattern varchar);
insert into service values
    ('web server', '(nginx|apache2?|httpd|lighttpd|caddy|traefik|haproxy)'),
    ('application server', '(tomcat\d*|php-?fpm.*|gunicorn|uwsgi|puma|node)'),
    ('database', '(mysqld?|mysqld_safe|mariadbd?|postgres.*|mongod|redis(-server)?|clickhouse.*|influxd)'),
    ('mail', '(postfix/.*|exim4?|dovecot|sendmail|sm-mta|opensmtpd|smtpd)'),
    ('DNS', '(named|unbound|dnsmasq|pdns.*|nsd)'),
    ('file server', '(smbd|nmbd|nfsd|rpc\.mountd|vsftpd|proftpd|pure-ftpd)'),
    ('directory', '(slapd|krb5kdc|kadmind|sssd|winbindd)'),
    ('containers', '(dockerd|containerd|kubelet|podman|k3s)'),
    ('hypervisor', '(libvirtd|qemu.*|pveproxy|pvedaemon)'),
    ('VPN', '(openvpn|wg-quick|charon|ipsec|pptpd|strongswan)'),
    ('print server', '(cupsd)'),
    ('desktop', '(gdm.*|lightdm|sddm|gnome-shell|kwin.*)');

create or replace temp table heard as
select h.host_id, regexp_replace(p.name, '\(.*', '') as name, sum(h.records)::bigint as records
from log_hour_t h join program_t p on p.program_id = h.program_id where h.host_id > 0 group by all
union all
select host_id, regexp_extract(message, '^Started ([\w.@-]+)\.service', 1), count(*)
from own_text where program = 'systemd' and host_id > 0 group by all;

insert into facts.main.host_fact_t
select host_id, 'role', string_agg(role || ' (' || programs || ')', ', ' order by records desc, role), null
from (
    select h.host_id, s.role, sum(h.records) as records,
        array_to_string(list_slice(list(distinct h.name order by h.name), 1, 4), ', ') as programs
    from heard h
    join service s on regexp_full_match(lower(regexp_replace(h.name, '@.*', '')), s.pattern)
    group by all)
group by host_id;

insert into facts.main.host_fact_t
select distinct h.host_id, 'role', 'no service but SSH was heard of (' || min(h.name) || ')', null::ubigint
from heard h
where h.name in ('sshd', 'sshd-session', 'dropbear')
    and h.host_id not in (select host_id from host_fact_t where key = 'role')
group by h.host_id;

drop table own_line;
drop table own_text;
drop table banner;
drop table service;
drop table heard;
