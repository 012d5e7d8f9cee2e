import { Random } from '../random.js';
import { nextVersion } from './version.js';

it('the next version is a patch or a minor one, and both occur', () => {
  const random = new Random(1, 'versions');
  const versions = Array.from({ length: 100 }, () => nextVersion('3.9.10', random));
  expect([...new Set(versions)].sort()).toEqual(['3.10.0', '3.9.11']);
});
