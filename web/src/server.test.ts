import { describe, expect, it } from 'vitest';
import { ServerError } from './api';
import { waitingText } from './server';

describe('a server that starts or stops', () => {
  it('says how far it is', () => {
    expect(waitingText({ state: 'STARTING', replay: { phase: 'journal', percent: 43 } })).toContain('43 %');
    expect(waitingText({ state: 'STARTING', replay: { phase: 'queries', percent: 0 } })).not.toContain('%');
    expect(waitingText({ state: 'DRAINING' })).toContain('stopping');
  });

  it('is served by all others', () => {
    for (const state of ['READY', 'DEGRADED', 'READ_ONLY']) {
      expect(waitingText({ state })).toBeNull();
    }
  });

  it('is waited for, unlike other errors', () => {
    expect(new ServerError('UNAVAILABLE', '').offline).toBe(true);
    expect(new ServerError('OFFLINE', '').offline).toBe(true);
    expect(new ServerError('INTERNAL', '').offline).toBe(false);
  });
});
