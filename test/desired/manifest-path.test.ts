import { posix } from 'node:path';
import { expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import { resolveBeside } from '../../src/desired/manifest-path.ts';

const part = fc.constantFrom('a', 'b', '..', '.', 'c.d');
const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));

test.prop([path, path, fc.boolean(), fc.boolean()], { numRuns: 1000 })(
  'A path is resolved as the operating system would.',
  (folder, name, absoluteFolder, absoluteName) => {
    const file = `${absoluteFolder ? '/' : ''}${folder}/x.yaml`;
    const named = `${absoluteName ? '/' : ''}${name}/f`;
    const expected = absoluteName ? posix.normalize(named) : posix.join(posix.dirname(file), named);
    expect(resolveBeside(file, named)).toBe(expected);
  },
);
