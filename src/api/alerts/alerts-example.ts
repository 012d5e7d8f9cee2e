/** What the route of alerts answers, for the API's description. */
export const ALERTS_EXAMPLE = {
  items: [
    {
      name: 'journal_lag',
      severity: 'warning',
      state: 'firing',
      since: '2026-01-31T08:00:30.262Z',
      value: 41.2,
      threshold: 30,
      summary: 'The oldest entry of the journal waits for 41.2 s.',
      what_to_do: 'Look whether the consumer is paused.',
    },
  ],
};
