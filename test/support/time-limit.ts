import { jest } from '@jest/globals';

/** For tests that start processes and wait for conditions, which have deadlines of their own. */
const TIME_LIMIT_MS = 120_000;

jest.setTimeout(TIME_LIMIT_MS);
