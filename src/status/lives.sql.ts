/**
 * One life of one instance: $1 and $2 name it, received later than $3, not later than $4 (µs). Of the
 * audit log, its transitions or silences: all have these columns.
 */
export const inLife = (alias: string): string => `
         ${alias}.service_name = $1 AND ${alias}.instance_id = $2
     AND ${alias}.received_at > to_timestamp($3::float8 / 1e6)
     AND ${alias}.received_at <= to_timestamp($4::float8 / 1e6)`;
