import { hasControlOrLoneSurrogate, isLongerThan } from '../../events/text.js';

/** Characters of the longest name of a service. Source: the event's contract. */
export const MAX_NAME_CHARACTERS = 200;

/** Whether a service could have this name at all; others PostgreSQL may refuse even to look for. */
export const isPossibleName = (name: unknown): name is string =>
  typeof name === 'string' &&
  name !== '' &&
  !isLongerThan(name, MAX_NAME_CHARACTERS) &&
  !hasControlOrLoneSurrogate(name);
