-- What Tableau and psqlodbc send: types by name, and rows by a cursor; in the simple protocol.
-- has none
select oid, typbasetype from pg_type where typname = 'lo';;
BEGIN;;
declare "SQL_CUR0x7fd83880dc00" cursor with hold for SELECT "samples"."tag" AS "tag", "samples"."value" AS "value" FROM "public"."samples" "samples" WHERE "samples"."tag" = 'T1' LIMIT 1000;;
-- has T1 | 0.0
fetch 2048 in "SQL_CUR0x7fd83880dc00";;
close "SQL_CUR0x7fd83880dc00";;
COMMIT
