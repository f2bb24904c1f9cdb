-- What Grafana's PostgreSQL data source asks for its query builder, and sends for a panel, shortened.
-- has 1400.0
SELECT current_setting('server_version_num')::int/100 as version;;
-- has none
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb';;
-- has public
SELECT schema_name AS "name" FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', 'pg_catalog', 'pg_toast') ORDER BY schema_name;;
-- has batches
-- has samples
SELECT CASE WHEN quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
    FROM generate_series(array_lower(string_to_array(current_setting('search_path'),','),1), array_upper(string_to_array(current_setting('search_path'),','),1)) as i, string_to_array(current_setting('search_path'),',') s)
  THEN quote_ident(table_name) ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
FROM information_schema.tables WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog') ORDER BY 1;;
-- has ts | timestamp with time zone
-- has value | double precision
SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns
WHERE CASE WHEN array_length(parse_ident('samples'),1) = 2
    THEN quote_ident(table_schema) = (parse_ident('samples'))[1] AND quote_ident(table_name) = (parse_ident('samples'))[2]
    ELSE quote_ident(table_name) = 'samples' AND quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
      FROM generate_series(array_lower(string_to_array(current_setting('search_path'),','),1), array_upper(string_to_array(current_setting('search_path'),','),1)) as i, string_to_array(current_setting('search_path'),',') s)
    END;;
-- has 1767225600 | T1
SELECT floor(extract(epoch from ts)/60)*60 AS "time", tag AS metric, avg(value) AS value FROM samples
WHERE ts BETWEEN '2026-01-01T00:00:00Z' AND '2026-01-01T01:00:00Z' AND tag = 'T1' GROUP BY 1, 2 ORDER BY 1, 2
