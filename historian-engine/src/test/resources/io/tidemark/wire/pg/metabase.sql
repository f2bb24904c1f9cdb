-- What Metabase 0.55 asks when it synchronises a database and shows a relation, shortened.
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;;
SET SESSION TIMEZONE TO 'UTC';;
SHOW TRANSACTION ISOLATION LEVEL;;
-- has UTC
show timezone;;
-- has public | tidemark
SELECT nspname AS "TABLE_SCHEM", current_database() AS "TABLE_CATALOG" FROM pg_catalog.pg_namespace WHERE nspname <> 'pg_toast' AND (nspname !~ '^pg_temp_' OR nspname = (pg_catalog.current_schemas(true))[1]) AND (nspname !~ '^pg_toast_temp_' OR nspname = replace((pg_catalog.current_schemas(true))[1], 'pg_temp_', 'pg_toast_temp_')) ORDER BY "TABLE_SCHEM";;
-- has null | public | samples | false | true
WITH table_privileges AS (
  SELECT NULL AS role, t.schemaname AS schema, t.objectname AS table,
    pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"' || '.' || '"' || replace(t.objectname, '"', '""') || '"', 'update') AS update,
    pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"' || '.' || '"' || replace(t.objectname, '"', '""') || '"', 'select') AS select
  FROM (
    SELECT schemaname, tablename AS objectname FROM pg_catalog.pg_tables
    UNION SELECT schemaname, viewname AS objectname FROM pg_catalog.pg_views
    UNION SELECT schemaname, matviewname AS objectname FROM pg_catalog.pg_matviews
  ) t
  WHERE t.schemaname !~ '^pg_' AND t.schemaname <> 'information_schema' AND pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage')
)
SELECT t.* FROM table_privileges t;;
-- has public | samples | TABLE
SELECT "n"."nspname" AS "schema", "c"."relname" AS "name", CASE "c"."relkind" WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW' ELSE NULL END AS "type", "d"."description" AS "description", "stat"."n_live_tup" AS "estimated_row_count"
FROM "pg_catalog"."pg_class" AS "c"
INNER JOIN "pg_catalog"."pg_namespace" AS "n" ON "c"."relnamespace" = "n"."oid"
LEFT JOIN "pg_catalog"."pg_description" AS "d" ON ("c"."oid" = "d"."objoid") AND ("d"."objsubid" = 0) AND ("d"."classoid" = 'pg_class'::regclass)
LEFT JOIN "pg_stat_user_tables" AS "stat" ON ("n"."nspname" = "stat"."schemaname") AND ("c"."relname" = "stat"."relname")
WHERE ("c"."relnamespace" = "n"."oid") AND ("n"."nspname" !~ '^pg_') AND ("n"."nspname" <> 'information_schema') AND c.relkind in ('r', 'p', 'v', 'f', 'm') AND ("n"."nspname" IN ('public'))
ORDER BY "type" ASC, "schema" ASC, "name" ASC;;
-- has value | float8 | 3 | public | samples | false | true
-- has ts | timestamptz | 1 | public | samples | false | true
SELECT "c"."column_name" AS "name", CASE WHEN "c"."udt_schema" IN ('public', 'pg_catalog') THEN FORMAT('%s', "c"."udt_name") ELSE FORMAT('"%s"."%s"', "c"."udt_schema", "c"."udt_name") END AS "database-type", "c"."ordinal_position" - 1 AS "database-position", "c"."table_schema" AS "table-schema", "c"."table_name" AS "table-name", "pk"."column_name" IS NOT NULL AS "pk?",
COL_DESCRIPTION(CAST(CAST(FORMAT('%I.%I', CAST("c"."table_schema" AS TEXT), CAST("c"."table_name" AS TEXT)) AS REGCLASS) AS OID), "c"."ordinal_position") IS NOT NULL AS "field-comment"
FROM "information_schema"."columns" AS "c"
LEFT JOIN (SELECT "tc"."table_schema", "tc"."table_name", "kc"."column_name" FROM "information_schema"."table_constraints" AS "tc" INNER JOIN "information_schema"."key_column_usage" AS "kc" ON ("tc"."constraint_name" = "kc"."constraint_name") AND ("tc"."table_schema" = "kc"."table_schema") WHERE "tc"."constraint_type" = 'PRIMARY KEY') AS "pk"
ON ("c"."table_schema" = "pk"."table_schema") AND ("c"."table_name" = "pk"."table_name") AND ("c"."column_name" = "pk"."column_name")
WHERE c.table_schema !~ '^information_schema|catalog_history|pg_' AND ("c"."table_schema" IN ('public'))
UNION ALL
SELECT "pa"."attname" AS "name", FORMAT('%s', "pt"."typname") AS "database-type", "pa"."attnum" - 1 AS "database-position", "pn"."nspname" AS "table-schema", "pc"."relname" AS "table-name", FALSE AS "pk?", NULL AS "field-comment"
FROM "pg_catalog"."pg_class" AS "pc" INNER JOIN "pg_catalog"."pg_namespace" AS "pn" ON "pn"."oid" = "pc"."relnamespace" INNER JOIN "pg_catalog"."pg_attribute" AS "pa" ON "pa"."attrelid" = "pc"."oid" INNER JOIN "pg_catalog"."pg_type" AS "pt" ON "pt"."oid" = "pa"."atttypid"
WHERE ("pc"."relkind" = 'm') AND ("pa"."attnum" >= 1)
ORDER BY "table-schema" ASC, "table-name" ASC, "database-position" ASC;;
-- has none
SELECT "fk_ns"."nspname" AS "fk-table-schema", "fk_column"."attname" AS "fk-column-name", "pk_table"."relname" AS "pk-table-name"
FROM "pg_constraint" AS "c" INNER JOIN "pg_class" AS "fk_table" ON "c"."conrelid" = "fk_table"."oid" INNER JOIN "pg_namespace" AS "fk_ns" ON "c"."connamespace" = "fk_ns"."oid" INNER JOIN "pg_attribute" AS "fk_column" ON "c"."conrelid" = "fk_column"."attrelid" INNER JOIN "pg_class" AS "pk_table" ON "c"."confrelid" = "pk_table"."oid"
WHERE fk_ns.nspname !~ '^information_schema|catalog_history|pg_' AND ("c"."contype" = 'f'::char) AND ("fk_column"."attnum" = ANY(c.conkey)) ORDER BY "fk-table-schema" ASC;;
-- has none
SELECT nspname, typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid IN (SELECT DISTINCT enumtypid FROM pg_enum e);;
SELECT TRUE AS "_" FROM "public"."samples" WHERE 1 <> 1 LIMIT 0;;
-- has 0.0
SELECT "public"."samples"."value" AS "value" FROM "public"."samples" WHERE "public"."samples"."tag" = 'T1' ORDER BY "public"."samples"."ts" ASC LIMIT 10000;;
-- has T1 | 2026-01-01 00:00:00+00 | 12.375
SELECT "public"."samples"."tag" AS "tag", DATE_TRUNC('day', "public"."samples"."ts") AS "ts", AVG("public"."samples"."value") AS "avg" FROM "public"."samples" WHERE ("public"."samples"."tag" = 'T1') AND ("public"."samples"."ts" >= timestamp with time zone '2025-12-31 00:00:00.000Z') GROUP BY "public"."samples"."tag", DATE_TRUNC('day', "public"."samples"."ts") ORDER BY DATE_TRUNC('day', "public"."samples"."ts") ASC LIMIT 5;;
-- has 2026-01-01 | 0
SELECT CAST("public"."samples"."ts" AS date) AS "ts", CAST(extract(hour from "public"."samples"."ts") AS integer) AS "hour", COUNT(*) AS "count" FROM "public"."samples" WHERE "public"."samples"."ts" < DATE_TRUNC('month', (NOW() + INTERVAL '-1 month')) + INTERVAL '50 year' GROUP BY CAST("public"."samples"."ts" AS date), CAST(extract(hour from "public"."samples"."ts") AS integer) ORDER BY 1 ASC;;
-- has 12.375
SELECT percentile_cont(0.5) within group (order by "source"."value") AS "median" FROM (SELECT "public"."samples"."value" AS "value" FROM "public"."samples" WHERE "public"."samples"."tag" = 'T1') AS "source" LIMIT 2000
