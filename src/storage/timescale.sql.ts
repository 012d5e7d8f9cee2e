/** The extension's schema, version and licence: `timescale` is the community edition, else `apache`. */
export const READ_TIMESCALE = {
  name: 'read_timescale',
  text: `
    SELECT extnamespace::regnamespace::text AS schema, extversion AS version,
           current_setting('timescaledb.license', true) AS license
      FROM pg_extension WHERE extname = 'timescaledb'`,
};
