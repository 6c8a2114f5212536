-- SPDX-License-Identifier: Apache-2.0
-- Copyright The Linux Host Explorer Authors
-- How findings speak. Names in a finding come from the evidence, and whoever knocked chose them: named() bounds
-- them, shows control and bidirectional characters as U+FFFD, and turns `*` into U+2217 so that only our own
-- text can set something bold. The name as it was stands in the columns of the finding.

create or replace temp macro named(name) as '**' || replace(regexp_replace(
    case when length(name) > 64 then left(name, 63) || '…' else name end,
    '[\x00-\x1f\x7f-\x{a0}\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{1680}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}\x{2800}\x{3164}\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}\x{fff0}-\x{fffb}\x{e0000}-\x{e0fff}]',
    chr(65533), 'g'), '*', '∗') || '**';

-- An address with its country, where that is known.
create or replace temp macro placed(name, country) as named(name)
    || coalesce(' (' || replace(regexp_replace(country, '[\x00-\x1f\x7f]', '', 'g'), '*', '∗') || ')', '');

create or replace temp macro counted(n, one, many) as format('{:,} ', n::bigint) || case when n = 1 then one else many end;

create or replace temp macro moment(ts) as strftime(ts, '%-d %b %Y %H:%M:%S') || ' UTC';

create or replace temp macro lasted(a, b) as case
    when b - a < interval 2 minute then counted(greatest(date_diff('second', a, b), 1), 'second', 'seconds')
    when b - a < interval 2 hour then counted(date_diff('second', a, b) // 60, 'minute', 'minutes')
    when b - a < interval 2 day then counted(date_diff('second', a, b) // 3600, 'hour', 'hours')
    else counted(date_diff('second', a, b) // 86400, 'day', 'days') end;

create or replace temp macro proof(method) as case
    when method is null then ', method not recorded'
    when method = 'pam' then ', method not recorded'
    when method = 'publickey' then ', by key'
    when method = 'none' then ', without proof'
    when method in ('other', 'anonymous', 'autologin') then ' (' || method::varchar || ')'
    else ', by ' || method::varchar end;

-- Where in the page the attempts of a finding are.
create or replace temp macro attempts_from(ip, name) as '#/logons?source_ip=' || url_encode(coalesce(ip, name));
create or replace temp macro attempts_as(name) as '#/logons?user_name=' || url_encode(name);
