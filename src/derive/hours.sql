-- SPDX-License-Identifier: Apache-2.0
-- Copyright The Linux Host Explorer Authors
-- Records by hour: what charts of the whole period and silent hours are made of.

delete from facts.main.log_hour_t;
insert into facts.main.log_hour_t
select make_timestamp(h.hour * 3600000000), c.host_id, c.program_id, c.facility, c.severity, sum(h.records)
from (select epoch_us(ts) // 3600000000 as hour, class_id, count(*) as records from log_t group by all) h
join class_t c on c.class_id = h.class_id
group by h.hour, c.host_id, c.program_id, c.facility, c.severity
order by h.hour;
